using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Sources.Postgres;
using EmbSync.Core.Tests.Configuration;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Sources.Rows;

/// <summary>Rows that change wake whoever waits, by SQL that their owner runs.</summary>
public sealed class TriggersOfChanges(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private const string Sources = """
        version: 1
        sources:
          - { name: notes, type: table, table: 'app."Note"', text: [Body] }
          - { name: some, type: table, table: 'app."Note"', text: [Body], where: "t.seen = 0" }
          - { name: joined, type: query, query: 'SELECT id, "Body" AS text FROM app."Note"' }
        """;

    private string _url = "";
    private IReadOnlyList<SourceConfig> _sources = [];

    public async Task InitializeAsync()
    {
        _url = await postgres.NewVectorDatabaseAsync();
        await PostgresFixture.RunAsync(_url, """
            CREATE SCHEMA app; CREATE TABLE app."Note" (id int PRIMARY KEY, "Body" text, seen int DEFAULT 0); CREATE TABLE app.other (id int);
            CREATE VIEW app.seen AS SELECT * FROM app."Note";
            """);
        _sources = ConfigFolder.LoadYaml(Sources, ("DATABASE_URL", _url)).Sources;
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("INSERT INTO app.\"Note\" SELECT g, 'text' FROM generate_series(10, 20) g")]
    [InlineData("UPDATE app.\"Note\" SET \"Body\" = 'another'")]
    [InlineData("DELETE FROM app.\"Note\"")]
    [InlineData("TRUNCATE app.\"Note\"")]
    public async Task Each_kind_of_change_wakes(string change)
    {
        await InstallAsync("notes");
        await using var listener = await ChangeListener.StartAsync(_sources, default);

        await PostgresFixture.RunAsync(_url, change);

        await listener.HearAsync(default).WaitAsync(Soon);
    }

    [Fact]
    public async Task Changes_before_somebody_waits_are_heard_and_each_only_once()
    {
        await InstallAsync("notes");
        await using var listener = await ChangeListener.StartAsync(_sources, default);
        await PostgresFixture.RunAsync(_url, "INSERT INTO app.\"Note\" VALUES (1, 'text')");
        await listener.HearAsync(default).WaitAsync(Soon);

        using var end = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        await Should.ThrowAsync<OperationCanceledException>(() => listener.HearAsync(end.Token));

        await PostgresFixture.RunAsync(_url, "INSERT INTO app.\"Note\" VALUES (2, 'text')");
        await listener.HearAsync(default).WaitAsync(Soon);
    }

    [Fact]
    public async Task Columns_that_mean_nothing_wake_nobody_unless_a_condition_may_look_at_them()
    {
        await InstallAsync("notes");
        (await UpdatesOfAsync()).ShouldBe(["Body,id"]);
        await InstallAsync("some");
        (await UpdatesOfAsync()).ShouldBe(["", "Body,id"]);
    }

    [Fact]
    public async Task Triggers_go_as_they_came_and_the_function_with_the_last()
    {
        await InstallAsync("notes");
        await InstallAsync("notes");
        await InstallAsync("joined", "app.other", "app.\"Note\"");
        (await UpdatesOfAsync()).Count.ShouldBe(3);

        await PostgresFixture.RunAsync(_url, await ScriptAsync("notes", drop: true));
        (await UpdatesOfAsync()).Count.ShouldBe(2);
        await PostgresFixture.RunAsync(_url, await ScriptAsync("joined", drop: true, "app.other", "app.\"Note\""));

        (await PostgresFixture.RowsAsync(_url, "SELECT count(*)::text FROM pg_proc WHERE proname = 'embsync_changed'")).ShouldBe(["0"]);
        await PostgresFixture.RunAsync(_url, await ScriptAsync("notes", drop: true));
    }

    [Fact]
    public async Task A_partition_that_is_written_itself_wakes_too()
    {
        await PostgresFixture.RunAsync(_url, """
            CREATE TABLE app.log (id int, part int, "Body" text) PARTITION BY LIST (part);
            CREATE TABLE app.log_1 PARTITION OF app.log FOR VALUES IN (1);
            """);
        await InstallAsync("joined", "app.log");
        await using var listener = await ChangeListener.StartAsync(_sources, default);

        await PostgresFixture.RunAsync(_url, "INSERT INTO app.log_1 VALUES (1, 1, 'text')");

        await listener.HearAsync(default).WaitAsync(Soon);
        await PostgresFixture.RunAsync(_url, await ScriptAsync("joined", drop: true, "app.log"));
        (await UpdatesOfAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Where_a_trigger_may_rewrite_rows_every_update_wakes()
    {
        await PostgresFixture.RunAsync(_url, """
            CREATE FUNCTION app.derive() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW."Body" := NEW.seen::text; RETURN NEW; END $$;
            CREATE TRIGGER derive BEFORE UPDATE ON app."Note" FOR EACH ROW EXECUTE FUNCTION app.derive();
            """);
        await InstallAsync("notes");

        (await UpdatesOfAsync()).ShouldBe([""]);
    }

    [Fact]
    public async Task A_query_or_a_view_has_to_name_its_tables()
    {
        (await Should.ThrowAsync<UsageException>(() => ScriptAsync("joined", drop: false))).Message.ShouldContain("--table");
        (await Should.ThrowAsync<UsageException>(() => ScriptAsync("joined", drop: false, "app.seen"))).Message.ShouldContain("is a view");
        (await Should.ThrowAsync<UsageException>(() => ScriptAsync("joined", drop: false, "app.none"))).Message.ShouldContain(
            "no table or view");
    }

    [Fact]
    public async Task A_lost_connection_is_said()
    {
        await using var listener = await ChangeListener.StartAsync(_sources, default);
        var heard = listener.HearAsync(default);

        await PostgresFixture.RowsAsync(_url,
            "SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'");

        (await Should.ThrowAsync<SourceException>(() => heard.WaitAsync(Soon))).Message.ShouldContain("can't be listened to");
    }

    [Fact]
    public async Task Without_a_database_there_is_nothing_to_wait_for() =>
        (await Should.ThrowAsync<UsageException>(() => ChangeListener.StartAsync([], default))).Message.ShouldContain("--watch");

    private async Task InstallAsync(string source, params string[] tables) =>
        await PostgresFixture.RunAsync(_url, await ScriptAsync(source, drop: false, tables));

    private Task<string> ScriptAsync(string source, bool drop, params string[] tables) =>
        ChangeTrigger.ScriptAsync((DatabaseSourceConfig)_sources.Single(one => one.Name == source), tables, drop, default);

    /// <summary>Of each trigger: the columns whose update it watches.</summary>
    private Task<IReadOnlyList<string>> UpdatesOfAsync() => PostgresFixture.RowsAsync(_url, """
        SELECT coalesce((SELECT string_agg(a.attname, ',' ORDER BY a.attname) FROM unnest(t.tgattr::int2[]) n JOIN pg_attribute a ON a.attrelid = t.tgrelid AND a.attnum = n), '') AS columns
        FROM pg_trigger t WHERE t.tgname LIKE 'embsync%' ORDER BY columns
        """);
}
