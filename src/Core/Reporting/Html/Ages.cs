namespace EmbSync.Core.Reporting.Html;

/// <summary>How long ago items last changed, in classes that people think in.</summary>
internal static class Ages
{
    private static readonly (string Label, double Days)[] Classes =
    [
        ("under a day", 1), ("1 to 7 days", 7), ("7 to 30 days", 30), ("30 to 90 days", 90), ("90 days to a year", 365),
            ("over a year", double.PositiveInfinity),
    ];

    public static IReadOnlyList<PageAge> Of(IReadOnlyList<DateTimeOffset> updatedAt, DateTimeOffset now)
    {
        var counts = new int[Classes.Length];
        foreach (var time in updatedAt)
        {
            counts[Array.FindIndex(Classes, one => (now - time).TotalDays < one.Days)]++;
        }

        return [.. Classes.Select((one, i) => new PageAge(one.Label, counts[i]))];
    }
}
