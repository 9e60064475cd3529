using EmbSync.Core.Jobs.Publish;
using EmbSync.Core.Model;
using EmbSync.Core.Tests.Sources.Rows;
using EmbSync.Core.Tests.Sync;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Publish;

/// <summary>Vectors in the user's own tables, beside the store.</summary>
public sealed class PublishTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private const string Issues = """
        - name: issues
          type: table
          table: issue
          text: [title, body]
          where: t.active
          chunk: { maxTokens: 32, minTokens: 4 }
          publish: { column: embedding, at: embedding_generated_at }
        """;

    private RowWorld _world = null!;

    public async Task InitializeAsync()
    {
        var url = await postgres.NewVectorDatabaseAsync();
        _world = await RowWorld.StartAsync(url, folder => SyncWorld.StoreAt(Path.Combine(folder, ".git", "embsync-test.db")));
        await _world.RunAsync("""
            CREATE TABLE issue (id int PRIMARY KEY, active bool NOT NULL DEFAULT true, title text, body text, embedding vector(16), embedding_generated_at timestamptz, content_hash text);
            INSERT INTO issue (id, title, body) SELECT g, 'Issue ' || g, 'Body ' || g FROM generate_series(1, 20) g;
            UPDATE issue SET body = repeat('Long text. ', 60) WHERE id = 3;
            """);
    }

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task Rows_get_their_vector_hash_and_time_once()
    {
        _world.Configure(Issues);
        await _world.SyncedAsync();

        One(await PublishAsync(dryRun: true)).ShouldBe((20, 0, 0, 0));
        (await CountAsync("embedding IS NOT NULL")).ShouldBe(0);
        One(await PublishAsync()).ShouldBe((20, 0, 0, 0));
        (await CountAsync("embedding IS NOT NULL AND content_hash ~ '^[0-9a-f]{64}$' AND embedding_generated_at > now() - interval '1 hour' AND abs(vector_norm(embedding) - 1) < 0.001")).ShouldBe(20);
        (await PostgresFixture.RowsAsync(_world.Url, "SELECT content_hash FROM issue WHERE id = 7")).ShouldBe(
            [ContentHash.Of("Issue 7\n\nBody 7").ToString()]);
        One(await PublishAsync()).ShouldBe((0, 20, 0, 0));
    }

    [Fact]
    public async Task All_rows_are_written_again_where_that_is_asked_for()
    {
        _world.Configure(Issues);
        await _world.SyncedAsync();
        await PublishAsync();

        One(await PublishAsync(all: true)).ShouldBe((20, 0, 0, 0));
    }

    [Fact]
    public async Task Changed_rows_are_written_again_and_rows_out_of_scope_lose_their_vector()
    {
        _world.Configure(Issues);
        await _world.SyncedAsync();
        await PublishAsync();
        await _world.RunAsync("UPDATE issue SET body = 'Another' WHERE id = 7; UPDATE issue SET active = false WHERE id = 8; DELETE FROM issue WHERE id = 9; UPDATE issue SET title = '', body = NULL WHERE id = 10");
        await _world.SyncedAsync();

        One(await PublishAsync()).ShouldBe((1, 16, 0, 2));

        (await CountAsync("embedding IS NOT NULL")).ShouldBe(17);
        (await CountAsync("id IN (8, 10) AND embedding IS NULL AND content_hash IS NULL AND embedding_generated_at IS NULL")).ShouldBe(2);
        One(await PublishAsync()).ShouldBe((0, 17, 0, 0));
    }

    [Fact]
    public async Task Two_sources_of_one_table_leave_each_other_alone()
    {
        _world.Configure(Issues.Replace("where: t.active", "where: t.id <= 10", StringComparison.Ordinal) + "\n"
            + Issues.Replace("name: issues", "name: others", StringComparison.Ordinal).Replace(
                "where: t.active", "where: t.id > 10", StringComparison.Ordinal));
        await _world.SyncedAsync();

        (await PublishAsync()).Sources.Select(source => (source.Written, source.Withdrawn)).ShouldBe([(10, 0), (10, 0)]);

        (await PublishAsync()).Sources.Select(source => (source.Written, source.Withdrawn)).ShouldBe([(0, 0), (0, 0)]);
    }

    [Fact]
    public async Task An_empty_store_takes_nothing_away()
    {
        _world.Configure(Issues);
        await _world.SyncedAsync();
        await PublishAsync();
        await _world.RunAsync("CREATE TABLE kept AS SELECT * FROM issue; UPDATE issue SET active = false");
        await _world.SyncedAsync(new() { MaxDelete = new(1.0, null) });

        (await Should.ThrowAsync<GuardException>(PublishAsync())).Message.ShouldContain(
            "20 of 20 rows of issue.embedding that show vectors are not in this store");

        (await CountAsync("embedding IS NOT NULL")).ShouldBe(20);
    }

    [Fact]
    public async Task What_can_t_take_the_vectors_is_refused_before_anything_is_written()
    {
        _world.Configure(Issues);
        await _world.SyncedAsync();
        (string Alter, string Says)[] cases =
        [
            ("ALTER TABLE issue ALTER COLUMN embedding TYPE vector(8) USING NULL", "has 8 dimensions, and the vectors have 16"),
            ("ALTER TABLE issue DROP COLUMN embedding", "ALTER TABLE public.issue ADD COLUMN \"embedding\" vector(16);"),
            ("ALTER TABLE issue ADD COLUMN embedding text", "is of type text, not vector or halfvec"),
            ("ALTER TABLE issue DROP COLUMN content_hash", "has no column content_hash"),
        ];
        foreach (var (alter, says) in cases)
        {
            await _world.RunAsync(alter);
            if (says.Contains("content_hash", StringComparison.Ordinal))
            {
                await _world.RunAsync("ALTER TABLE issue DROP COLUMN embedding, ADD COLUMN embedding halfvec(16)");
            }

            (await Should.ThrowAsync<UsageException>(PublishAsync())).Message.ShouldContain(says);
        }
    }

    [Fact]
    public async Task The_values_of_a_column_fill_a_table_of_the_cache_form_with_every_model()
    {
        await _world.RunAsync("""
            CREATE TABLE config_option (name text, value text);
            INSERT INTO config_option VALUES ('A', 'A'), ('B', 'A '), ('C', E'back\\slash'), ('D', '');
            CREATE TABLE embedding_cache (value text, value_hash text, embedding_large halfvec(24), embedding_small vector(16), source_table text, source_column text, usage_count int, created_at timestamptz);
            INSERT INTO embedding_cache VALUES ('A', 'x', NULL, NULL, 'elsewhere', 'value', 1, now());
            """);
        _world.Configure("""
            - { name: options, type: table, table: config_option, column: value, publish: { table: embedding_cache } }
            - { name: names, type: table, table: config_option, column: name, publish: { table: embedding_cache } }
            """);
        var configured = _world.Sync.Configure;
        _world.Sync.Configure = config => configured(config) with
        {
            Embeddings = config.Embeddings with
                { Spaces = [new("large", "text-embedding-3-large", 24), new("small", "text-embedding-3-small", 16)] },
        };
        await _world.SyncedAsync();

        (await PublishAsync()).Sources.Select(source => source.Written).ShouldBe([2, 4]);

        (await PostgresFixture.RowsAsync(_world.Url, """
            SELECT concat_ws('|', source_column, value, usage_count, value_hash = encode(sha256(convert_to(value, 'UTF8')), 'hex'), embedding_large IS NOT NULL AND embedding_small IS NOT NULL)
            FROM embedding_cache WHERE source_table = 'config_option' ORDER BY source_column, value
            """)).ShouldBe(["name|A|1|t|t", "name|B|1|t|t", "name|C|1|t|t", "name|D|1|t|t", "value|A|2|t|t", "value|back\\slash|1|t|t"]);
        await _world.RunAsync("DELETE FROM config_option WHERE name = 'C'");
        await _world.SyncedAsync();
        (await PublishAsync()).Sources.Select(source => (source.Written, source.Unchanged, source.Withdrawn)).ShouldBe(
            [(0, 1, 1), (0, 3, 1)]);
        (await CountAsync("source_table = 'elsewhere'", "embedding_cache")).ShouldBe(1, "rows of others are not touched");
    }

    [Fact]
    public async Task A_cache_table_that_lets_a_value_be_of_one_source_only_is_named()
    {
        await _world.RunAsync("""
            CREATE TABLE config_option (name text, value text);
            INSERT INTO config_option VALUES ('A', 'A');
            CREATE TABLE embedding_cache (value text, value_hash text UNIQUE, embedding_default vector(16), source_table text, source_column text, usage_count int, created_at timestamptz);
            """);
        _world.Configure("""
            - { name: options, type: table, table: config_option, column: value, publish: { table: embedding_cache } }
            - { name: names, type: table, table: config_option, column: name, publish: { table: embedding_cache } }
            """);
        await _world.SyncedAsync();

        (await Should.ThrowAsync<UsageException>(PublishAsync())).Message.ShouldContain(
            "Make it unique over (value_hash, source_table, source_column)");
    }

    private static (int Written, int Unchanged, int Waiting, int Withdrawn) One(PublishReport report) =>
        report.Sources.Single() is var source ? (source.Written, source.Unchanged, source.Waiting, source.Withdrawn) : default;

    private async Task<PublishReport> PublishAsync(bool dryRun = false, bool all = false)
    {
        await using var workspace = _world.Sync.Open();
        return await new PublishEngine(workspace, TimeProvider.System).RunAsync(new([], all, dryRun), default);
    }

    private async Task<int> CountAsync(string where, string table = "issue") =>
        int.Parse((await PostgresFixture.RowsAsync(_world.Url, $"SELECT count(*) FROM {table} WHERE {where}"))[0],
            System.Globalization.CultureInfo.InvariantCulture);
}
