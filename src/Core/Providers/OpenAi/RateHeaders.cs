using System.Globalization;
using System.Text.RegularExpressions;

namespace EmbSync.Core.Providers.OpenAi;

/// <summary>Reads <c>x-ratelimit-*</c>, which OpenAI and servers like it send with every answer (OpenAI's guide on rate limits).</summary>
internal static partial class RateHeaders
{
    // Keeps absurd numbers inside TimeSpan; nobody waits so long.
    private const double MostSeconds = 86_400;

    /// <param name="header">Value by name; null when absent.</param>
    /// <returns>Null when nothing is said.</returns>
    public static RateNotice? Read(Func<string, string?> header)
    {
        var notice = new RateNotice(
            Count(header("x-ratelimit-limit-requests"), 1),
            Count(header("x-ratelimit-limit-tokens"), 1),
            Count(header("x-ratelimit-remaining-requests"), 0),
            Count(header("x-ratelimit-remaining-tokens"), 0),
            Duration(header("x-ratelimit-reset-requests")),
            Duration(header("x-ratelimit-reset-tokens")));
        return notice == new RateNotice(null, null, null, null, null, null) ? null : notice;
    }

    /// <summary><c>1s</c>, <c>6m0s</c>, <c>20ms</c>, <c>1h2m3s</c>, <c>7.66s</c>; a bare number is seconds.</summary>
    /// <returns>0 to one day; null when it can't be read.</returns>
    public static TimeSpan? Duration(string? value)
    {
        if (value is null || Written().Match(value.Trim()) is not { Success: true, Length: > 0 } match)
        {
            return null;
        }

        var seconds = (Part(match, "d") * 86_400) + (Part(match, "h") * 3600) + (Part(match, "m") * 60) + Part(match, "s")
            + (Part(match, "ms") / 1000);
        return TimeSpan.FromSeconds(Math.Min(MostSeconds, seconds));
    }

    private static double Part(Match match, string unit) =>
        match.Groups[unit] is { Success: true } group
            ? double.Parse(group.ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) : 0;

    private static long? Count(string? value, long least) =>
        long.TryParse(value, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var count)
            && count >= least ? count : null;

    [GeneratedRegex(@"\A(?:(?<d>\d+(?:\.\d+)?)d)?(?:(?<h>\d+(?:\.\d+)?)h)?(?:(?<m>\d+(?:\.\d+)?)m(?!s))?(?:(?<s>\d+(?:\.\d+)?)(?:s|\z))?(?:(?<ms>\d+(?:\.\d+)?)ms)?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Written();
}
