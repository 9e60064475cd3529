using EmbSync.Core.Configuration;
using EmbSync.Core.Jobs;
using EmbSync.Core.Jobs.Cache;
using EmbSync.Core.Jobs.Reembed;
using EmbSync.Core.Jobs.Search;
using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Model;
using EmbSync.Core.Tests.Reembed;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Sync;

/// <summary>
/// Two models at once: one pass over the items, requests to both at the same time, and an item is in step only when it is in both.
/// </summary>
public abstract class SpacesTests : IAsyncLifetime
{
    private static readonly SpaceConfig Large = new("large", "text-embedding-3-large", 24);
    private static readonly SpaceConfig Small = new("small", ReembedWorld.Model, ReembedWorld.After);

    private ReembedWorld _world = null!;

    private FakeEmbeddingServer Server => _world.Server;

    private protected abstract StoreConfig Store(string folder);

    public async Task InitializeAsync() => _world = await ReembedWorld.OpenAsync(Store);

    public async Task DisposeAsync() => await _world.DisposeAsync();

    private void Configure(params SpaceConfig[] spaces) => _world.Sync.Configure = config => config with
    {
        Embeddings = config.Embeddings with { Spaces = spaces, Model = spaces[0].Model, Dimension = spaces[0].Dimension },
    };

    private async Task<(string Space, int Dimension, int Vectors, GenerationState State)[]> GenerationsAsync()
    {
        await using var workspace = _world.Sync.Open();
        var found = new List<(string, int, int, GenerationState)>();
        foreach (var one in (await workspace.Store.ReadHeadAsync(default)).Generations)
        {
            found.Add((one.Space, one.Signature.Dimension, (await workspace.Store.ReadVectorPageAsync(one.Id, null, 1000, default)).Count,
                one.State));
        }

        return [.. found];
    }

    [Fact]
    public async Task Both_models_are_asked_at_the_same_time_and_each_text_once_in_each()
    {
        Configure(Large, Small);
        var (before, both, requestsBefore) = (Server.Inputs, 0, Server.Requests);
        var models = new System.Collections.Concurrent.ConcurrentDictionary<string, int>();
        var seen = new CountdownEvent(2);
        Server.Decide = request =>
        {
            if (models.AddOrUpdate(request.Model, 1, (_, count) => count + 1) == 1)
            {
                seen.Signal();
            }

            // Neither of the two models is answered before the other was asked.
            _ = seen.Wait(TimeSpan.FromSeconds(30)) ? Interlocked.Increment(ref both) : 0;
            return null;
        };
        var result = await _world.Sync.SyncAsync();
        (result.ExitCode, result.Report.Chunks.Embedded, Server.Inputs - before).ShouldBe((ExitCode.Done, 18, 18L));
        both.ShouldBe(Server.Requests - requestsBefore);
        result.Report.Spaces.Select(space => (space.Name, space.Chunks, space.Requests)).ShouldBe([("large", 9, 5), ("small", 9, 5)]);
        result.Report.Cost.Actual.ShouldBe(result.Report.Spaces.Sum(space => space.Cost.Actual));
        (await GenerationsAsync())
            .ShouldBe([("default", 32, 9, GenerationState.Active), ("large", 24, 9, GenerationState.Active),
            ("small", 16, 9, GenerationState.Active)]);

        var requests = Server.Requests;
        var again = await _world.Sync.SyncAsync();
        (again.ExitCode, again.Report.Chunks.Embedded, Server.Requests).ShouldBe((ExitCode.Done, 0, requests));
        again.Report.Notes.ShouldContain(note => note.Contains("space 'default'", StringComparison.Ordinal) && note.Contains(
            "no longer configured", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Each_space_has_its_own_coverage_and_is_searched_by_its_own_model()
    {
        Configure(Large, Small);
        await _world.Sync.SyncAsync();
        _world.Write(20, "Words that only one model takes.");
        Server.Decide = request =>
            request.Model == Large.Model && request.Inputs.Any(text => text.Contains("only one model", StringComparison.Ordinal))
            ? Fault.Status(400, "invalid_request_error", "This model's maximum context length is 8192 tokens") : null;
        var result = await _world.Sync.SyncAsync();
        (result.ExitCode, result.Report.Errors.Select(error => error.Id).Single()).ShouldBe((ExitCode.Partial, "T-20"));
        Server.Decide = _ => null;
        var status = await _world.Sync.StatusAsync();
        status.Spaces.Select(space => (space.Name, space.Model, space.Dimension)).ShouldBe(
            [("large", Large.Model, 24), ("small", Small.Model, 16)]);
        (status.Items.Total, status.Items.Missing).ShouldBe((10, 1));
        status.Estimate.Chunks.ShouldBe(1);

        await using var workspace = _world.Sync.Open();
        foreach (var space in new[] { "large", "small" })
        {
            var found = await new SearchEngine(workspace).SearchAsync(
                new("Task 4\n\nBody 4 of what is to be done.", 1, null, null, [], null, space), default);
            (found.Space, found.Results.Single().Id).ShouldBe((space, "T-4"));
        }

        (await Should.ThrowAsync<UsageException>(() => new SearchEngine(workspace)
            .SearchAsync(new("x", 1, null, null, [], null, "huge"), default))).Message.ShouldContain("'large', 'small'");
        var before = Server.Inputs;
        (await _world.Sync.SyncAsync()).Report.Chunks.Embedded.ShouldBe(1);
        (Server.Inputs - before).ShouldBe(1);
    }

    [Fact]
    public async Task Moving_to_spaces_takes_over_what_is_paid()
    {
        var requests = Server.Requests;
        Configure(new SpaceConfig("main", ReembedWorld.Model, ReembedWorld.Before));
        var result = await _world.Sync.SyncAsync();
        (result.ExitCode, result.Report.Chunks.Embedded, Server.Requests).ShouldBe((ExitCode.Done, 0, requests));
        (await GenerationsAsync())[1].ShouldBe(("main", ReembedWorld.Before, 9, GenerationState.Active));
        (await _world.Sync.SyncAsync()).Report.Items.Unchanged.ShouldBe(9);
    }

    [Fact]
    public async Task A_change_of_one_model_leaves_the_other_alone()
    {
        Configure(Large, Small);
        await _world.Sync.SyncAsync();
        var before = Server.Inputs;
        Configure(Large with { Dimension = 12 }, Small);
        var result = await _world.Sync.SyncAsync();
        (result.ExitCode, result.Report.Chunks.Embedded, Server.Inputs - before).ShouldBe((ExitCode.Done, 9, 9L));
        (await GenerationsAsync())
            .ShouldBe([("default", 32, 9, GenerationState.Active), ("large", 24, 9, GenerationState.Retired),
            ("small", 16, 9, GenerationState.Active), ("large", 12, 9, GenerationState.Active)]);
    }

    [Fact]
    public async Task The_budget_holds_for_both_together()
    {
        Configure(Large, Small);
        var tokens = (await _world.Sync.DryRunAsync()).Tokens.Estimated;
        await using var workspace = _world.Sync.Open();
        var stopped = await new SyncEngine(workspace, TimeProvider.System).RunAsync(
            new(), new(null, tokens - 1), new Progress<SyncProgress>(), default);
        stopped.ExitCode.ShouldBe(ExitCode.Guard);
        (await new SyncEngine(workspace, TimeProvider.System).RunAsync(new(), new(null, tokens), new Progress<SyncProgress>(), default))
            .ExitCode.ShouldBe(ExitCode.Done);
    }

    [Fact]
    public async Task A_provider_that_refuses_one_model_stops_both_and_keeps_what_is_paid()
    {
        Configure(Large, Small);
        var refused = 0;
        Server.Decide = request => request.Model == Large.Model && Interlocked.Increment(ref refused) > 2 ? Fault.Quota() : null;
        var result = await _world.Sync.SyncAsync();
        result.ExitCode.ShouldBe(ExitCode.Refused);
        Server.Decide = _ => null;
        (await _world.Sync.SyncAsync()).ExitCode.ShouldBe(ExitCode.Done);
        Server.Purchases.Values.Sum().ShouldBe(9 + 18);
        (await GenerationsAsync())[1..].ShouldAllBe(one => one.Vectors == 9);
    }

    [Fact]
    public async Task A_limit_on_requests_leaves_the_rest_for_the_next_run()
    {
        Configure(Large, Small);
        var first = await _world.Sync.SyncAsync(new() { MaxBatches = 1 });
        (first.ExitCode, first.Report.Chunks.Embedded).ShouldBe((ExitCode.Done, 4));
        var second = await _world.Sync.SyncAsync();
        (second.ExitCode, second.Report.Chunks.Embedded).ShouldBe((ExitCode.Done, 14));
    }

    [Fact]
    public async Task A_space_can_be_embedded_again_on_its_own()
    {
        Configure(Large, Small);
        await _world.Sync.SyncAsync();
        var before = Server.Inputs;
        await using (var workspace = _world.Sync.Open())
        {
            var config = workspace.Config with
                { Embeddings = workspace.Config.Embeddings with { Spaces = [Large, Small with { Dimension = 8 }] } };
            await using var other = Workspace.Open(config, Core.Git.GitRepository.Discover(_world.Repository.Path), TimeProvider.System);
            var result = await new StoreReembed(other, workspace.SignatureOf("small"), TimeProvider.System).RunAsync(
                new("small"), new(null, null), new Progress<ReembedProgress>(), default);
            (result.ExitCode, result.Report.Switched, result.Report.Pinned, Server.Inputs - before).ShouldBe(
                (ExitCode.Done, true, true, 9L));
        }

        var kept = await _world.Sync.SyncAsync();
        (kept.ExitCode, kept.Report.Chunks.Embedded).ShouldBe((ExitCode.Done, 0));
        kept.Report.Notes.ShouldContain(note => note.Contains("reembed --unpin' --space small", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_cache_is_of_one_space()
    {
        Configure(Large, Small);
        await _world.Sync.SyncAsync();
        await using var workspace = _world.Sync.Open();
        var file = _world.Repository.Full("small.vectors");
        (await new VectorCache(workspace, "small", TimeProvider.System).ExportAsync(file, default)).Vectors.ShouldBe(9);
        (await Should.ThrowAsync<UsageException>(() => new VectorCache(workspace, "large", TimeProvider.System).ImportAsync(file, default)))
            .Message.ShouldContain("never mixed");
    }

    [Fact]
    [Fault(53, "before and after every write, with two models", On = [Touched.Sqlite, Touched.Postgres])]
    public async Task Killed_at_any_write_the_next_run_does_the_rest()
    {
        Configure(Large, Small);
        for (var point = 1; ; point += 2)
        {
            _world.Write(3, $"Another body {point}.");
            _world.Write(4, $"One more body {point}.");
            File.Delete(_world.Repository.Full("tasks/t7.md"));
            if (point % 4 == 1)
            {
                _world.Write(7, $"Back again {point}.");
            }

            var before = Server.Inputs;
            var needed = (await _world.Sync.DryRunAsync()).Chunks.Embedded;
            DyingStore? dying = null;
            await using (var workspace = _world.Sync.Open())
            {
                dying = new(workspace.Store, point);
                try
                {
                    await new SyncEngine(workspace.With(dying), TimeProvider.System).RunAsync(
                        new(), new(null, null), new Progress<SyncProgress>(), default);
                }
                catch (DeathException)
                {
                    // As asked.
                }
            }

            (await _world.Sync.SyncAsync()).ExitCode.ShouldBe(ExitCode.Done, $"point {point}");
            (Server.Inputs - before - needed).ShouldBeInRange(0, 16, $"point {point}");
            var requests = Server.Requests;
            (await _world.Sync.SyncAsync()).Report.Items.Changed.ShouldBe(0, $"point {point}");
            Server.Requests.ShouldBe(requests);
            (await _world.Sync.StatusAsync()).Spaces.ShouldAllBe(space => space.Coverage == 1);
            if (dying.Points.Count < point)
            {
                point.ShouldBeGreaterThan(10);
                break;
            }
        }
    }
}

public sealed class SqliteSpacesTests : SpacesTests
{
    private protected override StoreConfig Store(string folder) => SyncWorld.StoreAt(Path.Combine(folder, ".git", "embsync-test.db"));
}

public sealed class PostgresSpacesTests(PostgresFixture postgres) : SpacesTests, IClassFixture<PostgresFixture>
{
    private protected override StoreConfig Store(string folder) => PostgresStores.Of(postgres, "s" + Guid.NewGuid().ToString("N")[..8]);
}
