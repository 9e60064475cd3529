using EmbSync.Core.Configuration;
using EmbSync.Core.Jobs.Sync.Saved;
using EmbSync.Core.Model;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Sync;

/// <summary>A plan that was reviewed is what is done, or nothing is.</summary>
public abstract class PlanAndApplyTests : IAsyncLifetime
{
    private readonly TempRepository _repository = TempRepository.Create();
    private FakeEmbeddingServer _server = null!;
    private StoreConfig _store = null!;

    protected abstract Task<StoreConfig> NewStoreAsync(string folder);

    public async Task InitializeAsync()
    {
        _server = await FakeEmbeddingServer.StartAsync();
        _store = await NewStoreAsync(_repository.Path);
        for (var i = 0; i < 8; i++)
        {
            Task(i, $"Body {i} of what is to be done.");
        }

        _repository.Commit();
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _repository.Dispose();
    }

    [Fact]
    public async Task Planning_sends_no_request_and_writes_nothing()
    {
        using var world = World();

        var plan = await world.PlanAsync();

        plan.Items.Count.ShouldBe(8);
        plan.Items.ShouldAllBe(item => item.Buy.Count == 1 && item.Tokens > 0 && item.Cost > 0 && item.Reasons.Single() == "missing");
        plan.Estimate.Tokens.ShouldBe(plan.Items.Sum(item => item.Tokens));
        _server.Requests.ShouldBe(0);
        await using var workspace = world.Open();
        (await workspace.Store.ReadHeadAsync(default)).Exists.ShouldBeFalse();
    }

    [Fact]
    public async Task Applying_buys_what_the_plan_names_and_ends_as_a_sync()
    {
        using var world = World();
        await world.SyncAsync();
        Task(1, "Another body.");
        _repository.Move("tasks/t2.md", "tasks/deep/t2.md");
        _repository.Delete("tasks/t3.md");
        _repository.Commit();
        var plan = await world.PlanAsync();
        var before = _server.Inputs;

        var result = await world.ApplyAsync(plan);

        result.ExitCode.ShouldBe(ExitCode.Done);
        (_server.Inputs - before).ShouldBe(plan.Items.Sum(item => item.Buy.Count));
        result.Report.Items.Deleted.ShouldBe(plan.Deletions.Count);
        (await world.ContentsAsync()).ShouldBe(await world.CleanContentsAsync());
    }

    public static TheoryData<string> SourceMoves => ["edited", "added", "deleted", "metadata", "renamed", "blocked"];

    [Theory]
    [MemberData(nameof(SourceMoves))]
    public async Task Refuses_when_the_source_moved(string how)
    {
        using var world = World();
        await world.SyncAsync();
        Task(0, "What the plan is about.");
        var plan = await world.PlanAsync();
        switch (how)
        {
            case "edited":
                Task(1, "Edited after the plan.");
                break;
            case "added":
                Task(99, "Added after the plan.");
                break;
            case "deleted":
                _repository.Delete("tasks/t1.md");
                break;
            case "metadata":
                Task(1, "Body 1 of what is to be done.", "done");
                break;
            case "renamed":
                _repository.Move("tasks/t1.md", "tasks/u1.md");
                break;
            default:
                _repository.WriteBytes("tasks/t1.md", [0x23, 0x20, 0x00, 0x0A]);
                break;
        }

        await RefusesAsync(world, plan, "the source moved");
    }

    [Fact]
    public async Task Refuses_when_the_configuration_moved()
    {
        using var world = World();
        var plan = await world.PlanAsync();

        world.Configure = config => config with { Embeddings = config.Embeddings with { Dimension = 16 } };
        await RefusesAsync(world, plan, "embeddings.dimension was 32 and is 16");
        world.Configure = config =>
            config with { Embeddings = config.Embeddings with
            { Prices = new Dictionary<string, decimal> { ["text-embedding-3-small"] = 5m } } };
        await RefusesAsync(world, plan, "embeddings.prices");
        world.Configure = config => config with { Limits = config.Limits with { MaxDelete = new(1, null) } };
        await RefusesAsync(world, plan, "limits.maxDelete");
    }

    [Fact]
    public async Task Refuses_when_the_store_was_written_since()
    {
        using var world = World();
        await world.SyncAsync(new() { Limit = 2 });
        var plan = await world.PlanAsync();
        await world.SyncAsync(new() { Limit = 1 });

        await RefusesAsync(world, plan, "the store moved");
    }

    [Fact]
    public async Task Pace_bounds_and_commits_without_a_changed_item_are_no_move()
    {
        using var world = World();
        var plan = await world.PlanAsync();
        _repository.Write("readme.txt", "not a task");
        _repository.Commit();
        world.Configure = config => config with
        {
            Embeddings = config.Embeddings with { BatchSize = 3, Concurrency = 1, SleepMs = 1 },
            Limits = config.Limits with { MaxCost = 1m, MaxTokens = 100_000 },
        };

        (await world.ApplyAsync(plan)).ExitCode.ShouldBe(ExitCode.Done);
    }

    [Fact]
    public async Task A_budget_holds_for_a_plan_as_well()
    {
        using var world = World();
        var plan = await world.PlanAsync();
        world.Configure = config => config with { Limits = config.Limits with { MaxTokens = plan.Estimate.Tokens - 1 } };

        await RefusesAsync(world, plan, "1 more than the limit");
    }

    [Fact]
    public async Task A_budget_of_exactly_what_is_needed_buys_all_of_it()
    {
        using var world = World();
        var plan = await world.PlanAsync();
        world.Configure = config =>
            config with { Limits = config.Limits with { MaxTokens = plan.Estimate.Tokens, MaxCost = plan.Estimate.Cost } };

        (await world.ApplyAsync(plan)).ExitCode.ShouldBe(ExitCode.Done);

        _server.Inputs.ShouldBe(8);
    }

    [Fact]
    public async Task The_scope_of_the_plan_is_the_scope_of_its_application()
    {
        using var world = World();
        await world.SyncAsync();
        Task(1, "In the scope.");
        _repository.Commit();
        var plan = await world.PlanAsync(new() { Since = "HEAD~1", Limit = 1 });

        (await world.ApplyAsync(plan)).Report.Items.Changed.ShouldBe(1);
    }

    [Fact]
    public async Task An_item_that_changes_under_the_run_is_set_aside_and_not_bought()
    {
        // More text than a run keeps: at most one of the three is in memory, the others are read again when their turn comes.
        string[] large = ["T-100", "T-101", "T-102"];
        for (var i = 100; i <= 102; i++)
        {
            Task(i, string.Join("\n\n", Enumerable.Range(0, 9_000).Select(
                line => $"Paragraph {line} of task {i}: " + new string('x', 470))));
        }

        using var world = World(batch: 512);
        var plan = await world.PlanAsync();
        var written = 0;
        _server.Decide = _ =>
        {
            if (Interlocked.Exchange(ref written, 1) == 0)
            {
                for (var i = 100; i <= 102; i++)
                {
                    Task(i, "Written after the review.");
                }
            }

            return null;
        };

        var result = await world.ApplyAsync(plan);

        result.ExitCode.ShouldBe(ExitCode.Partial);
        result.Report.Errors.ShouldAllBe(error => large.Contains(error.Id) && error.Message.Contains("changed while the run"));
        _server.Purchases.Keys.ShouldNotContain(text => text.Contains("after the review"));
    }

    private async Task RefusesAsync(SyncWorld world, SavedPlan plan, string reason)
    {
        var requests = _server.Requests;
        var contents = await world.ContentsAsync();

        var result = await world.ApplyAsync(plan);

        result.ExitCode.ShouldBe(ExitCode.Guard);
        result.Report.Status.ShouldBe("stopped");
        result.Stopped!.Message.ShouldContain(reason);
        _server.Requests.ShouldBe(requests);
        (await world.ContentsAsync()).ShouldBe(contents);
    }

    private SyncWorld World(int batch = 16) => new(_repository, _store, new(
        AutoIndex.OnCreate, "openai", _server.BaseUrl, null, "text-embedding-3-small", 32, batch, 0, 2,
        new Dictionary<string, decimal>(), [], false, RolePrefixes.None));

    private void Task(int id, string body, string status = "open") =>
        _repository.Write($"tasks/t{id}.md", $"---\nid: T-{id}\ntitle: Task {id}\nstatus: {status}\n---\n\n{body}\n");
}

public sealed class SqlitePlanAndApplyTests : PlanAndApplyTests
{
    protected override Task<StoreConfig> NewStoreAsync(string folder) =>
        System.Threading.Tasks.Task.FromResult(SyncWorld.StoreAt(Path.Combine(folder, ".git", "embsync-test.db")));
}

public sealed class PostgresPlanAndApplyTests(PostgresFixture postgres) : PlanAndApplyTests, IClassFixture<PostgresFixture>
{
    protected override async Task<StoreConfig> NewStoreAsync(string folder) =>
        new(StoreBackend.Postgres, "/index.db", new Secret(await postgres.NewVectorDatabaseAsync(), "env:TEST"), "embsync", null,
            VectorType.HalfVec, true);
}
