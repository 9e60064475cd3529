using EmbSync.Core.Model;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Sources.Rows;

/// <summary>What can't be a source is refused in words that say what to do, before anything is bought or written.</summary>
public sealed class RefusedSources(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private RowWorld _world = null!;

    public async Task InitializeAsync()
    {
        var url = await postgres.NewVectorDatabaseAsync();
        _world = await RowWorld.StartAsync(url, folder => Sync.SyncWorld.StoreAt(Path.Combine(folder, ".git", "embsync-test.db")));
        await _world.RunAsync("""
            CREATE TABLE doc (id int PRIMARY KEY, body text, number int, picture bytea);
            INSERT INTO doc VALUES (1, 'one', 1, '\x00');
            CREATE TABLE keyless (body text);
            CREATE TABLE "a""; drop table doc; --" (id int PRIMARY KEY, "b""; drop table doc; --" text);
            INSERT INTO "a""; drop table doc; --" VALUES (1, 'hostile');
            """);
    }

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    [Fault(24, "hostile names that are not there", "another statement in a query or condition", On = [Touched.Postgres])]
    public async Task With_what_is_wrong_and_what_there_is()
    {
        (string Name, string Source)[] cases =
        [
            ("table missing", "table: docs, text: [body]"),
            ("table is no name", "table: 'a\"; drop table doc', text: [body]"),
            ("column missing", "table: doc, text: [bodi]"),
            ("column is no name", "table: doc, text: ['b\"; drop table doc']"),
            ("key missing", "table: keyless, text: [body]"),
            ("text is not text", "table: doc, text: [number]"),
            ("text is bytes", "table: doc, text: [picture]"),
            ("metadata missing", "table: doc, text: [body], metadata: [state]"),
            ("column of values missing", "table: doc, column: value"),
            ("condition is wrong", "table: doc, text: [body], where: 'nosuch > 1'"),
            ("condition has another statement", "table: doc, text: [body], where: 'true); DELETE FROM doc; --'"),
        ];
        (string Name, string Query)[] queries =
        [
            ("query is wrong", "SELEC 1"),
            ("query without id", "SELECT body AS text FROM doc"),
            ("query without text", "SELECT id FROM doc"),
            ("query with an unknown column", "SELECT id, body AS text, number FROM doc"),
            ("query of another type", "SELECT id, number AS text FROM doc"),
            ("query that writes", "WITH gone AS (DELETE FROM doc RETURNING id, body) SELECT id, body AS text FROM gone"),
            ("query of two statements", "SELECT id, body AS text FROM doc) t; COMMIT; DELETE FROM doc; SELECT * FROM (SELECT 1"),
            ("query that takes too long", "SELECT id, body AS text FROM doc, pg_sleep(30)"),
        ];
        var said = new List<string>();
        foreach (var (name, source) in cases.Select(one => (one.Name, $"type: table, {one.Source}")).Concat(
            queries.Select(one => (one.Name, $"type: query, timeoutSeconds: 1, query: \"{one.Query}\""))))
        {
            _world.Configure($"- {{ name: rows, {source} }}");
            var error = await Should.ThrowAsync<EmbSyncException>(_world.Sync.SyncAsync());
            said.Add($"{name} (exit {(int)error.ExitCode})\n    {error.Message.Replace(new Uri(_world.Url).AbsolutePath.Trim('/'), "DATABASE", StringComparison.Ordinal)}");
        }

        (await PostgresFixture.RowsAsync(_world.Url, "SELECT count(*)::text FROM doc")).ShouldBe(["1"]);
        (await _world.RevisionAsync()).ShouldBe(0);
        Approval.Verify(string.Join('\n', said) + "\n");
    }

    [Fact]
    [Fault(24, "hostile names that are there", On = [Touched.Postgres])]
    public async Task But_not_for_a_hostile_name_that_is_there()
    {
        _world.Configure("""
            - { name: rows, type: table, table: 'a"; drop table doc; --', text: ['b"; drop table doc; --'] }
            """);

        (await _world.SyncedAsync()).Report.Items.New.ShouldBe(1);

        _world.Server.Purchases.Keys.ShouldBe(["hostile"]);
    }

    [Fact]
    public async Task Where_the_user_may_not_read()
    {
        await _world.RunAsync("DROP ROLE IF EXISTS embsync_reader; CREATE ROLE embsync_reader LOGIN PASSWORD 'c4n4ry-word'");
        _world.Url = PostgresFixture.As(_world.Url, "embsync_reader", "c4n4ry-word");
        _world.Configure("- { name: rows, type: table, table: doc, text: [body] }");

        var error = await Should.ThrowAsync<UsageException>(_world.Sync.SyncAsync());

        error.Message.ShouldContain("GRANT SELECT");
        error.ToString().ShouldNotContain("c4n4ry");
    }

    [Fact]
    public async Task Whose_column_changed_its_type_keep_what_is_stored()
    {
        _world.Configure("""
            - { name: rows, type: table, table: doc, text: [body] }
            """);
        await _world.SyncedAsync();
        await _world.RunAsync("ALTER TABLE doc ALTER COLUMN body TYPE int USING 1");

        (await Should.ThrowAsync<UsageException>(_world.Sync.SyncAsync())).Message.ShouldContain("of type integer");

        (await _world.ItemsAsync("rows")).Count.ShouldBe(1, "what is stored stays");
    }
}
