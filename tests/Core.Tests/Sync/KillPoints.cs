namespace EmbSync.Core.Tests.Sync;

/// <summary>Which of the points that <see cref="DyingStore"/> names a test dies at. Points are numbered from 1.</summary>
internal static class KillPoints
{
    /// <summary>Into so many tests all points of one matrix are dealt.</summary>
    public const int Parts = 3;

    /// <summary>
    /// Before anything, after each kind of write the first time, and after the last of its kind. Between the end of one write and the
    /// beginning of the
    /// next nothing durable happens, so that this is each state that a kill can leave, but for those between two writes of one kind.
    /// </summary>
    public static IReadOnlyList<int> OfEachKind(IReadOnlyList<string> points)
    {
        var after = points.Select((name, i) => (Name: name, Point: i + 1))
            .Where(point => point.Name.StartsWith("after ", StringComparison.Ordinal)).ToLookup(point => point.Name, point => point.Point);
        return [1, .. after.SelectMany(kind => new[] { kind.First(), kind.Last() }).Distinct().Order()];
    }

    public static IReadOnlyList<int> All(IReadOnlyList<string> points) => [.. Enumerable.Range(1, points.Count)];

    /// <param name="part">From 0 to one less than <see cref="Parts"/>.</param>
    public static IReadOnlyList<int> OfPart(IReadOnlyList<string> points, int part) =>
        [.. All(points).Where(point => point % Parts == part)];
}
