using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Sync;

/// <summary>What was paid is on disk before the database is asked: a database that fails loses nothing.</summary>
public sealed partial class SpoolTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private const int Tasks = 12;

    private readonly TempRepository _repository = TempRepository.Create();
    private FakeEmbeddingServer _server = null!;
    private string _url = null!;

    private string Folder => Path.Combine(_repository.Path, ".embsync", "spool");

    public async Task InitializeAsync()
    {
        _server = await FakeEmbeddingServer.StartAsync();
        _url = await postgres.NewVectorDatabaseAsync();
        for (var i = 0; i < Tasks; i++)
        {
            Write(i, $"Body {i} of what is to be done.");
        }

        _repository.Write(".gitignore", ".embsync/\n");
        _repository.Commit();
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _repository.Dispose();
    }

    [Fact]
    public async Task A_run_that_ends_well_leaves_nothing_on_disk()
    {
        using var world = World();

        (await world.SyncAsync()).ExitCode.ShouldBe(ExitCode.Done);

        Directory.GetFiles(Folder).ShouldBeEmpty();
    }

    [Fact]
    [Fault(67, "a spool that others could read", On = [Touched.Postgres])]
    public async Task A_database_that_refuses_the_commit_costs_nothing_again()
    {
        using var world = World();
        await BreakAsync(world);

        var failed = await world.SyncAsync();

        failed.ExitCode.ShouldBe(ExitCode.Failed);
        var bought = _server.Inputs;
        bought.ShouldBeGreaterThan(1);
        var files = Directory.GetFiles(Folder);
        files.ShouldNotBeEmpty();
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(files[0]).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.GetUnixFileMode(Folder).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        var dry = await world.DryRunAsync();
        dry.Chunks.Embedded.ShouldBe(Tasks - (int)bought);
        dry.Chunks.Reused.ShouldBeGreaterThanOrEqualTo((int)bought - 1);
        (await world.StatusAsync()).Items.Missing.ShouldBe(Tasks - 1);
        Directory.GetFiles(Folder).ShouldBe(files);

        await MendAsync();
        var next = await world.SyncAsync();

        next.ExitCode.ShouldBe(ExitCode.Done);
        next.Report.Notes.ShouldContain(note => note.Contains("had paid for"));
        _server.BoughtTwice.ShouldBeEmpty();
        (await world.ContentsAsync()).ShouldBe(await CleanContentsAsync(world));
        Directory.GetFiles(Folder).ShouldBeEmpty();
        (await world.SyncAsync()).Report.RunId.ShouldBeNull();
    }

    [Fact]
    public async Task Nothing_is_asked_of_a_provider_that_has_nothing_left_to_sell()
    {
        using var world = World(batch: 100);
        await BreakAsync(world);
        await world.SyncAsync();
        await MendAsync();
        var requests = _server.Requests;

        (await world.SyncAsync()).ExitCode.ShouldBe(ExitCode.Done);

        _server.Requests.ShouldBe(requests);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [Fault(46, "before or between commits", On = [Touched.Postgres])]
    public async Task A_connection_that_breaks_under_the_run_costs_nothing_again(int request)
    {
        using var world = World();
        await world.SyncAsync(new() { Limit = 1 });
        var seen = 0;
        _server.Decide = _ =>
        {
            if (Interlocked.Increment(ref seen) == request)
            {
                PostgresFixture.RunAsync(_url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()").Wait();
            }

            return null;
        };

        // Where no transaction was open a new connection does; the epoch says whether the lock is still ours.
        (await world.SyncAsync()).ExitCode.ShouldBeOneOf(ExitCode.Done, ExitCode.Failed, ExitCode.Locked);
        seen.ShouldBeGreaterThanOrEqualTo(request);
        _server.Decide = _ => null;

        (await world.SyncAsync()).ExitCode.ShouldBe(ExitCode.Done);
        _server.BoughtTwice.ShouldBeEmpty();
        (await world.ContentsAsync()).ShouldBe(await CleanContentsAsync(world));
    }

    [Fact]
    [Fault(46, "in a commit", On = [Touched.Postgres])]
    public async Task A_commit_whose_answer_is_lost_ends_right()
    {
        using var world = World();
        await world.SyncAsync(new() { Limit = 1 });

        // The transaction is done for the database, and its session dies before it can say so.
        await PostgresFixture.RunAsync(_url, """
            CREATE FUNCTION public.die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
            CREATE CONSTRAINT TRIGGER die AFTER INSERT ON embsync.item DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.die();
            """);
        (await world.SyncAsync()).ExitCode.ShouldNotBe(ExitCode.Done);
        await PostgresFixture.RunAsync(_url, "DROP TRIGGER die ON embsync.item");

        (await world.SyncAsync()).ExitCode.ShouldBe(ExitCode.Done);
        _server.BoughtTwice.ShouldBeEmpty();
        (await world.ContentsAsync()).ShouldBe(await CleanContentsAsync(world));
    }

    [Fact]
    public async Task What_one_database_lost_is_not_played_into_another()
    {
        using var world = World();
        await BreakAsync(world);
        await world.SyncAsync();
        var files = Directory.GetFiles(Folder);
        _url = await postgres.NewVectorDatabaseAsync();
        using var other = World();

        (await other.SyncAsync()).ExitCode.ShouldBe(ExitCode.Done);

        Directory.GetFiles(Folder).ShouldBe(files);
    }

    [Fact]
    public async Task What_was_paid_for_another_model_waits_for_it()
    {
        using var world = World();
        await BreakAsync(world);
        await world.SyncAsync();
        await MendAsync();
        world.Configure = config => config with { Embeddings = config.Embeddings with { Dimension = 16 } };

        (await world.SyncAsync()).ExitCode.ShouldBe(ExitCode.Done);
        var wide = _server.Requests;
        world.Configure = config => config;
        (await world.SyncAsync()).ExitCode.ShouldBe(ExitCode.Done);

        (await world.ContentsAsync()).ShouldBe(await CleanContentsAsync(world));
        Directory.GetFiles(Folder).ShouldBeEmpty();
        _server.Requests.ShouldBeGreaterThanOrEqualTo(wide);
    }

    /// <summary>One item comes in, then the tables take no more.</summary>
    private async Task BreakAsync(SyncWorld world)
    {
        await world.SyncAsync(new() { Limit = 1 });
        await PostgresFixture.RunAsync(_url, """
            CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = '53100'; END $$;
            CREATE TRIGGER refuse BEFORE INSERT ON embsync.vec_1 FOR EACH STATEMENT EXECUTE FUNCTION public.refuse();
            """);
    }

    private Task<int> MendAsync() => PostgresFixture.RunAsync(_url, "DROP TRIGGER refuse ON embsync.vec_1; DROP FUNCTION public.refuse()");

    /// <summary>Of a store that has only the active generation's vectors to compare.</summary>
    private static Task<string> CleanContentsAsync(SyncWorld world) => world.CleanContentsAsync();

    private SyncWorld World(int batch = 2) => new(
        _repository, new(StoreBackend.Postgres, "/index.db", new Secret(_url, "env:TEST"), "embsync", null, VectorType.Vector, true),
        new(AutoIndex.OnCreate, "openai", _server.BaseUrl, null, "text-embedding-3-small", 32, batch, 0, 2,
        new Dictionary<string, decimal>(), [], false, RolePrefixes.None));

    private void Write(int id, string body) => _repository.Write($"tasks/t{id}.md", $"---\nid: T-{id}\ntitle: Task {id}\n---\n\n{body}\n");
}
