using System.Globalization;

namespace EmbSync.Core.Model;

/// <summary>Numbers as people read them, the same on every machine.</summary>
internal static class Figures
{
    public static string Percent(double share) => (share * 100).ToString("0.00", CultureInfo.InvariantCulture) + " %";

    /// <summary>USD: unknown, or with as many digits as the amount needs.</summary>
    public static string Cost(decimal? cost) => cost switch
    {
        null => "unknown price",
        0m => "$0",
        < 0.0001m => "less than $0.0001",
        < 1m => cost.Value.ToString("$0.0000", CultureInfo.InvariantCulture),
        _ => cost.Value.ToString("$#,0.00", CultureInfo.InvariantCulture),
    };

    public static string Seconds(double seconds) => seconds switch
    {
        < 100 => seconds.ToString("0.0", CultureInfo.InvariantCulture) + " s",
        < 7200 => (seconds / 60).ToString("0", CultureInfo.InvariantCulture) + " min",
        _ => (seconds / 3600).ToString("0.0", CultureInfo.InvariantCulture) + " h",
    };

    /// <summary>Chunks, requests, tokens, cost: what is to be bought, in one phrase.</summary>
    public static string Purchase(int chunks, int requests, long tokens, decimal? cost, string? priceFrom, int calibratedBy,
        double seconds) =>
        chunks == 0 ? "nothing to embed"
        : requests == 0 ? $"{Text.Count(chunks, "chunk")} to embed, about {Text.Count(tokens, "token")}, free{(seconds > 0 ? $", {Seconds(seconds)}" : "")}"
        : $"{Text.Count(chunks, "chunk")} to embed in {Text.Count(requests, "request")}, about {Text.Count(tokens, "token")}{(calibratedBy > 0 ? $" (by {Text.Count(calibratedBy, "past run")})" : "")}, "
            + $"{Cost(cost)}{(priceFrom is null ? "" : priceFrom.Contains('.', StringComparison.Ordinal) ? $" ({priceFrom})" : $" (price of {priceFrom})")}, {Seconds(seconds)}";
}
