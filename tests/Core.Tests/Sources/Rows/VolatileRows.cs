using EmbSync.Core.Configuration;
using EmbSync.Core.Jobs.Backfill;
using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Model;
using EmbSync.Core.Planning;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Sources.Rows;

/// <summary>
/// Rows whose text is others at each look, and rows that change while a run goes on: none is bought twice in a run, and a run ends.
/// </summary>
public abstract class VolatileRows(PostgresFixture postgres) : IAsyncLifetime
{
    /// <summary>A run holds a third of them at a time.</summary>
    private const int Many = 90;

    private readonly CancellationTokenSource _endless = new();
    private RowWorld _world = null!;
    private int _rows;

    private protected PostgresFixture Postgres => postgres;

    private protected abstract Task<StoreConfig> StoreAsync(string url, string folder);

    public async Task InitializeAsync()
    {
        var url = await postgres.NewVectorDatabaseAsync();
        StoreConfig? store = null;
        _world = await RowWorld.StartAsync(url, folder => store = StoreAsync(url, folder).GetAwaiter().GetResult());
        _world.Server.KeepsLog = false;
        await _world.RunAsync("CREATE TABLE doc (id int PRIMARY KEY, body text, updated_at timestamptz)");
    }

    public async Task DisposeAsync()
    {
        _endless.Dispose();
        await _world.DisposeAsync();
    }

    public static TheoryData<string> Texts => new("body || clock_timestamp()::text", "body || random()::text", "body || now()::text");

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task Each_is_bought_once_in_all_parts_of_a_run(string text)
    {
        await FillAsync( $"- {{ name: docs, type: query, query: 'SELECT id, {text.Replace("'", "''", StringComparison.Ordinal)} AS text FROM doc' }}");

        var result = await RunAsync();

        result.ExitCode.ShouldBe(ExitCode.Done, result.Stopped?.Message);
        (_world.Server.Inputs, result.Report.Items.New, result.Report.Chunks.Embedded).ShouldBe((Many, Many, Many));
        result.Report.Notes.ShouldContain(
            note => note.StartsWith("source 'docs': its rows are others at each look", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Of_more_rows_than_a_run_holds_each_is_bought_once()
    {
        const int Rows = RowSurvey.MostRows + 1_000;
        await FillAsync("- { name: docs, type: query, query: 'SELECT id, body || clock_timestamp()::text AS text FROM doc' }", Rows,
            RowSurvey.MostRows);

        (await RunAsync()).ExitCode.ShouldBe(ExitCode.Done);

        _world.Server.Inputs.ShouldBe(Rows);
    }

    [Fact]
    public async Task A_view_that_makes_text_and_order_anew_is_bought_once()
    {
        await _world.RunAsync("CREATE VIEW shown AS SELECT id, body || random() AS body, (random() * 1000)::int AS rank, clock_timestamp() AS at FROM doc");
        await FillAsync( "- { name: docs, type: table, table: shown, key: [id], text: [body], priorityFrom: rank, updatedAt: at }");

        var result = await RunAsync();

        result.ExitCode.ShouldBe(ExitCode.Done, result.Stopped?.Message);
        _world.Server.Inputs.ShouldBe(Many);
    }

    [Fact]
    public async Task A_second_run_says_why_all_is_bought_again()
    {
        await FillAsync( "- { name: docs, type: query, query: 'SELECT id, body || clock_timestamp()::text AS text FROM doc' }");
        await RunAsync();

        (await _world.Sync.DryRunAsync()).Notes.ShouldContain(note => note.Contains("others at each look", StringComparison.Ordinal));
        var again = await RunAsync();

        again.ExitCode.ShouldBe(ExitCode.Done);
        (again.Report.Items.Changed, _world.Server.Inputs).ShouldBe((Many, 2 * Many));
        again.Report.Notes.ShouldContain(note => note.Contains("others at each look", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task All_and_reindex_buy_each_once(bool reindex)
    {
        await FillAsync( "- { name: docs, type: query, query: 'SELECT id, body || clock_timestamp()::text AS text FROM doc' }");

        (await RunAsync(new() { All = true, Reindex = reindex })).ExitCode.ShouldBe(ExitCode.Done);

        _world.Server.Inputs.ShouldBe(Many);
    }

    [Fact]
    public async Task Rows_that_come_and_change_meanwhile_are_left_to_the_next_run()
    {
        var source = """
            - name: docs
              type: table
              table: doc
              text: [body]
              updatedAt: updated_at
            """;
        await FillAsync( source);
        var next = Many;
        _world.Server.Decide = _ =>
        {
            // One that is first in the order of work, one that is last, and one that was bought already.
            var (newest, oldest) = (Interlocked.Increment(ref next), Interlocked.Increment(ref next));
            PostgresFixture.RunAsync(_world.Url, $"""
                INSERT INTO doc VALUES ({newest}, 'New {newest}', now()), ({oldest}, 'Old {oldest}', '1990-01-01');
                UPDATE doc SET body = body || '!' WHERE id <= 10
                """).GetAwaiter().GetResult();
            return null;
        };

        var result = await RunAsync();

        result.ExitCode.ShouldBe(ExitCode.Done, result.Stopped?.Message);
        // Each once, whatever became of it meanwhile.
        _world.Server.Inputs.ShouldBe(Many);
        result.Report.Remaining.ShouldBeGreaterThan(0);
        result.Report.Notes.ShouldNotContain(note => note.Contains("at each look", StringComparison.Ordinal));
        _world.Server.Decide = _ => null;
        (await RunAsync()).ExitCode.ShouldBe(ExitCode.Done);
        (await _world.ItemsAsync("docs")).Count.ShouldBe(next);
        (await RunAsync()).Report.RunId.ShouldBeNull();
    }

    [Fact]
    public async Task A_budget_is_counted_by_what_was_bought_where_no_bill_comes()
    {
        await FillAsync( "- { name: docs, type: query, query: 'SELECT id, body || clock_timestamp()::text AS text FROM doc' }");
        _world.Server.Decide = _ => Fault.NoUsage();
        _world.Sync.RowsAtATime = 30;
        var planned = await _world.Sync.DryRunAsync();
        var configured = _world.Sync.Configure;
        _world.Sync.Configure = config =>
            configured(config) with { Limits = config.Limits with { MaxTokens = planned.Tokens.Estimated + 100 } };

        (await RunAsync()).ExitCode.ShouldBe(ExitCode.Done);

        _world.Server.Inputs.ShouldBe(Many);
    }

    [Fact]
    public async Task On_another_branch_the_vectors_of_all_rows_are_bought()
    {
        await FillAsync( "- { name: docs, type: table, table: doc, text: [body] }");
        _world.Sync.Repository.Commit("one");
        _world.Sync.Repository.Git("branch", "other");
        _world.Sync.Repository.Write("a.md", "b");
        _world.Sync.Repository.Commit("two");
        var configured = _world.Sync.Configure;
        _world.Sync.Configure = config => configured(config) with { Store = configured(config).Store with { Branch = "other" } };

        (await RunAsync()).ExitCode.ShouldBe(ExitCode.Done);

        _world.Server.Inputs.ShouldBe(Many);
        (await _world.ItemsAsync("docs")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_backfill_buys_each_once_and_stores_it()
    {
        await FillAsync( "- { name: docs, type: query, query: 'SELECT id, body || clock_timestamp()::text AS text FROM doc' }");

        await using var workspace = _world.Sync.Open();
        var result = await new BackfillEngine(workspace.With(TimeSpan.FromSeconds(30)), TimeProvider.System)
            .RunAsync(new(20, TimeSpan.Zero, 8, []), new(null, null), new Progress<BackfillProgress>(), _endless.Token);

        result.ExitCode.ShouldBe(ExitCode.Done, result.Stopped?.Message);
        (result.Report.QueueEmpty, _world.Server.Inputs).ShouldBe((true, Many));
        (await _world.ItemsAsync("docs")).Count.ShouldBe(Many);
        result.Report.Notes.ShouldContain(note => note.Contains("others at each look", StringComparison.Ordinal));
    }

    private async Task FillAsync(string source, int rows = Many, int atATime = Many / 3)
    {
        _world.Sync.RowsAtATime = atATime;
        _rows = rows;
        await _world.RunAsync($"INSERT INTO doc SELECT g, 'Row ' || g, timestamptz '2025-01-01' + g * interval '1 second' FROM generate_series(1, {rows}) g");
        _world.Configure(source);
        var configured = _world.Sync.Configure;
        _world.Sync.Configure = config =>
            configured(config) with { Embeddings = config.Embeddings with { BatchSize = rows == Many ? 8 : 512 } };
    }

    /// <summary>A run that buys rows again and again is cut off.</summary>
    private async Task<SyncResult> RunAsync(SyncRequest? request = null)
    {
        var decide = _world.Server.Decide;
        _world.Server.Decide = asked =>
        {
            if (_world.Server.Inputs > 3 * _rows)
            {
                _endless.Cancel();
            }

            return decide(asked);
        };
        try
        {
            return await _world.Sync.SyncAsync(request, _endless.Token);
        }
        finally
        {
            _world.Server.Decide = decide;
        }
    }
}

/// <summary>Rows and store are in one database: compared by a join.</summary>
public sealed class VolatileRowsBesideTheStore(PostgresFixture postgres) : VolatileRows(postgres), IClassFixture<PostgresFixture>
{
    private protected override Task<StoreConfig> StoreAsync(string url, string folder) =>
        Task.FromResult(new StoreConfig(StoreBackend.Postgres, "", new Secret(url, "env:TEST"), "embsync", null, VectorType.HalfVec, true)
            { Spool = Path.Combine(folder, ".git", "spool") });
}

/// <summary>Rows and store are in two databases: compared by walking through both.</summary>
public sealed class VolatileRowsElsewhere(PostgresFixture postgres) : VolatileRows(postgres), IClassFixture<PostgresFixture>
{
    private protected override async Task<StoreConfig> StoreAsync(string url, string folder) =>
        new(StoreBackend.Postgres, "", new Secret(await Postgres.NewVectorDatabaseAsync(), "env:TEST"), "embsync", null,
            VectorType.HalfVec, true) { Spool = Path.Combine(folder, ".git", "spool") };
}

/// <summary>The store is a file.</summary>
public sealed class VolatileRowsAndAFile(PostgresFixture postgres) : VolatileRows(postgres), IClassFixture<PostgresFixture>
{
    private protected override Task<StoreConfig> StoreAsync(string url, string folder) =>
        Task.FromResult(Sync.SyncWorld.StoreAt(Path.Combine(folder, ".git", "embsync-test.db")));
}
