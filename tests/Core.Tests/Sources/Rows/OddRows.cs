using EmbSync.Core.Configuration;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Sources.Rows;

/// <summary>Times and priorities that databases hold and nobody expects: none of them keeps a row, or a run, from being done.</summary>
public sealed class OddRows(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private RowWorld _world = null!;

    public async Task InitializeAsync()
    {
        var url = await postgres.NewDatabaseAsync();
        _world = await RowWorld.StartAsync(
            url, _ => new(StoreBackend.Postgres, "", new Secret(url, "env:TEST"), "embsync", null, VectorType.HalfVec, true));
    }

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Theory]
    [InlineData("timestamptz", "'4713-01-02 BC'", "'-infinity'", "'2025-01-31'", "'294276-12-31'", "'infinity'")]
    [InlineData("timestamp", "'4713-01-02 BC'", "'-infinity'", "'2025-01-31'", "'10000-01-01'", "'infinity'")]
    [InlineData("date", "'4713-01-02 BC'", "'-infinity'", "'2025-01-31'", "'5874897-12-31'", "'infinity'")]
    [InlineData("text", "'0044-03-15 BC'", "'-0044-03-15'", "'2025-01-31T12:00:00+01:00'", "'+12025-01-01T00:00:00Z'", "'Infinity'")]
    [InlineData("bigint", "-9223372036854775808", "-1", "1738281600000", "4102444800000", "9223372036854775807")]
    [InlineData("float8", "'-Infinity'", "-1e300", "1738281600", "2e18", "'Infinity'")]
    [InlineData("numeric", "-1e400", "-2", "1738281600.5", "1e25", "1e400")]
    public async Task Times_beyond_the_calendar_order_work_as_they_are_and_no_more(
        string type, string first, string second, string third, string fourth, string last)
    {
        await _world.RunAsync($"CREATE TABLE doc (id text PRIMARY KEY, body text, changed {type}); INSERT INTO doc VALUES "
            + $"('a', 'first', {first}), ('b', 'second', {second}), ('c', 'third', {third}), ('d', 'fourth', {fourth}), ('e', 'last', {last}), ('f', 'none', NULL)");
        _world.Configure("- { name: docs, type: table, table: doc, text: [body], updatedAt: changed }");

        var report = (await _world.SyncedAsync()).Report;

        (report.Items.New, report.Errors.Count).ShouldBe((6, 0));
        var stored = await TimesAsync();
        stored["c"].Year.ShouldBe(2025);
        (stored["a"] <= stored["b"] && stored["b"] < stored["c"] && stored["c"] < stored["d"] && stored["d"] <= stored["e"]).ShouldBeTrue();
        await _world.ShouldBeCleanAsync();
    }

    [Fact]
    public async Task Texts_that_are_no_time_and_priorities_that_are_no_number_count_as_none_with_a_warning()
    {
        await _world.RunAsync("CREATE TABLE doc (id text PRIMARY KEY, body text, changed text, rank text); INSERT INTO doc VALUES "
            + "('a', 'one', 'last Tuesday', 'high'), ('b', 'two', '', ' 7 '), ('c', 'three', '2025-02-31', '1e99'), ('d', 'four', 'NaN', 'NaN'), ('e', 'five', NULL, NULL)");
        _world.Configure("- { name: docs, type: table, table: doc, text: [body], updatedAt: changed, priorityFrom: rank, priority: 3 }");

        (await _world.SyncedAsync()).Report.Items.New.ShouldBe(5);

        (await PrioritiesAsync()).ShouldBe(["a 3", "b 7", "c 2147483647", "d 3", "e 3"]);
        (await PostgresFixture.RowsAsync(_world.Url,
            "SELECT id || ' ' || (remarks::json -> 'warnings' -> 0 ->> 'code') FROM embsync.item WHERE remarks IS NOT NULL ORDER BY id"))
            .ShouldBe(["a EMB1118", "c EMB1118", "d EMB1118"]);
    }

    [Theory]
    [InlineData("bigint", "9223372036854775807", "-9223372036854775808", "2")]
    [InlineData("numeric", "'NaN'", "-1e300", "2.5")]
    [InlineData("float8", "'NaN'", "'-Infinity'", "2.4")]
    [InlineData("boolean", "true", "false", "NULL")]
    public async Task Priorities_of_any_type_are_taken_as_far_as_they_go(string type, string first, string second, string third)
    {
        await _world.RunAsync($"CREATE TABLE doc (id text PRIMARY KEY, body text, rank {type}); INSERT INTO doc VALUES ('a', 'one', {first}), ('b', 'two', {second}), ('c', 'three', {third})");
        _world.Configure("- { name: docs, type: table, table: doc, text: [body], priorityFrom: rank, priority: 5 }");

        (await _world.SyncedAsync()).Report.Items.New.ShouldBe(3);

        (await PrioritiesAsync()).ShouldBe(type switch
        {
            "bigint" => ["a 2147483647", "b -2147483648", "c 2"],
            "numeric" => ["a 5", "b -2147483648", "c 3"],
            "float8" => ["a 5", "b -2147483648", "c 2"],
            _ => ["a 1", "b 0", "c 5"],
        });
    }

    [Fact]
    public async Task A_query_may_yield_any_of_them()
    {
        await _world.RunAsync("CREATE TABLE doc (id int PRIMARY KEY, body text); INSERT INTO doc SELECT g, 'row ' || g FROM generate_series(1, 3) g");
        _world.Configure("""
            - name: docs
              type: query
              query: |
                SELECT id, body AS text, CASE id WHEN 1 THEN '-infinity' WHEN 2 THEN 'soon' ELSE '2025-01-31' END AS updated_at,
                  CASE id WHEN 1 THEN 1e300 ELSE 'NaN'::float8 END AS priority FROM doc
            """);

        (await _world.SyncedAsync()).Report.Items.New.ShouldBe(3);

        (await TimesAsync())["3"].Year.ShouldBe(2025);
        await _world.ShouldBeCleanAsync();
    }

    private async Task<Dictionary<string, DateTimeOffset>> TimesAsync()
    {
        await using var workspace = _world.Sync.Open();
        var active = (await workspace.Store.ReadHeadAsync(default)).Active("default")!;
        return await workspace.Store.ReadEmbeddedAsync(new(active.Id, null, null), default).ToDictionaryAsync(
            chunk => chunk.Key.Id, chunk => chunk.UpdatedAt);
    }

    private Task<IReadOnlyList<string>> PrioritiesAsync() =>
        PostgresFixture.RowsAsync(_world.Url, "SELECT id || ' ' || priority FROM embsync.item ORDER BY id");
}
