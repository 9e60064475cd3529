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
    public async Task Money_no_text_is_bought_twice_whatever_happens_to_its_file()
    {
        Tasks(10);
        _repository.Commit();
        using var world = World();
        await world.SyncAsync();
        var bought = _server.Inputs;

        _repository.Move("tasks/t0.md", "tasks/deep/renamed.md");
        _repository.Write("tasks/copy.md", File.ReadAllText(_repository.Full("tasks/t1.md")).Replace("T-1", "T-copy", StringComparison.Ordinal));
        _repository.Write("tasks/t2.md", File.ReadAllText(_repository.Full("tasks/t2.md")).Replace("status: open", "status: done", StringComparison.Ordinal));
        _repository.Write("tasks/t3.md", File.ReadAllText(_repository.Full("tasks/t3.md")).ReplaceLineEndings("\r\n"));
        await world.SyncAsync();
        _server.Inputs.ShouldBe(bought, "rename, copy, metadata and line ends are free");

        var before = File.ReadAllText(_repository.Full("tasks/t4.md"));
        _repository.Write("tasks/t4.md", before + "\nMore to do.\n");
        await world.SyncAsync();
        _repository.Write("tasks/t4.md", before);
        await world.SyncAsync();
        _repository.Delete("tasks/t5.md");
        await world.SyncAsync();
        _repository.Git("checkout", "--", "tasks/t5.md");
        var again = await world.SyncAsync();

        again.Report.Chunks.Embedded.ShouldBe(0, "what comes back is reused");
        _server.BoughtTwice.ShouldBeEmpty();
    }

    [Fact]
    public async Task Deletion_waits_for_a_source_that_is_read_whole()
    {
        Tasks(3);
        using var world = World();
        await world.SyncAsync();
        _repository.Delete("tasks/t0.md");
        _repository.Write("tasks/broken.md", "---\nid: [unclosed\n---\n\nbody\n");

        var result = await world.SyncAsync();

        result.ExitCode.ShouldBe(ExitCode.Partial);
        result.Report.Items.Deleted.ShouldBe(0);
        (await world.StatusAsync()).Items.Orphaned.ShouldBe(1);
        _repository.Delete("tasks/broken.md");
        (await world.SyncAsync()).Report.Items.Deleted.ShouldBe(1);
    }

    [Fact]
    public async Task Deletion_above_the_bound_begins_nothing()
    {
        Tasks(30);
        using var world = World();
        await world.SyncAsync();
        var before = await world.ContentsAsync();
        for (var i = 0; i < 20; i++)
        {
            _repository.Delete($"tasks/t{i}.md");
        }

        _repository.Write("tasks/new.md", "---\nid: N\ntitle: New\n---\n");
        var stopped = await world.SyncAsync();
        stopped.ExitCode.ShouldBe(ExitCode.Guard);
        stopped.Stopped!.Message.ShouldContain("--max-delete 20");

        (await world.ContentsAsync()).ShouldBe(before);
        (await world.SyncAsync(new() { MaxDelete = new(null, 20) })).Report.Items.Deleted.ShouldBe(20);
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
            TensorPrimitives.CosineSimilarity<float>(vector, FakeEmbeddingServer.VectorFor("text-embedding-3-small", Dimension, texts[hash]))
                .ShouldBeGreaterThan(0.999f);
        }
    }

    [Fact]
    public async Task A_budget_stops_before_it_is_overspent()
    {
        Tasks(40);
        _repository.Commit();
        using var world = World(batch: 2);
        var needed = (await world.DryRunAsync()).Tokens.Estimated;
        world.Configure = config => config with { Limits = config.Limits with { MaxTokens = needed / 2 } };

        (await world.SyncAsync()).ExitCode.ShouldBe(ExitCode.Guard);
        _server.Requests.ShouldBe(0);
    }

    [Fact]
    public async Task Two_at_once_one_leaves_and_nothing_is_bought_twice()
    {
        Tasks(40);
        _repository.Commit();
        _server.Latency = TimeSpan.FromMilliseconds(100);
        using var one = World(batch: 8);
        using var other = World(batch: 8);

        var outcomes = await Task.WhenAll(new[] { one, other }.Select(async world =>
        {
            try
            {
                return (await world.SyncAsync()).ExitCode;
            }
            catch (LockedException exception)
            {
                return exception.ExitCode;
            }
        }));

        outcomes.ShouldContain(ExitCode.Done);
        outcomes.ShouldBeSubsetOf([ExitCode.Done, ExitCode.Locked]);
        _server.BoughtTwice.ShouldBeEmpty();
    }

    [Fact]
    public async Task Moved_items_survive_a_run_that_stops_before_its_deletions()
    {
        Tasks(40, id: false);
        _repository.Commit();
        using var world = World();
        await world.SyncAsync();
        _repository.Git("mv", "tasks", "moved");
        _repository.Git("mv", "moved", "tasks2");
        Directory.CreateDirectory(_repository.Full("tasks"));
        _repository.Git("mv", "tasks2", "tasks/deep");
        _repository.Write("tasks/new.md", "---\ntitle: New\n---\n\nnew text\n");
        _repository.Commit();
        _server.Decide = _ => Fault.Status(401, "invalid_api_key");

        (await world.SyncAsync()).ExitCode.ShouldBe(ExitCode.Refused);
        _server.Decide = _ => null;
        var result = await world.SyncAsync();

        result.ExitCode.ShouldBe(ExitCode.Done, result.Stopped?.Message);
        (await world.ContentsAsync()).ShouldBe(await world.CleanContentsAsync());
    }

    [Fact]
    public async Task A_changed_id_with_its_old_row_kept_confuses_nothing()
    {
        _repository.Write("tasks/a.md", "---\nid: one\ntitle: A\n---\n\ntext\n");
        Tasks(3);
        _repository.Commit();
        using var world = World();
        await world.SyncAsync();
        _repository.Write("tasks/a.md", "---\nid: two\ntitle: A\n---\n\ntext\n");
        _repository.Commit();
        await world.SyncAsync(new() { Command = "index", Limit = 10, KeepOrphans = true });

        (await world.SyncAsync(new() { Since = "HEAD" })).ExitCode.ShouldBe(ExitCode.Done);

        (await world.SyncAsync()).ExitCode.ShouldBe(ExitCode.Done);
        (await world.ContentsAsync()).ShouldBe(await world.CleanContentsAsync());
    }

    [Fact]
    public async Task Narrower_patterns_are_seen_by_a_scoped_run()
    {
        Tasks(12);
        _repository.Commit();
        using var world = World();
        await world.SyncAsync();
        world.Configure = config => config with
        {
            Sources = [.. config.Sources.Cast<MarkdownSourceConfig>().Select(source => source with { Exclude = ["tasks/t1.md"] })],
        };

        (await world.SyncAsync(new() { Since = "HEAD" })).Report.Items.Deleted.ShouldBe(1);
    }

    [Fact]
    public async Task A_blocked_file_does_not_blind_scoped_runs()
    {
        Tasks(12);
        _repository.Write("tasks/bad.md", "# A\n\n<<<<<<< ours\none\n=======\ntwo\n>>>>>>> theirs\n");
        _repository.Commit();
        using var world = World();
        (await world.SyncAsync()).ExitCode.ShouldBe(ExitCode.Partial);
        _repository.Write("tasks/t3.md", "---\nid: T-3\ntitle: Task 3\n---\n\nOther words.\n");
        _repository.Commit();

        var result = await world.SyncAsync(new() { Since = "HEAD" });

        result.ExitCode.ShouldBe(ExitCode.Partial, "the blocked file is still blocked");
        result.Report.Items.Changed.ShouldBe(1);
    }

    [Fact]
    public async Task A_bill_above_the_estimate_stops_the_run()
    {
        Tasks(60);
        _repository.Commit();
        using var world = World(batch: 2);
        var needed = (await world.DryRunAsync()).Tokens.Estimated;
        world.Configure = config => config with { Limits = config.Limits with { MaxTokens = needed + 10 } };
        _server.BilledTimes = 4;

        var result = await world.SyncAsync();

        result.ExitCode.ShouldBe(ExitCode.Guard);
        result.Report.Status.ShouldBe("stopped");
        result.Report.Tokens.Billed.ShouldNotBeNull().ShouldBeLessThan(needed * 4);
        result.Report.Remaining.ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_budget_is_never_overspent_by_more_than_what_is_under_way(int billedTimes)
    {
        Tasks(40);
        _repository.Commit();
        _server.BilledTimes = billedTimes;
        using var world = World(batch: 2);
        var each = (await world.DryRunAsync()).Tokens.Estimated / 40;
        for (var budget = 5 * each; (await world.DryRunAsync()).Chunks.Embedded > 0; budget += 7 * each)
        {
            var before = _server.Tokens * billedTimes;
            world.Configure = config => config with { Limits = config.Limits with { MaxTokens = budget } };
            var result = await world.SyncAsync();
            var spent = _server.Tokens * billedTimes - before;

            // Two requests at once of two texts each, and as many that wait for a free place.
            spent.ShouldBeLessThanOrEqualTo(budget + (2 * 2 * 2 * (each + 3) * billedTimes));
            result.ExitCode.ShouldBeOneOf(ExitCode.Guard, ExitCode.Done);
        }

        world.Configure = config => config;
        _server.BoughtTwice.ShouldBeEmpty();
        (await world.ContentsAsync()).ShouldBe(await world.CleanContentsAsync());
    }

    [Fact]
    public async Task The_second_estimate_learns_from_the_first_bill()
    {
        Tasks(20);
        _repository.Commit();
        _server.BilledTimes = 2;
        using var world = World();
        var first = await world.SyncAsync();
        for (var i = 0; i < 20; i++)
        {
            _repository.Write($"tasks/t{i}.md", $"---\nid: T-{i}\ntitle: Task {i}\nstatus: open\n---\n\n# Task {i}\n\nWhat is to be done is another body now, number {i}.\n");
        }

        var dry = await world.DryRunAsync();
        var second = await world.SyncAsync();

        first.Report.Tokens.CalibratedBy.ShouldBe(0);
        dry.Tokens.CalibratedBy.ShouldBe(1);
        second.Report.Tokens.Billed.ShouldNotBeNull();
        ((double)dry.Tokens.Estimated).ShouldBe(second.Report.Tokens.Billed.Value, second.Report.Tokens.Billed.Value * 0.15);
    }

    [Fact]
    public async Task Beside_the_branch_of_the_store_vectors_are_kept_and_items_stay()
    {
        Tasks(5);
        _repository.Commit();
        using var world = World();
        world.Configure = config => config with { Store = config.Store with { Branch = "main" } };
        await world.SyncAsync();
        var before = await world.ContentsAsync();
        _repository.Git("checkout", "--quiet", "-b", "feature");
        _repository.Write("tasks/t0.md", "---\nid: T-0\ntitle: Task 0\n---\n\nFeature text.\n");
        _repository.Delete("tasks/t1.md");
        _repository.Commit();

        var result = await world.SyncAsync();

        result.Report.Chunks.Embedded.ShouldBe(1);
        (await world.ContentsAsync()).ShouldBe(before);
        (await world.SyncAsync()).Report.RunId.ShouldBeNull("a second run has nothing to buy");
        var requests = _server.Requests;
        _repository.Git("checkout", "--quiet", "main");
        _repository.Git("merge", "--quiet", "feature");
        (await world.SyncAsync()).Report.Items.Changed.ShouldBe(1);
        _server.Requests.ShouldBe(requests, "the branch has paid");
    }

    private SyncWorld World(int batch = 16) => new(_repository, _store, new(
        AutoIndex.OnCreate, "openai", _server.BaseUrl, null, "text-embedding-3-small", Dimension, batch, 0, 2,
        new Dictionary<string, decimal>(), [], false, RolePrefixes.None));

    private void Tasks(int count, bool id = true)
    {
        for (var i = 0; i < count; i++)
        {
            _repository.Write($"tasks/t{i}.md", $"---\n{(id ? $"id: T-{i}\n" : "")}title: Task {i}\nstatus: open\n---\n\n# Task {i}\n\nBody {i} of what is to be done.\n");
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
    protected override Task<StoreConfig> NewStoreAsync(string folder) => Task.FromResult(SyncWorld.StoreAt(Path.Combine(folder, ".git", "embsync-test.db")));
}

public sealed class PostgresInvariantTests(PostgresFixture postgres) : InvariantTests, IClassFixture<PostgresFixture>
{
    protected override async Task<StoreConfig> NewStoreAsync(string folder) =>
        new(StoreBackend.Postgres, "", new Secret(await postgres.NewDatabaseAsync(), "env:TEST"), "embsync", null, VectorType.HalfVec, true);
}
