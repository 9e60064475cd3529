using EmbSync.Core.Configuration;
using EmbSync.Core.Jobs.Search;
using EmbSync.Core.Model;
using EmbSync.Core.Planning;
using EmbSync.Core.Tests.Sync;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Reembed;

/// <summary>Another model for embsync's own store, on every kind of store that lasts.</summary>
public abstract class ReembedTests : IAsyncLifetime
{
    private ReembedWorld _world = null!;

    private FakeEmbeddingServer Server => _world.Server;

    private protected abstract StoreConfig Store(string folder);

    public async Task InitializeAsync() => _world = await ReembedWorld.OpenAsync(Store);

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task A_new_dimension_is_bought_once_and_takes_over()
    {
        var before = Server.Inputs;
        var result = await _world.RunAsync();
        (result.ExitCode, result.Report.Status, result.Report.Switched, result.Report.Pinned, result.Report.TypeChanges).ShouldBe(
            (ExitCode.Done, "done", true, true, true));
        (result.Report.Chunks.Total, result.Report.Chunks.Missing, result.Report.Chunks.Embedded).ShouldBe((9, 9, 9));
        (Server.Inputs - before).ShouldBe(9);
        (await _world.Sync.ContentsAsync()).ShouldBe(await _world.CleanAsync());

        var requests = Server.Requests;
        var again = await _world.RunAsync();
        (again.ExitCode, again.Report.Chunks.Embedded, again.Report.Switched, again.Report.RunId).ShouldBe((ExitCode.Done, 0, false, null));
        Server.Requests.ShouldBe(requests);
    }

    [Fact]
    public async Task A_dry_run_says_what_it_costs_and_touches_nothing()
    {
        var before = await _world.Sync.ContentsAsync();
        var (requests, active) = (Server.Requests, await _world.ActiveAsync());
        var report = await _world.DryRunAsync();
        (report.DryRun, report.Status, report.Switched, report.Chunks.Missing, report.Requests).ShouldBe((true, "planned", true, 9, 5));
        report.Tokens.Estimated.ShouldBePositive();
        report.Cost.Estimated!.Value.ShouldBePositive();
        (await _world.Sync.ContentsAsync()).ShouldBe(before);
        (Server.Requests, await _world.ActiveAsync()).ShouldBe((requests, active));
        await using var workspace = _world.Sync.Open();
        (await workspace.Store.ReadHeadAsync(default)).Generations.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Rolling_back_costs_nothing_and_is_kept_until_it_is_unpinned()
    {
        await _world.RunAsync();
        _world.Configure(ReembedWorld.After);
        (await _world.Sync.SyncAsync()).ExitCode.ShouldBe(ExitCode.Done);
        (await _world.ActiveAsync()).IsPinned.ShouldBeFalse();

        var requests = Server.Requests;
        var back = await _world.RunAsync(new(Rollback: true), null);
        (back.ExitCode, back.Report.Switched, back.Report.Target.Dimension, back.Report.Pinned).ShouldBe(
            (ExitCode.Done, true, ReembedWorld.Before, true));
        Server.Requests.ShouldBe(requests);

        _world.Write(20, "New words that come in afterwards.");
        var kept = await _world.Sync.SyncAsync();
        (kept.ExitCode, kept.Report.Dimension, kept.Report.Chunks.Embedded).ShouldBe((ExitCode.Done, ReembedWorld.Before, 1));
        kept.Report.Notes.ShouldContain(note => note.Contains("reembed --unpin", StringComparison.Ordinal));
        (await _world.Sync.StatusAsync()).Items.Stale.ShouldBe(0);

        (await _world.RunAsync(new(Unpin: true), null)).ExitCode.ShouldBe(ExitCode.Done);
        var followed = await _world.Sync.SyncAsync();
        (followed.ExitCode, followed.Report.Dimension, followed.Report.Chunks.Embedded).ShouldBe((ExitCode.Done, ReembedWorld.After, 1));
        (await _world.Sync.ContentsAsync()).ShouldBe(await _world.CleanAsync());
    }

    [Fact]
    public async Task Going_back_buys_only_what_came_in_since()
    {
        await _world.RunAsync();
        _world.Configure(ReembedWorld.After);
        _world.Write(20, "New words that come in afterwards.");
        await _world.Sync.SyncAsync();
        var before = Server.Inputs;
        var back = await _world.RunAsync(new(Rollback: true), null);
        (back.ExitCode, back.Report.Chunks.Embedded, Server.Inputs - before).ShouldBe((ExitCode.Done, 1, 1));
        (await _world.Sync.ContentsAsync()).ShouldBe(await _world.CleanAsync(ReembedWorld.Before));
    }

    [Fact]
    public async Task There_must_be_something_to_go_back_to() =>
        (await Should.ThrowAsync<UsageException>(() => _world.RunAsync(new(Rollback: true), null))).Message.ShouldContain(
            "no earlier generation");

    [Fact]
    [Fault(57, "a sync during a reembed", On = [Touched.Sqlite, Touched.Postgres])]
    public async Task A_sync_meanwhile_goes_on_and_what_it_brings_is_in_the_new_generation()
    {
        var synced = 0;
        Server.Decide = request =>
        {
            if (request.Dimensions == ReembedWorld.After && Interlocked.Exchange(ref synced, 1) == 0)
            {
                _world.Write(20, "New words that come in meanwhile.");
                File.Delete(_world.Repository.Full("tasks/t3.md"));
                _world.Sync.SyncAsync().GetAwaiter().GetResult().ExitCode.ShouldBe(ExitCode.Done);
            }

            return null;
        };
        var result = await _world.RunAsync();
        (result.ExitCode, result.Report.Switched, synced).ShouldBe((ExitCode.Done, true, 1));
        (await _world.Sync.ContentsAsync()).ShouldBe(await _world.CleanAsync());
    }

    [Fact]
    public async Task A_sync_that_wants_the_same_generation_leaves_it_to_the_reembed()
    {
        ExitCode? seen = null;
        Server.Decide = request =>
        {
            if (request.Dimensions == ReembedWorld.After && seen is null)
            {
                seen = ExitCode.Done;
                _world.Configure(ReembedWorld.After);
                seen = Should.Throw<LockedException>(() => _world.Sync.SyncAsync()).ExitCode;
                _world.Configure(ReembedWorld.Before);
            }

            return null;
        };
        var before = Server.Inputs;
        (await _world.RunAsync()).Report.Switched.ShouldBeTrue();
        (seen, Server.Inputs - before).ShouldBe((ExitCode.Locked, 9));
    }

    [Fact]
    [Fault(57, "two reembeds at once", On = [Touched.Sqlite, Touched.Postgres])]
    public async Task Two_at_once_share_the_work_and_one_of_them_switches()
    {
        Server.Latency = TimeSpan.FromMilliseconds(50);
        var before = Server.Inputs;
        var both = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() => _world.RunAsync(wait: TimeSpan.FromMinutes(1)))));
        (Server.Inputs - before).ShouldBe(9);
        both.ShouldAllBe(one => one.ExitCode == ExitCode.Done);
        both.Count(one => one.Report.Switched).ShouldBe(1);
        both.Sum(one => one.Report.Chunks.Embedded).ShouldBe(9);
        (await _world.Sync.ContentsAsync()).ShouldBe(await _world.CleanAsync());
    }

    [Fact]
    [Fault(57, "a rollback during a sync", On = [Touched.Sqlite, Touched.Postgres])]
    public async Task A_rollback_during_a_sync_waits_or_leaves()
    {
        await _world.RunAsync();
        _world.Configure(ReembedWorld.After);
        _world.Write(20, "New words.");
        Exception? refused = null;
        Server.Decide = _ =>
        {
            refused ??= Should.Throw<LockedException>(() => _world.RunAsync(new(Rollback: true), null));
            return null;
        };
        (await _world.Sync.SyncAsync()).ExitCode.ShouldBe(ExitCode.Done);
        refused.ShouldNotBeNull();
        (await _world.ActiveAsync()).Signature.Dimension.ShouldBe(ReembedWorld.After);
    }

    [Fact]
    public async Task A_text_that_the_new_model_refuses_holds_up_the_switch_and_is_named()
    {
        Server.Spoils = text => text.Contains("Body 4", StringComparison.Ordinal);
        var result = await _world.RunAsync();
        (result.ExitCode, result.Report.Status, result.Report.Switched, result.Report.Chunks.Embedded).ShouldBe(
            (ExitCode.Partial, "partial", false, 8));
        result.Report.Errors.Single().Id.ShouldBe("T-4");
        (await _world.ActiveAsync()).Signature.Dimension.ShouldBe(ReembedWorld.Before);

        Server.Spoils = _ => false;
        var before = Server.Inputs;
        (await _world.RunAsync()).Report.Switched.ShouldBeTrue();
        (Server.Inputs - before).ShouldBe(1);
    }

    [Fact]
    public async Task A_budget_is_looked_at_before_anything_is_begun()
    {
        var requests = Server.Requests;
        var result = await _world.RunAsync(spend: new(null, 10));
        (result.ExitCode, result.Report.Status, Server.Requests).ShouldBe((ExitCode.Guard, "stopped", requests));
        await using var workspace = _world.Sync.Open();
        (await workspace.Store.ReadHeadAsync(default)).Generations.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_model_that_nobody_knows_is_refused_before_anything_is_written()
    {
        Server.Models = [ReembedWorld.Model];
        await Should.ThrowAsync<ProviderRefusedException>(() => _world.RunAsync(model: "text-embedding-4-huge"));
        await using var workspace = _world.Sync.Open();
        (await workspace.Store.ReadHeadAsync(default)).Generations.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Texts_that_the_store_does_not_keep_are_read_again()
    {
        _world.Sync.Configure = config => config with { Store = config.Store with { KeepText = false } };
        for (var i = 0; i < 9; i++)
        {
            _world.Write(i, $"Body {i} as it is now.");
        }

        await _world.Sync.SyncAsync();
        _world.Write(5, "Another body by now.");
        var result = await _world.RunAsync();
        (result.ExitCode, result.Report.Chunks.Embedded, result.Report.Switched).ShouldBe((ExitCode.Partial, 8, false));
        result.Report.Errors.Single().Message.ShouldContain("run 'embsync sync' first");

        await _world.Sync.SyncAsync();
        (await _world.RunAsync()).Report.Switched.ShouldBeTrue();
    }

    [Fact]
    public async Task An_interruption_keeps_what_is_paid_and_gives_the_rest_back()
    {
        Server.Latency = TimeSpan.FromMilliseconds(30);
        using var stop = new CancellationTokenSource();
        var answered = 0;
        Server.Decide = _ =>
        {
            if (Interlocked.Increment(ref answered) == 2)
            {
                stop.CancelAfter(1);
            }

            return null;
        };
        var before = Server.Inputs;
        var result = await _world.RunAsync(cancellationToken: stop.Token);
        (result.ExitCode, result.Report.Status, result.Report.Switched).ShouldBe((ExitCode.Interrupted, "interrupted", false));
        (await _world.RunAsync()).Report.Switched.ShouldBeTrue();
        (Server.Inputs - before).ShouldBe(9);
    }

    [Fact]
    public async Task Searches_use_the_old_generation_until_the_switch_and_never_both()
    {
        Server.Decide = request =>
        {
            if (request.Dimensions == ReembedWorld.After)
            {
                (Search(ReembedWorld.Before).GetAwaiter().GetResult()).ShouldBe("T-4");
            }

            return null;
        };
        await _world.RunAsync();
        Server.Decide = _ => null;
        (await Search(ReembedWorld.After)).ShouldBe("T-4");

        async Task<string> Search(int dimension)
        {
            await using var workspace = _world.Sync.Open();
            var found = await new SearchEngine(workspace).SearchAsync(
                new("Task 4\n\nBody 4 of what is to be done.", 1, null, null, [], null), default);
            (await workspace.Store.ReadHeadAsync(default)).Active("default")!.Signature.Dimension.ShouldBe(dimension);
            return found.Results.Single().Id;
        }
    }

    [Fact]
    public async Task Its_receipt_is_kept_and_teaches_the_next_estimate()
    {
        await _world.RunAsync();
        await using var workspace = _world.Sync.Open();
        var run = (await workspace.Store.ReadRunsAsync(1, default)).Single();
        (run.Command, run.Status, run.ItemsTotal, run.ItemsProcessed).ShouldBe(("reembed", "done", 9, 9));
        PastReceipts.Of([run], ReembedWorld.Model).Runs.ShouldBe(run.Tokens < 200 ? 0 : 1);
    }
}

public sealed class SqliteReembedTests : ReembedTests
{
    private protected override StoreConfig Store(string folder) => SyncWorld.StoreAt(Path.Combine(folder, ".git", "embsync-test.db"));
}

public sealed class PostgresReembedTests(PostgresFixture postgres) : ReembedTests, IClassFixture<PostgresFixture>
{
    private protected override StoreConfig Store(string folder) => PostgresStores.Of(postgres, "r" + Guid.NewGuid().ToString("N")[..8]);
}

internal static class PostgresStores
{
    /// <summary>Small enough tables have an index.</summary>
    public static StoreConfig Of(PostgresFixture postgres, string schema) =>
        new(StoreBackend.Postgres, "/index.db", new Secret(postgres.Url, "env:TEST"), schema, null, VectorType.HalfVec, true)
            { Index = IndexConfig.Default with { MinRows = 5 } };
}
