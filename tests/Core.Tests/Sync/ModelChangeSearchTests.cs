using EmbSync.Core.Configuration;
using EmbSync.Core.Jobs.Repair;
using EmbSync.Core.Jobs.Search;
using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Model;
using EmbSync.Core.Tests.Reembed;
using EmbSync.Tests;
using Npgsql;

namespace EmbSync.Core.Tests.Sync;

/// <summary>A sync that changes the model: each item is found at each moment, by what it said before or by what it says now.</summary>
public abstract class ModelChangeSearchTests : IAsyncLifetime
{
    private const string Added = "Words about zebras that nobody wrote before.";
    private const string Edited = "Body 3 speaks of otters now.";

    private protected ReembedWorld World { get; private set; } = null!;

    private protected abstract StoreConfig Store(string folder);

    public async Task InitializeAsync() => World = await ReembedWorld.OpenAsync(Store);

    public async Task DisposeAsync() => await World.DisposeAsync();

    private protected void ChangeModelAndTexts()
    {
        World.Configure(ReembedWorld.After);
        World.Write(3, Edited);
        World.Write(20, Added);
    }

    /// <summary>Item that has exactly this text, by a search as anybody else runs it meanwhile; null where none has.</summary>
    private protected async Task<string?> FoundAsync(string title, string body)
    {
        await using var workspace = World.Sync.Open();
        var hit = (await new SearchEngine(workspace).SearchAsync(new($"{title}\n\n{body}", 1, null, null, [], null, null), default))
            .Results.SingleOrDefault();
        return hit?.Score > 0.99 ? hit.Id : null;
    }

    private protected Task<string?> FoundAsync(int id) => FoundAsync($"Task {id}", $"Body {id} of what is to be done.");

    private protected Task<string?> AddedAsync() => FoundAsync("Task 20", Added);

    private protected Task<string?> EditedAsync() => FoundAsync("Task 3", Edited);

    [Fact]
    public async Task After_each_write_every_item_is_found_by_its_old_text_or_by_its_new_one()
    {
        ChangeModelAndTexts();
        File.Delete(World.Repository.Full("tasks/t5.md"));
        World.Repository.Move("tasks/t6.md", "tasks/moved.md");
        var isAdded = new List<bool>();
        await using (var workspace = World.Sync.Open())
        {
            await using var watched = new DyingStore(workspace.Store, int.MaxValue)
            {
                Passing = async point =>
                {
                    (await FoundAsync(3) ?? await EditedAsync()).ShouldBe("T-3", point);
                    (await FoundAsync(4)).ShouldBe("T-4", point);
                    (await FoundAsync(6)).ShouldBe("T-6", point);
                    var stored = await workspace.Store.ReadItemsAsync("tasks", default).AnyAsync(item => item.Id == "T-20");
                    (await AddedAsync() is not null).ShouldBe(stored, $"{point}: what is stored is found, what is found is stored");
                    isAdded.Add(stored);
                },
            };
            var result = await new SyncEngine(workspace.With(watched), TimeProvider.System).RunAsync(
                new(), new(null, null), new Progress<SyncProgress>(), default);
            (result.ExitCode, result.Report.Items.New, result.Report.Items.Deleted).ShouldBe((ExitCode.Done, 1, 1));
            isAdded.ShouldContain(true);
            isAdded.ShouldContain(false);
        }

        (await World.ActiveAsync()).Signature.Dimension.ShouldBe(ReembedWorld.After);
        (await World.Sync.ContentsAsync()).ShouldBe(await World.Sync.CleanContentsAsync());
    }

    [Fact]
    public async Task Where_the_switch_has_to_wait_so_does_new_text_and_the_old_is_still_found()
    {
        ChangeModelAndTexts();
        World.Server.RefuseTextsContaining("otters");

        var waiting = await World.Sync.SyncAsync();

        (waiting.ExitCode, waiting.Report.Items.New, waiting.Report.Remaining).ShouldBe((ExitCode.Partial, 0, 1));
        waiting.Report.Notes.ShouldContain(
            note => note.Contains("1 item with text that the old one lacks waits for that, paid", StringComparison.Ordinal));
        (await FoundAsync(3), await FoundAsync(4)).ShouldBe(("T-3", "T-4"));
        (await World.ActiveAsync()).Signature.Dimension.ShouldBe(ReembedWorld.Before);

        World.Server.Decide = _ => null;
        var inputs = World.Server.Inputs;
        (await World.Sync.SyncAsync()).ExitCode.ShouldBe(ExitCode.Done);
        (World.Server.Inputs - inputs).ShouldBe(1);
        (await AddedAsync(), await EditedAsync()).ShouldBe(("T-20", "T-3"));
    }
}

public sealed class SqliteModelChangeSearchTests : ModelChangeSearchTests
{
    private protected override StoreConfig Store(string folder) => SyncWorld.StoreAt(Path.Combine(folder, ".git", "change.db"));
}

/// <summary>Also while the index of the new generation is built, which can take long.</summary>
public sealed class PostgresModelChangeSearchTests(PostgresFixture postgres) : ModelChangeSearchTests, IClassFixture<PostgresFixture>
{
    private readonly string _schema = "m" + Guid.NewGuid().ToString("N")[..8];

    private protected override StoreConfig Store(string folder) => PostgresStores.Of(postgres, _schema);

    private Task<IReadOnlyList<string>> IndexesAsync() => PostgresFixture.RowsAsync(
        postgres.Url, $"SELECT indexrelid::regclass || CASE WHEN indisvalid THEN '' ELSE ' INVALID' END FROM pg_index WHERE indrelid = '{_schema}.vec_2'::regclass AND NOT indisprimary");

    [Fact]
    public async Task While_the_index_is_built_all_is_found_and_others_write()
    {
        ChangeModelAndTexts();
        await using var held = await HoldIndexAsync();
        var sync = World.Sync.SyncAsync();
        await BuildingAsync(sync);

        (await AddedAsync(), await EditedAsync(), await FoundAsync(4)).ShouldBe(("T-20", "T-3", "T-4"));
        World.Write(21, "Written while the index is built.");
        (await World.Sync.SyncAsync()).Report.Items.New.ShouldBe(1);
        (await FoundAsync("Task 21", "Written while the index is built.")).ShouldBe("T-21");
        sync.IsCompleted.ShouldBeFalse();

        await held.CloseAsync();
        var result = await sync;
        (result.ExitCode, result.Report.Items.New, result.Report.Items.Changed).ShouldBe((ExitCode.Done, 1, 9));
        (await IndexesAsync()).ShouldBe([$"{_schema}.vec_2_hnsw"]);
        (await AddedAsync(), await FoundAsync(4)).ShouldBe(("T-20", "T-4"));
    }

    [Fact]
    public async Task An_index_that_is_cut_off_leaves_nothing_behind_and_is_built_by_the_next_run()
    {
        ChangeModelAndTexts();
        await using (await HoldIndexAsync("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1"))
        {
            await InterruptedAsync();
        }

        (await IndexesAsync()).ShouldBeEmpty();
        World.Write(21, "Written later.");
        (await World.Sync.SyncAsync()).ExitCode.ShouldBe(ExitCode.Done);
        (await IndexesAsync()).ShouldBe([$"{_schema}.vec_2_hnsw"]);
    }

    [Fact]
    public async Task One_that_can_t_be_taken_away_is_named_until_repair_does_it()
    {
        ChangeModelAndTexts();
        await using (await HoldIndexAsync())
        {
            await InterruptedAsync();
        }

        (await IndexesAsync()).Single().ShouldEndWith("INVALID");
        World.Write(21, "Written later.");
        var next = await World.Sync.SyncAsync();
        (next.ExitCode, next.Report.Status, next.Report.Items.New).ShouldBe((ExitCode.Done, "done", 1));
        next.Report.Notes.ShouldContain(
            note => note.Contains("INVALID", StringComparison.Ordinal) && note.Contains("embsync repair", StringComparison.Ordinal));

        await using var workspace = World.Sync.Open();
        await new RepairEngine(workspace, TimeProvider.System, new Progress<string>()).RunAsync(
            new([], null, 0, 1, RepairRequest.DefaultGrace), new(null, null), default);
        (await IndexesAsync()).ShouldBe([$"{_schema}.vec_2_hnsw"]);
    }

    private async Task InterruptedAsync()
    {
        using var stop = new CancellationTokenSource();
        var sync = World.Sync.SyncAsync(cancellationToken: stop.Token);
        await BuildingAsync(sync);
        await stop.CancelAsync();
        var result = await sync;
        (result.ExitCode, result.Report.Items.New, result.Report.Remaining).ShouldBe((ExitCode.Interrupted, 1, 0));
        result.Report.Notes.ShouldContain(note => note.Contains("can be searched", StringComparison.Ordinal) && note.Contains(
            "embsync repair", StringComparison.Ordinal));
        await using var workspace = World.Sync.Open();
        (await workspace.Store.ReadRunsAsync(1, default)).Single().Status.ShouldBe("done");
    }

    /// <summary>
    /// A transaction that the build of an index over the new generation has to wait for, and no search or insert; begun with the first
    /// purchase, when the
    /// table is there.
    /// </summary>
    private async Task<NpgsqlConnection> HoldIndexAsync(string? with = null)
    {
        var connection = await PostgresFixture.OpenAsync(postgres.Url);
        var taken = 0;
        World.Server.Decide = _ =>
        {
            if (Interlocked.Exchange(ref taken, 1) == 0)
            {
                using var command = new NpgsqlCommand(with ?? $"BEGIN; LOCK TABLE {_schema}.vec_2 IN ROW EXCLUSIVE MODE", connection);
                command.ExecuteNonQuery();
            }

            return null;
        };
        return connection;
    }

    private async Task BuildingAsync(Task sync)
    {
        while ((await PostgresFixture.RowsAsync(
            postgres.Url, $"SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%CREATE INDEX%{_schema}%'")).Count == 0)
        {
            sync.IsCompleted.ShouldBeFalse();
            await Task.Delay(20);
        }
    }
}
