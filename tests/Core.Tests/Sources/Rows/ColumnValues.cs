using System.Security.Cryptography;
using System.Text;
using EmbSync.Core.Configuration;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Sources.Rows;

/// <summary>Distinct values of a column as items.</summary>
public sealed class ColumnValues(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private RowWorld _world = null!;

    public async Task InitializeAsync()
    {
        var url = await postgres.NewVectorDatabaseAsync();
        _world = await RowWorld.StartAsync(
            url, _ => new(StoreBackend.Postgres, "", new Secret(url, "env:TEST"), "embsync", null, VectorType.HalfVec, true));
        await _world.RunAsync("""CREATE TABLE config_option (name text, "Value of it" text)""");
        _world.Configure("""
            - { name: options, type: table, table: config_option, column: "Value of it" }
            - { name: names, type: table, table: config_option, column: name }
            """);
    }

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task Are_trimmed_and_distinct_and_keyed_by_the_hash_of_the_raw_value()
    {
        await _world.RunAsync(@"INSERT INTO config_option VALUES (NULL, 'A'), (NULL, 'A '), (NULL, E'\tA\n'), (NULL, ''), (NULL, '  '), (NULL, NULL), (NULL, E'C:\\temp'), (NULL, E'e\u0301')");

        var report = (await _world.SyncedAsync()).Report;

        report.Items.New.ShouldBe(3);
        (await _world.ItemsAsync("options")).Keys.ShouldBe(new[] { "A", "C:\\temp", "e\u0301" }.Select(Hash), ignoreOrder: true);
        _world.Server.Purchases.Keys.ShouldBe(["A", "C:\\temp", "\u00e9"], ignoreOrder: true);
        await _world.ShouldBeCleanAsync();
    }

    [Fact]
    public async Task Of_two_sources_stay_in_both_and_are_bought_once()
    {
        await _world.RunAsync("INSERT INTO config_option VALUES ('Red', 'Red'), ('Blue', 'Red')");

        (await _world.SyncedAsync()).Report.Items.New.ShouldBe(3);

        _world.Server.Purchases.Count.ShouldBe(2);
        await _world.RunAsync("UPDATE config_option SET name = 'Green' WHERE name = 'Red'");
        var report = (await _world.SyncedAsync()).Report;
        (report.Items.New, report.Items.Deleted).ShouldBe((1, 1));
        (await _world.ItemsAsync("options")).Keys.Single().ShouldBe(Hash("Red"), "what one source lost the other keeps");
        await _world.ShouldBeCleanAsync();
    }

    [Fact]
    public async Task Are_one_input_each_however_long_they_are()
    {
        await _world.RunAsync("INSERT INTO config_option VALUES (NULL, repeat('word ', 3000))");

        await _world.SyncedAsync();

        _world.Server.Purchases.Keys.ShouldHaveSingleItem().Length.ShouldBe(14_999);
    }

    private static string Hash(string value) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(value)));
}
