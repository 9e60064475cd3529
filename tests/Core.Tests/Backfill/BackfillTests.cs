using EmbSync.Core.Buying;
using EmbSync.Core.Configuration;
using EmbSync.Core.Jobs;
using EmbSync.Core.Jobs.Backfill;
using EmbSync.Core.Model;
using EmbSync.Core.Storage;
using EmbSync.Core.Tests.Sources.Rows;
using EmbSync.Core.Tests.Sync;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Backfill;

/// <summary>Rounds over what lacks vectors, by one process or several.</summary>
public abstract class BackfillTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const int Items = 60;

    /// <summary>Per process: requests under way and answers that are not kept yet, in texts.</summary>
    private const int MayBeLost = 2 * 2 * 8;

    private static readonly SpendLimit Unlimited = new(null, null);

    private RowWorld _world = null!;

    private protected abstract StoreConfig Store(string url, string folder);

    public async Task InitializeAsync()
    {
        var url = await postgres.NewVectorDatabaseAsync();
        _world = await RowWorld.StartAsync(url, folder => Store(url, folder));
        await _world.RunAsync($"""
            CREATE TABLE issue (id int PRIMARY KEY, active bool NOT NULL DEFAULT true, body text, rank int, updated_at timestamptz);
            INSERT INTO issue SELECT g, true, 'Body ' || g, g % 3, timestamptz '2025-01-01' + g * interval '1 hour' FROM generate_series(1, {Items}) g;
            """);
        _world.Configure("""
            - name: issues
              type: query
              query: SELECT id, body AS text, rank AS priority, updated_at FROM issue WHERE active
            """);
    }

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task Goes_by_priority_then_newest_until_the_queue_is_empty()
    {
        var first = await RunAsync(rounds: 1, limit: 8);

        (first.ExitCode, first.Report.QueueEmpty, first.Report.Rounds.Done, first.Report.Items.Done, first.Report.Items.Left).ShouldBe(
            (ExitCode.Done, false, 1, 8, Items - 8));
        _world.Server.Purchases.Keys.ShouldBe(Enumerable.Range(0, 8).Select(i => $"Body {59 - (3 * i)}"), ignoreOrder: true);
        (await _world.ItemsAsync("issues")).Count.ShouldBe(8, "what was bought is searchable when it ends");

        var rest = await RunAsync(limit: 8);

        (rest.ExitCode, rest.Report.QueueEmpty, rest.Report.Items.Done, rest.Report.Items.Left, rest.Report.Chunks).ShouldBe(
            (ExitCode.Done, true, Items - 8, 0, Items - 8));
        rest.Report.Rounds.Done.ShouldBe(7);
        await _world.SyncedAsync(); // records how far the source is
        await _world.ShouldBeCleanAsync();
        var requests = _world.Server.Requests;
        (await RunAsync()).Report.QueueEmpty.ShouldBeTrue();
        _world.Server.Requests.ShouldBe(requests);
        _world.Server.BoughtTwice.ShouldBeEmpty();
    }

    [Fact]
    public async Task Says_first_what_is_left_and_what_it_costs()
    {
        await using var workspace = _world.Sync.Open();
        var engine = new BackfillEngine(workspace, TimeProvider.System);

        var report = await engine.DryRunAsync(Request(100, 8), new(0.000001m, null), default);

        (report.Items.Left, report.Chunks, report.Tokens.Estimated).ShouldBe((Items, Items, Items * 2L));
        report.Notes.ShouldContain(note => note.StartsWith("a backfill would stop: about $", StringComparison.Ordinal));
        (await engine.RunAsync(Request(100, 8), new(0.000001m, null), new Progress<BackfillProgress>(), default)).ExitCode.ShouldBe(
            ExitCode.Guard);
        _world.Server.Requests.ShouldBe(0);
        (await _world.RevisionAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Several_at_once_share_the_work_and_buy_nothing_twice()
    {
        _world.Server.Latency = TimeSpan.FromMilliseconds(30);

        var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => RunAsync(limit: 8))));

        results.ShouldAllBe(result => result.ExitCode == ExitCode.Done && result.Report.QueueEmpty);
        results.Sum(result => result.Report.Chunks).ShouldBe(Items);
        _world.Server.BoughtTwice.ShouldBeEmpty();
        await _world.SyncedAsync(); // records how far the source is
        await _world.ShouldBeCleanAsync();
        (await QueueAsync()).ShouldBe(QueueState.Empty);
    }

    [Fact]
    public Task Dead_at_a_write_the_rest_is_done_by_the_next() => KillAsync(KillPoints.OfEachKind);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [Trait("suite", "slow")]
    public Task Dead_at_any_write_the_rest_is_done_by_the_next(int part) => KillAsync(points => KillPoints.OfPart(points, part));

    private async Task KillAsync(Func<IReadOnlyList<string>, IReadOnlyList<int>> choose)
    {
        var chosen = choose(await RoundAsync(int.MaxValue));
        chosen.ShouldNotBeEmpty();
        foreach (var point in chosen)
        {
            await RoundAsync(point);
        }

        await _world.SyncedAsync(); // records how far the source is
        await _world.ShouldBeCleanAsync();
    }

    /// <summary>
    /// All rows get another text; a backfill that dies at a point, and the next one. Answers the points that the first one passed.
    /// </summary>
    private async Task<IReadOnlyList<string>> RoundAsync(int point)
    {
        await _world.Sync.SyncAsync(new() { MaxDelete = new(1.0, null) });
        await _world.RunAsync($"UPDATE issue SET body = 'Round {point} ' || id");
        var before = _world.Server.Inputs;
        DyingStore? dying = null;
        var label = $"point {point}";
        var died = false;
        try
        {
            await RunAsync(limit: 16, through: store => dying = new(store, point));
        }
        catch (DeathException death)
        {
            (died, label) = (true, $"{label} {death.Message}");
            (await RunAsync(limit: 16)).ExitCode.ShouldBe(ExitCode.Done, label);
        }

        // Requests end in any order, and with them the count of writes at the very end.
        (died || point > dying!.Points.Count).ShouldBeTrue(label);
        (_world.Server.Inputs - before - Items).ShouldBeInRange(0, MayBeLost, label);
        (await QueueAsync()).ShouldBe(QueueState.Empty, label);
        (await _world.Sync.SyncAsync()).Report.Items.Unchanged.ShouldBe(Items, label);
        return dying!.Points;
    }

    [Fact]
    public async Task A_sync_leaves_what_is_in_the_queue_to_it_and_takes_over_what_is_left_behind()
    {
        await RunAsync(rounds: 1, limit: 8);
        await using (var workspace = _world.Sync.Open())
        {
            await using (var build = await BuildAsync(workspace))
            {
                await build.OfferAsync([new(ContentHash.Of("Body 1"), "Body 1", new("issues", "1"))], false, default);
                (await _world.Sync.SyncAsync().ContinueWith(run => run.Exception?.InnerException, TaskScheduler.Default))
                    .ShouldBeOfType<LockedException>().Message.ShouldContain("a backfill or reembed is embedding");
            }
        }

        (await _world.SyncedAsync()).Report.Items.New.ShouldBe(Items - 8);
        (await QueueAsync()).ShouldBe(QueueState.Empty);
        _world.Server.BoughtTwice.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_row_that_leaves_the_scope_meanwhile_is_not_stored_and_its_text_does_not_stay()
    {
        var leaving = new Lazy<int>(
            () => PostgresFixture.RunAsync(_world.Url, "UPDATE issue SET active = false WHERE id IN (59, 1)").GetAwaiter().GetResult());
        _world.Server.Decide = _ => leaving.Value < 0 ? throw new InvalidOperationException() : null;

        var result = await RunAsync(limit: 8);

        result.ExitCode.ShouldBe(ExitCode.Done);
        (await _world.ItemsAsync("issues")).Keys.ShouldNotContain("59");
        (await QueueAsync()).ShouldBe(QueueState.Empty);
        await _world.SyncedAsync(); // records how far the source is
        await _world.ShouldBeCleanAsync();
    }

    [Fact]
    public async Task A_text_that_is_refused_is_named_and_the_rest_is_done()
    {
        await _world.RunAsync("UPDATE issue SET body = 'poison' WHERE id = 7");
        _world.Server.RefuseTextsContaining("poison");

        var result = await RunAsync(limit: 8);

        result.ExitCode.ShouldBe(ExitCode.Partial);
        result.Report.Errors.ShouldHaveSingleItem().Id.ShouldBe("7");
        (result.Report.Items.Left, result.Report.QueueEmpty).ShouldBe((1, true));
        (await _world.ItemsAsync("issues")).Count.ShouldBe(Items - 1);
        (await QueueAsync()).ShouldBe(QueueState.Empty);
    }

    [Fact]
    public async Task Interrupted_it_ends_at_once_and_the_next_one_goes_on()
    {
        using var stop = new CancellationTokenSource();
        _world.Server.Decide = _ =>
        {
            if (_world.Server.Requests > 2)
            {
                stop.Cancel();
            }

            return null;
        };

        var result = await RunAsync(limit: 8, cancellationToken: stop.Token);

        result.ExitCode.ShouldBe(ExitCode.Interrupted);
        (await QueueAsync()).ShouldBe(QueueState.Empty);
        _world.Server.Decide = _ => null;
        (await RunAsync()).Report.QueueEmpty.ShouldBeTrue();
        _world.Server.BoughtTwice.ShouldBeEmpty();
        (await _world.ItemsAsync("issues")).Count.ShouldBe(Items);
    }

    [Theory]
    [InlineData("Offer")]
    [InlineData("Claim")]
    [InlineData("Complete")]
    public async Task A_store_that_fails_ends_it(string write)
    {
        var result = await RunAsync(limit: 8, through: store => new DyingStore(
            store, int.MaxValue) { Fails = name => name == write ? new StoreException("the disk is full") : null });

        result.ExitCode.ShouldBe(ExitCode.Failed);
        result.Stopped.ShouldBeOfType<StoreException>().Message.ShouldContain("the disk is full");
    }

    [Fact]
    public async Task Another_model_than_the_one_in_use_is_refused()
    {
        await RunAsync(rounds: 1, limit: 8);
        var before = _world.Sync.Configure;
        _world.Sync.Configure = config => before(config) with { Embeddings = config.Embeddings with { Dimension = 32 } };

        (await Should.ThrowAsync<UsageException>(RunAsync())).Message.ShouldContain("embsync reembed");
    }

    [Fact]
    public async Task A_refusal_of_the_provider_ends_it_and_keeps_what_was_bought()
    {
        _world.Server.Decide = _ => _world.Server.Requests > 3 ? Fault.Quota() : null;

        var result = await RunAsync(limit: 8);

        result.ExitCode.ShouldBe(ExitCode.Refused);
        result.Report.Items.Left.ShouldBe(Items - result.Report.Chunks);
        _world.Server.Decide = _ => null;
        (await RunAsync(limit: 8)).Report.QueueEmpty.ShouldBeTrue();
        _world.Server.BoughtTwice.ShouldBeEmpty();
    }

    private static BackfillRequest Request(int rounds, int limit) => new(rounds, TimeSpan.Zero, limit, []);

    private async Task<BackfillResult> RunAsync(
        int rounds = 100, int limit = 200, Func<IStore, IStore>? through = null, CancellationToken cancellationToken = default)
    {
        await using var workspace = _world.Sync.Open();
        var used = through is null ? workspace : workspace.With(through(workspace.Store));
        return await new BackfillEngine(used.With(TimeSpan.FromSeconds(30)), TimeProvider.System).RunAsync(
            Request(rounds, limit), Unlimited, new Progress<BackfillProgress>(), cancellationToken);
    }

    private static async Task<IGenerationBuild> BuildAsync(Workspace workspace)
    {
        await using var writer = await workspace.BeginWriteAsync(default);
        return await writer.BeginBuildAsync(Generation.DefaultSpace, workspace.Spaces[0].Signature, default);
    }

    private async Task<QueueState> QueueAsync()
    {
        await using var workspace = _world.Sync.Open();
        var head = await workspace.Store.ReadHeadAsync(default);
        return await workspace.Store.ReadQueueAsync(head.Active(Generation.DefaultSpace)!.Id, default);
    }
}

public sealed class SqliteBackfillTests(PostgresFixture postgres) : BackfillTests(postgres), IClassFixture<PostgresFixture>
{
    private protected override StoreConfig Store(string url, string folder) =>
        SyncWorld.StoreAt(Path.Combine(folder, ".git", "embsync-test.db"));
}

public sealed class PostgresBackfillTests(PostgresFixture postgres) : BackfillTests(postgres), IClassFixture<PostgresFixture>
{
    private protected override StoreConfig Store(string url, string folder) =>
        new(StoreBackend.Postgres, "", new Secret(url, "env:TEST"), "embsync", null, VectorType.HalfVec, true);
}
