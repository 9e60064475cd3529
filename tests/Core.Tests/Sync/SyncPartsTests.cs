using EmbSync.Core.Buying;
using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Model;
using EmbSync.Core.Planning;

namespace EmbSync.Core.Tests.Sync;

/// <summary>A run in parts tells what all of them did and spent, also when a later one can't begin.</summary>
public sealed class SyncPartsTests
{
    [Fact]
    public async Task A_part_that_fails_leaves_what_the_parts_before_spent_to_be_told()
    {
        var limits = new List<SpendLimit>();
        var parts = new SyncParts(new(1m, null), new(), new Progress<SyncProgress>());

        var result = await parts.RunAsync((_, limit, _) =>
        {
            limits.Add(limit);
            return limits.Count == 1 ? Task.FromResult(new SyncResult(Report(0.9m), ExitCode.Done, null) { Rest = Rest })
                : throw new SourceException("the rows are away");
        });

        limits.ShouldBe([new(1m, null), new(0.1m, null)]);
        result.ExitCode.ShouldBe(ExitCode.Failed);
        result.Stopped.ShouldBeOfType<SourceException>();
        (result.Report.Status, result.Report.Cost.Actual, result.Report.Items.New).ShouldBe(("failed", 0.9m, 20));
    }

    [Fact]
    public async Task Each_part_takes_of_what_the_one_before_left()
    {
        var asked = new List<RowSets?>();
        RowSets[] left = [Rest, Rest];

        var result = await new SyncParts(new(null, null), new() { Command = "sync" }, new Progress<SyncProgress>()).RunAsync(
            (request, _, _) =>
        {
            asked.Add(request.Rest);
            (request.Command, request.Taken).ShouldBe(("sync", null));
            return asked.Count > 3 ? throw new InvalidOperationException("a part too many")
                : Task.FromResult(new SyncResult(Report(0m), ExitCode.Done, null)
                    { Rest = asked.Count <= left.Length ? left[asked.Count - 1] : null });
        });

        result.ExitCode.ShouldBe(ExitCode.Done);
        asked.Count.ShouldBe(3);
        asked[0].ShouldBeNull();
        asked[1].ShouldBeSameAs(left[0]);
        asked[2].ShouldBeSameAs(left[1]);
    }

    private static RowSets Rest
    {
        get
        {
            var rest = new RowSets();
            rest.Add(new("docs", "1"));
            return rest;
        }
    }

    private static SyncReport Report(decimal cost) =>
        new(1, false, 1, "done", "m", 3, new(25, 20, 0, 0, 0, 0, 0), new(20, 0, 0), 1, new(100, 100), new("USD", 1m, cost), 1, [], 5, []);
}
