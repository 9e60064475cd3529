namespace EmbSync.Core.Tests.Sync;

public sealed class KillPointsTests
{
    private static readonly string[] Points =
        ["before Begin", "after Begin", "before Commit", "after Commit", "before Commit", "after Commit", "before Commit", "after Commit",
            "before End", "after End"];

    [Fact]
    public void Each_kind_of_write_is_among_those_that_are_chosen() => KillPoints.OfEachKind(Points).ShouldBe([1, 2, 4, 8, 10]);

    [Fact]
    public void The_parts_are_all_points_and_each_point_once() =>
        Enumerable.Range(0, KillPoints.Parts).SelectMany(part => KillPoints.OfPart(Points, part)).Order().ShouldBe(KillPoints.All(Points));
}
