using EmbSync.Tests;

namespace EmbSync.Core.Tests.Sync;

/// <summary>Invariant 9: a full sync at A, then <c>--since</c> any ref at B, equals a full sync at B, on any history.</summary>
public sealed class ScopeInvariantTests
{
    private const int Histories = 25;

    [Fact]
    public async Task Any_ref_on_any_history_with_merges_gives_what_a_full_sync_gives()
    {
        var seed = Environment.TickCount;
        for (var i = 0; i < Histories; i++)
        {
            await CheckAsync(new Random(seed + i), $"seed {seed + i}");
        }
    }

    private static async Task CheckAsync(Random random, string label)
    {
        using var repository = TempRepository.Create();
        var history = new TaskHistory(repository, random);
        using var world = SyncWorld.Sqlite(repository);
        history.Commits(4);
        history.Dirty(random.Next(3));
        await world.SyncAsync(new() { MaxDelete = new(1, 1000) });

        for (var round = 0; round < 2; round++)
        {
            history.Commits(random.Next(5));
            history.Dirty(random.Next(4));
            var reference = history.AnyRef();

            var result = await world.SyncAsync(new() { Since = reference, MaxDelete = new(1, 1000) });

            result.Report.Notes.ShouldNotContain(note => note.Contains("may be missing"), label);
            (await world.ContentsAsync()).ShouldBe(await world.CleanContentsAsync(), $"{label}, round {round}, --since {reference}");
        }
    }
}
