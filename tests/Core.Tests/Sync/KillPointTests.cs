using EmbSync.Core.Configuration;
using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Model;
using EmbSync.Core.Storage;
using EmbSync.Tests;
using Xunit.Abstractions;

namespace EmbSync.Core.Tests.Sync;

/// <summary>
/// Killed just before and just after every write of a run: the next run ends where a run that nothing happened to ends, and buys again at
/// most what was under way (fault 53). The command line's own tests kill real processes at random moments.
/// </summary>
public abstract class KillPointTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Batch = 2;
    private const int Concurrency = 2;

    private readonly TempRepository _repository = TempRepository.Create();
    private readonly string _test = Guid.NewGuid().ToString("N")[..8];
    private FakeEmbeddingServer _server = null!;

    /// <summary>A store of its own for each point.</summary>
    protected abstract StoreConfig Store(string folder, string name);

    /// <summary>Texts that may be bought again: those whose answers were on the way or not yet kept.</summary>
    protected abstract int MayBeLost { get; }

    public async Task InitializeAsync()
    {
        _server = await FakeEmbeddingServer.StartAsync();
        _repository.Write(".gitignore", ".embsync/\n");
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _repository.Dispose();
    }

    private static readonly string[] Names = ["first sync", "edits, moves and deletions", "change of model", "change of model, and edits"];

    public static TheoryData<string> Scenarios => [.. Names];

    public static TheoryData<string, int> PartsOfScenarios
    {
        get
        {
            var parts = new TheoryData<string, int>();
            foreach (var name in Names)
            {
                for (var part = 0; part < KillPoints.Parts; part++)
                {
                    parts.Add(name, part);
                }
            }

            return parts;
        }
    }

    /// <summary>Points of those that a clean run passes, that each run of the tests dies at.</summary>
    protected virtual IReadOnlyList<int> Chosen(IReadOnlyList<string> points) => KillPoints.OfEachKind(points);

    [Theory]
    [MemberData(nameof(Scenarios))]
    public Task At_a_write_the_rest_is_done_by_the_next_run(string scenario) => KillAsync(scenario, Chosen);

    private protected async Task KillAsync(string scenario, Func<IReadOnlyList<string>, IReadOnlyList<int>> choose)
    {
        var points = await RunAsync(scenario, int.MaxValue, "clean");
        points.Count.ShouldBeGreaterThan(10);
        var chosen = choose(points);
        chosen.ShouldNotBeEmpty();
        output.WriteLine(string.Join(", ", chosen.Select(point => $"{point} {points[point - 1]}")));
        foreach (var point in chosen)
        {
            await RunAsync(scenario, point, $"p{point}");
        }
    }

    /// <summary>Answers the points that a run passes.</summary>
    private async Task<List<string>> RunAsync(string scenario, int point, string name)
    {
        Begin();
        var store = Store(_repository.Path, $"k{_test}_{name}");
        using var world = new SyncWorld(_repository, store, new(
            AutoIndex.OnCreate, "openai", _server.BaseUrl, null, "text-embedding-3-small", 32, Batch, 0, Concurrency,
            new Dictionary<string, decimal>(), [], false, RolePrefixes.None))
        {
            Kept = store.Backend == StoreBackend.Memory ? StoreFactory.Open(store, TimeProvider.System) : null,
        };
        if (scenario != "first sync")
        {
            (await world.SyncAsync()).ExitCode.ShouldBe(ExitCode.Done);
        }

        if (scenario.StartsWith("change of model", StringComparison.Ordinal))
        {
            world.Configure = config => config with { Embeddings = config.Embeddings with { Dimension = 16 } };
        }

        Change(scenario);
        var needed = (await world.DryRunAsync()).Chunks.Embedded;
        var before = _server.Inputs;
        List<string> points;
        await using (var workspace = world.Open())
        {
            // Disposed with its workspace.
            var dying = new DyingStore(workspace.Store, point);
            points = dying.Points;
            var engine = new SyncEngine(workspace.With(dying), TimeProvider.System);
            if (point == int.MaxValue)
            {
                (await engine.RunAsync(new(), new(null, null), new Progress<SyncProgress>(), default)).ExitCode.ShouldBe(ExitCode.Done);
            }
            else
            {
                await Should.ThrowAsync<DeathException>(
                    () => engine.RunAsync(new(), new(null, null), new Progress<SyncProgress>(), default));
            }
        }

        var label = $"{scenario}, point {point} {points[^1]}";
        (await world.SyncAsync()).ExitCode.ShouldBe(ExitCode.Done, label);
        (_server.Inputs - before - needed).ShouldBeInRange(0, MayBeLost, label);
        (await world.ContentsAsync()).ShouldBe(await world.CleanContentsAsync(), label);
        var requests = _server.Requests;
        (await world.SyncAsync()).ExitCode.ShouldBe(ExitCode.Done, label);
        _server.Requests.ShouldBe(requests, label);
        var spool = _repository.Full(".embsync/spool");
        (Directory.Exists(spool) ? Directory.GetFiles(spool) : []).ShouldBeEmpty(label);
        return points;
    }

    private void Begin()
    {
        if (Directory.Exists(_repository.Full("tasks")))
        {
            Directory.Delete(_repository.Full("tasks"), recursive: true);
        }

        for (var i = 0; i < 9; i++)
        {
            Write($"t{i}", i, $"Body {i} of what is to be done.");
        }
    }

    private void Change(string scenario)
    {
        if (!scenario.Contains("edits", StringComparison.Ordinal))
        {
            return;
        }

        for (var i = 0; i < 3; i++)
        {
            Write($"t{i}", i, $"Body {i}, edited.");
        }

        _repository.Move("tasks/t3.md", "tasks/deep/t3.md");
        File.Delete(_repository.Full("tasks/t4.md"));
        Write("t5", 5, "Body 5 of what is to be done.", "done");
        Write("t20", 20, "New words.");
    }

    private void Write(string file, int id, string body, string status = "open") =>
        _repository.Write($"tasks/{file}.md", $"---\nid: T-{id}\ntitle: Task {id}\nstatus: {status}\n---\n\n{body}\n");
}

/// <summary>All points, where what dies is the engine: the store itself can't.</summary>
public sealed class MemoryKillPointTests(ITestOutputHelper output) : KillPointTests(output)
{
    protected override int MayBeLost => 8;

    protected override StoreConfig Store(string folder, string name) =>
        new(StoreBackend.Memory, "", null, "embsync", null, VectorType.Vector, true);

    protected override IReadOnlyList<int> Chosen(IReadOnlyList<string> points) => KillPoints.All(points);
}

/// <summary>A point of each kind in each run of the tests, all of them in the slow suite.</summary>
public abstract class DurableKillPointTests(ITestOutputHelper output) : KillPointTests(output)
{
    [Theory]
    [MemberData(nameof(PartsOfScenarios))]
    [Trait("suite", "slow")]
    [Fault(53, "before and after every write", On = [Touched.Sqlite, Touched.Postgres])]
    public Task At_every_write_the_rest_is_done_by_the_next_run(string scenario, int part) =>
        KillAsync(scenario, points => KillPoints.OfPart(points, part));
}

public sealed class SqliteKillPointTests(ITestOutputHelper output) : DurableKillPointTests(output)
{
    protected override int MayBeLost => 8;

    protected override StoreConfig Store(string folder, string name) => SyncWorld.StoreAt(Path.Combine(folder, ".git", name + ".db"));
}

public sealed class PostgresKillPointTests(PostgresFixture postgres, ITestOutputHelper output)
    : DurableKillPointTests(output), IClassFixture<PostgresFixture>
{
    protected override int MayBeLost => 4;

    protected override StoreConfig Store(string folder, string name) =>
        new(StoreBackend.Postgres, "/index.db", new Secret(postgres.Url, "env:TEST"), name, null, VectorType.HalfVec, true);
}
