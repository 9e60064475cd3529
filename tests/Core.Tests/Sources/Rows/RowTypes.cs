using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Tests.Storage;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Sources.Rows;

/// <summary>
/// Types that PostgreSQL has, its extensions bring and people make, as ids, texts and metadata; in tables and in queries alike.
/// </summary>
public sealed class RowTypes(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private const string Types = """
        CREATE SCHEMA extensions; CREATE SCHEMA "Odd Schema";
        CREATE EXTENSION citext SCHEMA extensions; CREATE EXTENSION hstore SCHEMA extensions;
        CREATE TYPE mood AS ENUM ('happy', 'sad'); CREATE TYPE "Odd Schema"."Level" AS ENUM ('Low', 'High');
        CREATE TYPE place AS (street text, number int);
        CREATE DOMAIN short_text AS varchar(200) CHECK (VALUE <> ''); CREATE DOMAIN shorter AS short_text; CREATE DOMAIN tags AS text[]; CREATE DOMAIN key_text AS extensions.citext;
        """;

    private RowWorld _world = null!;

    public async Task InitializeAsync()
    {
        var url = await postgres.NewDatabaseAsync();
        _world = await RowWorld.StartAsync(url, folder => Samples.Config(StoreBackend.Sqlite, folder + "/.embsync/index.db"));
        await _world.RunAsync(Types);
    }

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Theory]
    [InlineData("text", "'a text'", "a text")]
    [InlineData("varchar(20)", "'a text'", "a text")]
    [InlineData("char(9)", "'a text'", "a text")]
    [InlineData("name", "'a text'", "a text")]
    [InlineData("extensions.citext", "'a Text'", "a Text")]
    [InlineData("short_text", "'a text'", "a text")]
    [InlineData("shorter", "'a text'", "a text")]
    [InlineData("key_text", "'a text'", "a text")]
    [InlineData("mood", "'happy'", "happy")]
    [InlineData("\"Odd Schema\".\"Level\"", "'High'", "High")]
    [InlineData("text[]", "ARRAY['one', NULL, 'two']", "one\ntwo")]
    [InlineData("tags", "ARRAY['one', 'two']", "one\ntwo")]
    [InlineData("extensions.citext[]", "ARRAY['One', 'Two']::extensions.citext[]", "One\nTwo")]
    [InlineData("mood[]", "ARRAY['sad', 'happy']::mood[]", "sad\nhappy")]
    [InlineData("jsonb", "'{\"a\": 1}'", "{\"a\": 1}")]
    [InlineData("json", "'{\"a\":1}'", "{\"a\":1}")]
    [InlineData("xml", "'<a>b</a>'", "<a>b</a>")]
    public async Task That_hold_text_are_embedded(string type, string value, string text)
    {
        await _world.RunAsync($"CREATE TABLE doc (id int PRIMARY KEY, body {type}); INSERT INTO doc VALUES (1, {value})");

        (await SentAsync("- { name: rows, type: table, table: doc, text: [body] }")).ShouldBe([text]);
        (await SentAsync("- { name: asked, type: query, query: \"SELECT id, body AS text FROM doc\" }")).ShouldBe([text]);
    }

    [Theory]
    [InlineData("integer")]
    [InlineData("uuid")]
    [InlineData("bytea")]
    [InlineData("integer[]")]
    [InlineData("place")]
    [InlineData("extensions.hstore")]
    [InlineData("tsvector")]
    [InlineData("int4range")]
    [InlineData("money")]
    [InlineData("interval")]
    [InlineData("inet")]
    public async Task That_hold_none_are_refused_by_name(string type)
    {
        await _world.RunAsync($"CREATE TABLE doc (id int PRIMARY KEY, body {type})");
        foreach (var source in new[] { "- { name: rows, type: table, table: doc, text: [body] }", "- { name: rows, type: query, query: \"SELECT id, body AS text FROM doc\" }" })
        {
            _world.Configure(source);

            (await Should.ThrowAsync<UsageException>(_world.Sync.SyncAsync())).Message.ShouldContain($"is of type {type}, not text");
        }
    }

    [Theory]
    [InlineData("mood", "'sad'", "\"sad\"")]
    [InlineData("text[]", "ARRAY['a', 'b']", "[\"a\",\"b\"]")]
    [InlineData("int[]", "ARRAY[[1, 2], [3, 4]]", "[[1,2],[3,4]]")]
    [InlineData("tags", "ARRAY['a']", "[\"a\"]")]
    [InlineData("shorter", "'x'", "\"x\"")]
    [InlineData("place", "ROW('Main', 7)::place", "{\"number\":7,\"street\":\"Main\"}")]
    [InlineData("place[]", "ARRAY[ROW('Main', 7)::place]", "[{\"number\":7,\"street\":\"Main\"}]")]
    [InlineData("jsonb", "'{\"b\": [1], \"a\": null}'", "{\"a\":null,\"b\":[1]}")]
    [InlineData("json", "'{\"b\": 1, \"a\": 2, \"b\": 3}'", "{\"a\":2,\"b\":3}")]
    [InlineData("extensions.hstore", "'k => v'::extensions.hstore", "{\"k\":\"v\"}")]
    [InlineData("extensions.citext", "'Ab'", "\"Ab\"")]
    [InlineData("uuid", "'0d9e7b5a-1111-4222-8333-abcdefabcdef'", "\"0d9e7b5a-1111-4222-8333-abcdefabcdef\"")]
    [InlineData("bytea", "'\\x00ff'", "\"\\\\x00ff\"")]
    [InlineData("interval", "'1 day 02:03'", "\"1 day 02:03:00\"")]
    [InlineData("money", "7.5", "\"$7.50\"")]
    [InlineData("inet", "'10.0.0.1/8'", "\"10.0.0.1/8\"")]
    [InlineData("tsvector", "'a b'::tsvector", "\"'a' 'b'\"")]
    [InlineData("xml", "'<a/>'", "\"<a/>\"")]
    [InlineData("int4range", "'[1,5)'", "\"[1,5)\"")]
    [InlineData("int4multirange", "'{[1,3), [5,7)}'", "\"{[1,3),[5,7)}\"")]
    [InlineData("numeric", "'NaN'", "\"NaN\"")]
    [InlineData("float8", "'infinity'", "\"Infinity\"")]
    [InlineData("timestamptz", "'infinity'", "\"infinity\"")]
    [InlineData("date", "'2026-01-02'", "\"2026-01-02\"")]
    [InlineData("bit(3)", "B'101'", "\"101\"")]
    [InlineData("point", "'(1,2)'", "\"(1,2)\"")]
    [InlineData("boolean", "true", "true")]
    public async Task Are_kept_as_metadata(string type, string value, string kept)
    {
        await _world.RunAsync($"CREATE TABLE doc (id int PRIMARY KEY, body text, extra {type}); INSERT INTO doc VALUES (1, 'text', {value})");
        _world.Configure("""
            - { name: rows, type: table, table: doc, text: [body], metadata: [extra] }
            - { name: asked, type: query, query: "SELECT id, body AS text, json_build_object('extra', extra) AS metadata FROM doc" }
            """);

        await _world.SyncedAsync();

        var stored = await MetadataAsync();
        stored.ShouldBe(["{\"extra\":" + kept + "}", "{\"extra\":" + kept + "}"]);
        await _world.ShouldBeCleanAsync();
    }

    [Theory]
    [InlineData("int", "7", "7")]
    [InlineData("uuid", "'0D9E7B5A-1111-4222-8333-ABCDEFABCDEF'", "0d9e7b5a-1111-4222-8333-abcdefabcdef")]
    [InlineData("mood", "'sad'", "sad")]
    [InlineData("\"Odd Schema\".\"Level\"", "'High'", "High")]
    [InlineData("extensions.citext", "'Ab'", "Ab")]
    [InlineData("shorter", "'x y'", "x y")]
    [InlineData("key_text", "'Ab'", "Ab")]
    [InlineData("char(5)", "'ab'", "ab")]
    [InlineData("bytea", "'\\x00ff'", "\\x00ff")]
    [InlineData("inet", "'10.0.0.1'", "10.0.0.1/32")]
    [InlineData("interval", "'1 day'", "1 day")]
    [InlineData("timestamptz", "'2026-01-02 03:04:05.5+02'", "2026-01-02 01:04:05.5+00")]
    [InlineData("numeric(9,2)", "1.5", "1.50")]
    [InlineData("float8", "0.1", "0.1")]
    [InlineData("int[]", "ARRAY[1,2]", "{1,2}")]
    [InlineData("int4range", "'[1,5)'", "[1,5)")]
    [InlineData("place", "ROW('Main', 7)::place", "(Main,7)")]
    [InlineData("jsonb", "'{\"a\": 1}'", "{\"a\": 1}")]
    public async Task Are_ids(string type, string value, string id)
    {
        await _world.RunAsync($"CREATE TABLE doc (id {type} PRIMARY KEY, body text); INSERT INTO doc VALUES ({value}, 'text')");
        foreach (var (name, source) in new[]
            { ("rows", "- { name: rows, type: table, table: doc, text: [body] }"), ("asked",
            "- { name: asked, type: query, query: \"SELECT id, body AS text FROM doc\" }") })
        {
            _world.Configure(source);
            await _world.SyncedAsync(new() { MaxDelete = new(null, 10) });

            (await _world.ItemsAsync(name)).Keys.ShouldBe([id]);
            await _world.RunAsync("UPDATE doc SET body = body || ' more'");
            (await _world.SyncedAsync()).Report.Items.Changed.ShouldBe(1);
            (await _world.Sync.SyncAsync(new() { Ids = [id], KeepOrphans = true })).Report.Items.Unchanged.ShouldBe(1);
        }
    }

    [Theory]
    [InlineData("json", "'{\"a\": 1}'", "{\"a\": 1}")]
    [InlineData("point", "'(1,2)'", "(1,2)")]
    [InlineData("xml", "'<a/>'", "<a/>")]
    [InlineData("extensions.hstore", "'k => v'::extensions.hstore", "\"k\"=>\"v\"")]
    public async Task Without_an_order_are_ids_too(string type, string value, string id)
    {
        await _world.RunAsync($"CREATE TABLE doc (id {type} NOT NULL, body text); INSERT INTO doc VALUES ({value}, 'text')");
        _world.Configure("- { name: rows, type: table, table: doc, key: [id], text: [body] }");

        await _world.SyncedAsync();

        (await _world.ItemsAsync("rows")).Keys.ShouldBe([id]);
        await _world.ShouldBeCleanAsync();
    }

    [Theory]
    [InlineData("rank bigint", "9999999999", "at timestamptz", "'infinity'")]
    [InlineData("rank numeric", "'NaN'", "at timestamptz", "'-infinity'")]
    [InlineData("rank float8", "'-infinity'", "at timestamp", "'0044-03-15 BC'")]
    [InlineData("rank text", "' 12 '", "at date", "'294276-01-01'")]
    [InlineData("rank boolean", "true", "at text", "'2026-01-02'")]
    [InlineData("rank numeric", "2.5", "at timestamptz", "'10000-01-01'")]
    public async Task Beyond_all_bounds_cost_no_row(string rank, string first, string at, string second)
    {
        await _world.RunAsync($"CREATE TABLE doc (id int PRIMARY KEY, body text, {rank}, {at}); INSERT INTO doc VALUES (1, 'odd', {first}, {second}), (2, 'even', NULL, NULL)");
        _world.Configure("""
            - { name: rows, type: table, table: doc, text: [body], priorityFrom: rank, updatedAt: at }
            - { name: asked, type: query, query: "SELECT id, body AS text, rank AS priority, at AS updated_at FROM doc" }
            """);

        (await _world.SyncedAsync()).Report.Items.New.ShouldBe(4);
        await _world.ShouldBeCleanAsync();
    }

    [Fact]
    public async Task Metadata_that_can_not_be_kept_costs_a_warning_and_no_row()
    {
        await _world.RunAsync("""
            CREATE TABLE doc (id int PRIMARY KEY, body text, extra json);
            INSERT INTO doc VALUES (1, 'one', '[1]'), (2, 'two', '"x"'), (3, 'three', '{"a": "\ud800"}'), (4, 'four', '{"a": 1}'), (5, 'five', NULL);
            """);
        await _world.RunAsync($"INSERT INTO doc VALUES (6, 'six', '{{\"a\": {new string('[', 300)}{new string(']', 300)}}}')");
        _world.Configure("- { name: rows, type: query, query: \"SELECT id, body AS text, extra AS metadata FROM doc\" }");

        (await _world.SyncedAsync()).Report.Items.New.ShouldBe(6);

        (await MetadataAsync()).Order(StringComparer.Ordinal).ShouldBe(["{\"a\":1}", "{}", "{}", "{}", "{}", "{}"]);
    }

    [Fact]
    public async Task Rows_that_policies_hide_are_said_to_be_hidden()
    {
        var reader = $"rls_{Guid.NewGuid():N}";
        await _world.RunAsync($"""
            CREATE TABLE doc (id int PRIMARY KEY, tenant text, body text);
            INSERT INTO doc SELECT g, CASE WHEN g <= 3 THEN 'a' ELSE 'b' END, 'body ' || g FROM generate_series(1, 5) g;
            ALTER TABLE doc ENABLE ROW LEVEL SECURITY;
            CREATE POLICY only_a ON doc USING (tenant = 'a');
            CREATE ROLE {reader} LOGIN PASSWORD 'rls';
            GRANT SELECT ON doc TO {reader};
            """);
        try
        {
            var owner = _world.Url;
            foreach (var source in new[] { "- { name: rows, type: table, table: doc, text: [body] }", "- { name: rows, type: query, query: \"SELECT id, body AS text FROM doc\" }" })
            {
                _world.Url = PostgresFixture.As(owner, reader, "rls");
                _world.Configure(source);
                var report = (await _world.SyncedAsync(new() { MaxDelete = new(null, 10) })).Report;
                report.Items.Total.ShouldBe(3);
                report.Notes.ShouldContain(
                    note => note.Contains($"row-level security shows user '{reader}' a part of the rows", StringComparison.Ordinal));

                _world.Url = owner;
                _world.Configure(source);
                report = (await _world.SyncedAsync()).Report;
                report.Items.Total.ShouldBe(5);
                report.Notes.ShouldNotContain(note => note.Contains("row-level", StringComparison.Ordinal));
            }
        }
        finally
        {
            await _world.RunAsync($"DROP OWNED BY {reader}; DROP ROLE {reader}");
        }
    }

    [Fact]
    public async Task A_database_that_is_read_only_is_read()
    {
        await _world.RunAsync("CREATE TABLE doc (id int PRIMARY KEY, body text); INSERT INTO doc VALUES (1, 'text')");
        await _world.RunAsync("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$");
        _world.Configure("- { name: rows, type: table, table: doc, text: [body] }");

        (await _world.SyncedAsync()).Report.Items.New.ShouldBe(1);
        await _world.ShouldBeCleanAsync();
    }

    [Fact]
    public async Task Names_are_found_in_the_schema_that_the_address_names()
    {
        await _world.RunAsync("CREATE SCHEMA app; CREATE TABLE app.doc (id int PRIMARY KEY, body text); INSERT INTO app.doc VALUES (1, 'text'); CREATE TABLE \"Odd Schema\".doc (id int PRIMARY KEY, body text); INSERT INTO \"Odd Schema\".doc VALUES (1, 'odd')");
        var url = _world.Url;
        foreach (var (parameters, text) in new[]
            { ("schema=app", "text"), ("schema=Odd%20Schema", "odd"), ("pgbouncer=true&schema=app&connection_limit=1",
            "text"), ("search_path=app,public", "text"), ("options=-c%20search_path%3Dapp", "text") })
        {
            _world.Url = $"{url}{(url.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{parameters}";
            _world.Configure("- { name: rows, type: table, table: doc, text: [body] }");
            await _world.Sync.SyncAsync(new() { All = true });

            _world.Server.Log.SelectMany(request => request.Inputs).ShouldContain(text);
            (await _world.SyncedAsync()).Report.Items.Unchanged.ShouldBe(1);
        }
    }

    private async Task<IReadOnlyList<string>> SentAsync(string source)
    {
        _world.Configure(source);
        var before = _world.Server.Log.Count;
        await _world.SyncedAsync(new() { MaxDelete = new(null, 10), Reindex = true });
        return [.. _world.Server.Log.Skip(before).SelectMany(request => request.Inputs)];
    }

    private async Task<IReadOnlyList<string>> MetadataAsync()
    {
        await using var workspace = _world.Sync.Open();
        var generation = (await workspace.Store.ReadHeadAsync(default)).Active("default")!;
        return [.. await workspace.Store.ReadEmbeddedAsync(new(generation.Id, null, null), default).Select(chunk => chunk.Metadata)
            .ToListAsync()];
    }
}
