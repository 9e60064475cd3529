using EmbSync.Core.Buying;
using EmbSync.Core.Configuration;
using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Model;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Sync;

/// <summary>Another run writes after this one has planned and before it may write: what is done is right for what is there then.</summary>
public abstract class WritesBetweenPlanAndLockTests : IAsyncLifetime
{
    private readonly TempRepository _repository = TempRepository.Create();
    private FakeEmbeddingServer _server = null!;
    private SyncWorld _world = null!;

    private protected abstract StoreConfig Store(string folder);

    public async Task InitializeAsync()
    {
        _server = await FakeEmbeddingServer.StartAsync();
        _world = new(_repository, Store(_repository.Path), new(
            AutoIndex.OnCreate, "openai", _server.BaseUrl, null, "text-embedding-3-small", 32, 16, 0, 2, new Dictionary<string, decimal>(),
            [], false, RolePrefixes.None));
        for (var i = 0; i < 8; i++)
        {
            Write(i, $"Body {i} of what is to be done.");
        }

        _repository.Commit();
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _world.Dispose();
        _repository.Dispose();
    }

    [Fact]
    public async Task What_the_other_run_bought_is_not_bought_again()
    {
        var result = await SyncedAsync(meanwhile: () => _world.SyncAsync());

        (result.ExitCode, result.Report.Items.New, result.Report.Chunks.Embedded).ShouldBe((ExitCode.Done, 0, 0));
        _server.BoughtTwice.ShouldBeEmpty();
        _server.Inputs.ShouldBe(8);
    }

    [Fact]
    public async Task What_the_other_run_left_is_bought()
    {
        var result = await SyncedAsync(meanwhile: () => _world.SyncAsync(new() { Limit = 3 }));

        (result.ExitCode, result.Report.Items.New, result.Report.Items.Total).ShouldBe((ExitCode.Done, 5, 8));
        _server.BoughtTwice.ShouldBeEmpty();
        (await _world.ContentsAsync()).ShouldBe(await _world.CleanContentsAsync());
    }

    [Fact]
    public async Task An_item_that_came_back_is_not_deleted()
    {
        await _world.SyncAsync();
        var back = _repository.Full("tasks/t3.md");
        var text = await File.ReadAllTextAsync(back);
        File.Delete(back);

        var result = await SyncedAsync(meanwhile: async () =>
        {
            await File.WriteAllTextAsync(back, text + "\nWritten anew.\n");
            await _world.SyncAsync();
        });

        (result.ExitCode, result.Report.Items.Deleted).ShouldBe((ExitCode.Done, 0));
        (await _world.StatusAsync()).Items.Missing.ShouldBe(0);
    }

    [Fact]
    public async Task A_budget_that_was_enough_for_what_was_planned_is_held_against_what_is_to_be_bought_now()
    {
        await _world.SyncAsync();
        Write(0, "Another body.");
        var configured = _world.Configure;
        var planned = (await _world.DryRunAsync()).Tokens.Estimated;
        _world.Configure = config => configured(config) with { Limits = config.Limits with { MaxTokens = planned } };
        var requests = 0;

        var result = await SyncedAsync(meanwhile: async () =>
        {
            Write(1, "Another body here as well, and a longer one.");
            await _world.SyncAsync(new() { Ids = ["T-0"], KeepOrphans = true });
            requests = _server.Requests;
        });

        (result.ExitCode, result.Report.Status, result.Report.RunId).ShouldBe((ExitCode.Guard, "stopped", null), "it is not even begun");
        result.Stopped.ShouldBeOfType<GuardException>().Message.ShouldContain("more than the limit");
        _server.Requests.ShouldBe(requests);
    }

    [Fact]
    public async Task A_plan_that_was_reviewed_is_refused()
    {
        var plan = await _world.PlanAsync();
        await using var workspace = _world.Open();
        var requests = 0;
        var store = new DyingStore(workspace.Store, int.MaxValue)
        {
            Beginning = async () =>
            {
                await _world.SyncAsync(new() { Limit = 3 });
                requests = _server.Requests;
            },
        };

        var result = await new SyncEngine(workspace.With(store), TimeProvider.System).ApplyAsync(
            plan, null, new(null, null), new Progress<SyncProgress>(), default);

        (result.ExitCode, result.Report.Status).ShouldBe((ExitCode.Guard, "stopped"));
        result.Stopped.ShouldBeOfType<GuardException>().Message.ShouldContain("the store moved");
        _server.Requests.ShouldBe(requests);
    }

    private async Task<SyncResult> SyncedAsync(Func<Task> meanwhile)
    {
        await using var workspace = _world.Open();
        return await new SyncEngine(
            workspace.With(new DyingStore(workspace.Store, int.MaxValue) { Beginning = meanwhile }), TimeProvider.System)
            .RunAsync(new(), SpendLimit.Of(workspace.Config.Limits), new Progress<SyncProgress>(), default);
    }

    private void Write(int id, string body) =>
        _repository.Write($"tasks/t{id}.md", $"---\nid: T-{id}\ntitle: Task {id}\nstatus: open\n---\n\n{body}\n");
}

public sealed class SqliteWritesBetweenPlanAndLockTests : WritesBetweenPlanAndLockTests
{
    private protected override StoreConfig Store(string folder) => SyncWorld.StoreAt(Path.Combine(folder, ".git", "embsync-test.db"));
}

public sealed class PostgresWritesBetweenPlanAndLockTests(PostgresFixture postgres)
    : WritesBetweenPlanAndLockTests, IClassFixture<PostgresFixture>
{
    private readonly string _schema = "w" + Guid.NewGuid().ToString("N")[..8];

    private protected override StoreConfig Store(string folder) =>
        new(StoreBackend.Postgres, "/index.db", new Secret(postgres.Url, "env:TEST"), _schema, null, VectorType.Vector, true);
}
