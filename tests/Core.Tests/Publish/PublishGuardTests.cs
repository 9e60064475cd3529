using EmbSync.Core.Configuration;
using EmbSync.Core.Jobs.Publish;
using EmbSync.Core.Model;
using EmbSync.Core.Tests.Sources.Rows;
using EmbSync.Core.Tests.Sync;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Publish;

/// <summary>
/// A publish takes no more away from people's tables than the bound that guards syncs allows, and begins nothing when it would.
/// </summary>
public sealed class PublishGuardTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private const string Issues =
        "- { name: issues, type: table, table: issue, text: [body], where: t.active, publish: { column: embedding } }";
    private const string Options =
        "- { name: options, type: table, table: config_option, column: value, where: t.active, publish: { table: embedding_cache } }";
    private const string Shown = "embedding IS NOT NULL AND content_hash IS NOT NULL";

    private RowWorld _world = null!;
    private string _store = "first";

    public async Task InitializeAsync()
    {
        var url = await postgres.NewVectorDatabaseAsync();
        _world = await RowWorld.StartAsync(url, folder => SyncWorld.StoreAt(Path.Combine(folder, ".git", "first.db")));
        await _world.RunAsync("""
            CREATE TABLE issue (id int PRIMARY KEY, active bool NOT NULL DEFAULT true, body text, embedding vector(16), content_hash text);
            CREATE TABLE config_option (name text, value text, active bool NOT NULL DEFAULT true);
            CREATE TABLE embedding_cache (value text, value_hash text, embedding_default vector(16), source_table text, source_column text, usage_count int, created_at timestamptz);
            """);
    }

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task A_store_that_was_filled_in_part_takes_nothing_away()
    {
        await PublishedAsync(Issues, 1_000);
        Configure(Issues, store: "second");
        await _world.SyncedAsync(new() { Limit = 5 });
        await _world.RunAsync("UPDATE issue SET body = 'Another' WHERE id IN (1, 10, 100, 1000, 101)");
        await _world.SyncedAsync(new() { Limit = 5 });

        var planned = await PublishAsync(dryRun: true);
        planned.Notes.ShouldContain(note => note.StartsWith(
            "a publish would stop: source 'issues': 995 of 1,000 rows of issue.embedding", StringComparison.Ordinal));
        var refusal = await Should.ThrowAsync<GuardException>(PublishAsync());

        refusal.ExitCode.ShouldBe(ExitCode.Guard);
        refusal.Message.ShouldContain("more than the 200");
        refusal.Message.ShouldContain("embsync sync");
        (await CountAsync(Shown)).ShouldBe(1_000);
        (await CountAsync($"content_hash = '{ContentHash.Of("Another")}'")).ShouldBe(0, "nothing is begun");
    }

    [Fact]
    public async Task Rows_that_the_source_still_has_keep_their_vector_until_a_sync_brings_them()
    {
        await PublishedAsync(Issues, 30);
        Configure(Issues, store: "second");
        await _world.SyncedAsync(new() { Limit = 25 });

        var source = (await PublishAsync()).Sources.Single();

        (source.Unchanged, source.Waiting, source.Withdrawn).ShouldBe((25, 5, 0));
        (await CountAsync(Shown)).ShouldBe(30);
    }

    [Theory]
    [InlineData(100, 20, null, true)]
    [InlineData(100, 21, null, false)]
    [InlineData(100, 21, 21, true)]
    [InlineData(100, 5, 4, false)]
    [InlineData(12, 10, null, true)]
    [InlineData(12, 11, null, false)]
    [InlineData(5, 5, null, false)]
    [InlineData(5, 5, 5, true)]
    public async Task The_bound_is_that_of_a_sync(int rows, int gone, int? asked, bool goes)
    {
        await PublishedAsync(Issues, rows);
        await _world.RunAsync($"UPDATE issue SET active = false WHERE id <= {gone}");
        await _world.SyncedAsync(new() { MaxDelete = new(1.0, null) });

        var run = PublishAsync(maxDelete: asked is { } count ? new(null, count) : null);
        if (goes)
        {
            (await run).Sources.Single().Withdrawn.ShouldBe(gone);
        }
        else
        {
            (await Should.ThrowAsync<GuardException>(run)).Message.ShouldContain($"--max-delete {gone}");
        }

        (await CountAsync(Shown)).ShouldBe(goes ? rows - gone : rows);
    }

    [Fact]
    public async Task The_configured_bound_holds_where_none_is_asked_for()
    {
        await PublishedAsync(Issues, 100);
        await _world.RunAsync("UPDATE issue SET active = false WHERE id <= 15");
        await _world.SyncedAsync();
        var configured = _world.Sync.Configure;
        _world.Sync.Configure = config => configured(config) with { Limits = config.Limits with { MaxDelete = new(0.10, null) } };

        await Should.ThrowAsync<GuardException>(PublishAsync());

        (await CountAsync(Shown)).ShouldBe(100);
    }

    [Fact]
    public async Task One_source_that_would_lose_too_much_keeps_all_of_them_from_beginning()
    {
        await _world.RunAsync("INSERT INTO config_option SELECT 'o' || g, 'Value ' || g FROM generate_series(1, 40) g");
        await PublishedAsync(Issues + "\n" + Options, 40);
        await _world.RunAsync("UPDATE issue SET body = 'Another' WHERE id = 1; UPDATE config_option SET active = false WHERE value <> 'Value 1'");
        await _world.SyncedAsync(new() { MaxDelete = new(1.0, null) });

        (await Should.ThrowAsync<GuardException>(PublishAsync())).Message.ShouldContain(
            "source 'options': 39 of 40 rows of embedding_cache");

        (await CountAsync("source_table = 'config_option'", "embedding_cache")).ShouldBe(40);
        (await CountAsync($"content_hash = '{ContentHash.Of("Another")}'")).ShouldBe(0);
        (await PublishAsync(maxDelete: new(null, 39))).Sources.Select(source => (source.Written, source.Withdrawn)).ShouldBe(
            [(1, 0), (0, 39)]);
    }

    [Fact]
    public async Task A_second_source_of_the_same_column_that_was_taken_out_counts_by_its_rows()
    {
        var both = Issues.Replace("t.active", "t.id <= 50", StringComparison.Ordinal);
        await PublishedAsync(both + "\n" + both.Replace("issues", "others", StringComparison.Ordinal)
            .Replace("<= 50", "> 50", StringComparison.Ordinal), 100);
        Configure(both);
        await _world.SyncedAsync(new() { MaxDelete = new(1.0, null) });

        await Should.ThrowAsync<GuardException>(PublishAsync());

        (await CountAsync(Shown)).ShouldBe(100);
    }

    [Fact]
    public async Task Rows_of_two_sources_of_one_column_are_taken_away_and_counted_once()
    {
        var both = Issues.Replace("t.active", "t.active AND t.id <= 50", StringComparison.Ordinal);
        await PublishedAsync(both + "\n" + both.Replace("issues", "others", StringComparison.Ordinal)
            .Replace("<= 50", "> 50", StringComparison.Ordinal), 100);
        await _world.RunAsync("UPDATE issue SET active = false WHERE id IN (7, 77)");
        await _world.SyncedAsync();

        (await PublishAsync(dryRun: true)).Sources.Sum(source => source.Withdrawn).ShouldBe(2);
        (await PublishAsync()).Sources.Sum(source => source.Withdrawn).ShouldBe(2);
        (await CountAsync(Shown)).ShouldBe(98);
    }

    private async Task PublishedAsync(string sources, int rows)
    {
        await _world.RunAsync($"INSERT INTO issue (id, body) SELECT g, 'Body ' || g FROM generate_series(1, {rows}) g");
        Configure(sources);
        await _world.SyncedAsync();
        await PublishAsync();
        (await CountAsync(Shown)).ShouldBe(rows);
    }

    private void Configure(string sources, string? store = null)
    {
        _store = store ?? _store;
        _world.Configure(sources);
        var configured = _world.Sync.Configure;
        _world.Sync.Configure = config => configured(config) with
        {
            Store = config.Store with { Path = Path.Combine(Path.GetDirectoryName(config.Store.Path)!, _store + ".db") },
            Embeddings = config.Embeddings with { BatchSize = 256 },
        };
    }

    private async Task<PublishReport> PublishAsync(bool dryRun = false, DeleteLimit? maxDelete = null)
    {
        await using var workspace = _world.Sync.Open();
        return await new PublishEngine(workspace, TimeProvider.System).RunAsync(
            new([], All: false, dryRun) { MaxDelete = maxDelete }, default);
    }

    private async Task<int> CountAsync(string where, string table = "issue") =>
        int.Parse((await PostgresFixture.RowsAsync(_world.Url, $"SELECT count(*) FROM {table} WHERE {where}"))[0],
            System.Globalization.CultureInfo.InvariantCulture);
}
