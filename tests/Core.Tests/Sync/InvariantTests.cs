using System.Numerics.Tensors;
using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Storage;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Sync;

/// <summary>
/// What must always hold, on a real repository, a real store and a real HTTP endpoint. One suite, run on every store that outlives a
/// process.
/// </summary>
public abstract partial class InvariantTests : IAsyncLifetime
{
    private const int Dimension = 32;

    private readonly TempRepository _repository = TempRepository.Create();
    private FakeEmbeddingServer _server = null!;
    private StoreConfig _store = null!;

    protected abstract Task<StoreConfig> NewStoreAsync(string folder);

    public async Task InitializeAsync()
    {
        _server = await FakeEmbeddingServer.StartAsync();
        _store = await NewStoreAsync(_repository.Path);
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _repository.Dispose();
    }

    [Fact]
    public async Task Convergence_a_run_stopped_anywhere_and_run_again_ends_as_a_clean_one()
    {
        Tasks(30);
        _repository.Commit();
        using var world = World(batch: 4);
        foreach (var answers in new[] { 1, 2, 3, 5, 6 })
        {
            using var stop = new CancellationTokenSource();
            var seen = 0;
            _server.Decide = _ =>
            {
                if (++seen == answers)
                {
                    stop.Cancel();
                }

                return null;
            };
            var stopped = await world.SyncAsync(cancellationToken: stop.Token);
            stopped.ExitCode.ShouldBe(stopped.Stopped is null ? ExitCode.Done : ExitCode.Interrupted);
        }

        _server.Decide = _ => null;
        (await world.SyncAsync()).ExitCode.ShouldBe(ExitCode.Done);

        (await world.ContentsAsync()).ShouldBe(await world.CleanContentsAsync());
    }

    [Fact]
    public async Task Coverage_what_is_reported_as_current_has_its_vectors()
    {
        Tasks(12);
        _repository.Write("tasks/poison.md", "---\nid: P\ntitle: Poison\n---\n\npoison\n");
        _repository.Commit();
        _server.RefuseTextsContaining("poison");
        using var world = World(batch: 5);

        var result = await world.SyncAsync();

        result.ExitCode.ShouldBe(ExitCode.Partial);
        result.Report.Errors.Single().Id.ShouldBe("P");
        (await world.ContentsAsync()).ShouldNotContain("no vector");
        var status = await world.StatusAsync();
        (status.Items.Current, status.Items.Missing).ShouldBe((12, 1));
        status.Chunks.Embedded.ShouldBe(status.Chunks.Total - 1);
    }

    [Fact]
    public async Task Status_and_dry_run_buy_nothing_and_write_nothing()
    {
        Tasks(5);
        _repository.Commit();
        using var world = World();

        (await world.StatusAsync()).Items.Missing.ShouldBe(5);
        (await world.DryRunAsync()).Items.New.ShouldBe(5);
        (await RevisionAsync(world)).ShouldBe(0);
        await world.SyncAsync();
        var (requests, revision) = (_server.Requests, await RevisionAsync(world));
        _repository.Write("tasks/t1.md", "---\nid: T-1\ntitle: Other\n---\n\nother\n");

        (await world.StatusAsync()).Items.Stale.ShouldBe(1);
        var report = await world.DryRunAsync(new() { All = true });

        report.Items.Changed.ShouldBe(1);
        report.Cost.Estimated.ShouldNotBeNull().ShouldBeGreaterThan(0);
        (_server.Requests, await RevisionAsync(world)).ShouldBe((requests, revision));
    }

    [Fact]
    public async Task A_second_sync_sends_no_request_and_changes_no_row()
    {
        Tasks(20);
        _repository.Commit();
        using var world = World();
        await world.SyncAsync();
        var (requests, revision, contents) = (_server.Requests, await RevisionAsync(world), await world.ContentsAsync());

        var second = await world.SyncAsync();
        var all = await world.SyncAsync(new() { All = true });

        (second.Report.Items.Unchanged, second.Report.RunId).ShouldBe((20, null));
        (all.Report.Items.Unchanged, all.Report.RunId).ShouldBe((20, null));
        (_server.Requests, await RevisionAsync(world), await world.ContentsAsync()).ShouldBe((requests, revision, contents));
    }

    [Fact]
    public async Task Alignment_every_stored_vector_is_the_embedding_of_its_own_text()
    {
        Tasks(25);
        _repository.Commit();
        _server.Next(Fault.Shuffle(), Fault.Status(500), Fault.Shuffle());
        using var world = World(batch: 6);
        await world.SyncAsync();

        var texts = _server.Purchases.Keys.ToDictionary(ContentHash.Of);
        await using var store = StoreFactory.Open(_store, TimeProvider.System);
        var generation = (await store.ReadHeadAsync(default)).Active(Generation.DefaultSpace)!;
        var vectors = await store.ReadVectorsAsync(generation.Id, texts.Keys, default);

        vectors.Count.ShouldBe(texts.Count);
        foreach (var (hash, vector) in vectors)
        {
            TensorPrimitives.CosineSimilarity<float>(
                vector, FakeEmbeddingServer.VectorFor("text-embedding-3-small", Dimension, texts[hash]))
                .ShouldBeGreaterThan(0.999f);
        }
    }

    private SyncWorld World(int batch = 16) => new(_repository, _store, new(
        AutoIndex.OnCreate, "openai", _server.BaseUrl, null, "text-embedding-3-small", Dimension, batch, 0, 2,
        new Dictionary<string, decimal>(), [], false, RolePrefixes.None));

    private void Tasks(int count, bool id = true)
    {
        for (var i = 0; i < count; i++)
        {
            _repository.Write($"tasks/t{i}.md",
                $"---\n{(id ? $"id: T-{i}\n" : "")}title: Task {i}\nstatus: open\n---\n\n# Task {i}\n\nBody {i} of what is to be done.\n");
        }
    }

    private static async Task<long> RevisionAsync(SyncWorld world)
    {
        await using var workspace = world.Open();
        return (await workspace.Store.ReadHeadAsync(default)).Revision;
    }
}

public sealed class SqliteInvariantTests : InvariantTests
{
    protected override Task<StoreConfig> NewStoreAsync(string folder) =>
        Task.FromResult(SyncWorld.StoreAt(Path.Combine(folder, ".git", "embsync-test.db")));
}

public sealed class PostgresInvariantTests(PostgresFixture postgres) : InvariantTests, IClassFixture<PostgresFixture>
{
    protected override async Task<StoreConfig> NewStoreAsync(string folder) =>
        new(StoreBackend.Postgres, "", new Secret(await postgres.NewVectorDatabaseAsync(), "env:TEST"), "embsync", null,
            VectorType.HalfVec, true);
}
