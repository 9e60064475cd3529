using System.Globalization;

namespace EmbSync.Core.Providers.OpenAi;

/// <summary>
/// How long a server asks to wait: <c>retry-after-ms</c> (OpenAI, Azure), else <c>Retry-After</c> in seconds or as a date (RFC 9110).
/// </summary>
internal static class RetryAfterHeader
{
    // More than anybody waits; keeps absurd numbers inside TimeSpan.
    private static readonly TimeSpan Most = TimeSpan.FromDays(1);

    /// <param name="header">Value by name; null when absent.</param>
    /// <param name="now">Used for dates where the answer has no <c>Date</c> of its own.</param>
    /// <returns>0 to one day; null when nothing readable is said.</returns>
    public static TimeSpan? Read(Func<string, string?> header, DateTimeOffset now)
    {
        if (Number(header("retry-after-ms")) is { } milliseconds)
        {
            return Bounded(milliseconds, TimeSpan.FromMilliseconds(1));
        }

        var value = header("Retry-After");
        if (Number(value) is { } seconds)
        {
            return Bounded(seconds, TimeSpan.FromSeconds(1));
        }

        if (Date(value) is not { } until)
        {
            return null;
        }

        // The server's own clock, where it shows it: this machine's may be wrong.
        var wait = until - (Date(header("Date")) ?? now);
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait < Most ? wait : Most;
    }

    private static TimeSpan Bounded(double number, TimeSpan unit) => number < Most / unit ? unit * number : Most;

    private static double? Number(string? value) =>
        double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static DateTimeOffset? Date(string? value) =>
        DateTimeOffset.TryParseExact(value, "R", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date : null;
}
