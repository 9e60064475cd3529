using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Planning;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Sources.Rows;

/// <summary>More rows than a run holds at a time.</summary>
public sealed class ManyRows(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private const int Rows = RowSurvey.MostRows + 2_500;

    private RowWorld _world = null!;

    public async Task InitializeAsync()
    {
        var url = await postgres.NewVectorDatabaseAsync();
        _world = await RowWorld.StartAsync(url, folder => Sync.SyncWorld.StoreAt(Path.Combine(folder, ".git", "embsync-test.db")));
        _world.Server.KeepsLog = false;
        await _world.RunAsync($"CREATE TABLE doc (id int PRIMARY KEY, body text, kind text); INSERT INTO doc SELECT g, 'Row ' || g, CASE WHEN g <= 10000 THEN 'a' ELSE 'b' END FROM generate_series(1, {Rows}) g");
        _world.Configure("- { name: docs, type: table, table: doc, text: [body], typeFrom: kind }");
        _world.Sync.Configure = Larger(_world.Sync.Configure);
    }

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task Are_counted_and_priced_as_a_whole_and_done_in_parts()
    {
        var status = await _world.Sync.StatusAsync();
        (status.Items.Total, status.Items.Missing, status.Estimate.Chunks).ShouldBe((Rows, Rows, Rows));
        status.Types.Select(type => (type.Type, type.Total, type.Embedded)).ShouldBe([("a", 10_000, 0), ("b", Rows - 10_000, 0)]);
        var planned = await _world.Sync.DryRunAsync();
        (planned.Items.New, planned.Items.Unchanged, planned.Remaining).ShouldBe((Rows, 0, 0));

        var report = (await _world.SyncedAsync()).Report;

        (report.Items.Total, report.Items.New, report.Items.Unchanged, report.Remaining, report.Chunks.Embedded).ShouldBe(
            (Rows, Rows, 0, 0, Rows));
        report.Cost.Estimated.ShouldBe(planned.Cost.Estimated);
        report.Spaces.Single().Chunks.ShouldBe(Rows);
        (await _world.SyncedAsync()).Report.Items.Unchanged.ShouldBe(Rows);
    }

    [Fact]
    public async Task Are_refused_as_a_whole_above_the_budget()
    {
        var price = (await _world.Sync.DryRunAsync()).Cost.Estimated;
        var configured = _world.Sync.Configure;
        _world.Sync.Configure = config => configured(config) with { Limits = config.Limits with { MaxCost = price * 0.95m } };

        (await _world.Sync.SyncAsync()).ExitCode.ShouldBe(ExitCode.Guard);

        _world.Server.Requests.ShouldBe(0);
    }

    private static Func<EmbSyncConfig, EmbSyncConfig> Larger(Func<EmbSyncConfig, EmbSyncConfig> before) => config =>
    {
        var made = before(config);
        return made with { Embeddings = made.Embeddings with { BatchSize = 512 } };
    };
}
