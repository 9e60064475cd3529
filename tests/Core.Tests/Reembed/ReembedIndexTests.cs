using EmbSync.Core.Jobs.Repair;
using EmbSync.Core.Model;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Reembed;

/// <summary>The HNSW index of a new generation: built after the load, checked before anybody searches with it.</summary>
public sealed class ReembedIndexTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private readonly string _schema = "x" + Guid.NewGuid().ToString("N")[..8];
    private ReembedWorld _world = null!;

    public async Task InitializeAsync() => _world = await ReembedWorld.OpenAsync(_ => PostgresStores.Of(postgres, _schema));

    public async Task DisposeAsync() => await _world.DisposeAsync();

    private Task<IReadOnlyList<string>> IndexesAsync(int generation) => PostgresFixture.RowsAsync(
        postgres.Url, $"SELECT indexrelid::regclass || CASE WHEN indisvalid THEN '' ELSE ' INVALID' END FROM pg_index WHERE indrelid = '{_schema}.vec_{generation}'::regclass AND NOT indisprimary");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_is_built_and_its_recall_is_in_the_report(bool concurrently)
    {
        var result = await _world.RunAsync(new(ConcurrentIndex: concurrently));
        (result.ExitCode, result.Report.IndexBuilt, result.Report.Switched).ShouldBe((ExitCode.Done, true, true));
        result.Report.Recall!.Recall.ShouldBe(1);
        (result.Report.Recall.Nearest, result.Report.Recall.EfSearch).ShouldBe((10, 100));
        (await IndexesAsync(2)).ShouldBe([$"{_schema}.vec_2_hnsw"]);
    }

    [Fact]
    public async Task One_that_finds_too_little_keeps_searches_where_they_are_and_all_vectors()
    {
        var refused = await _world.RunAsync(new(MinRecall: 1.01));
        (refused.ExitCode, refused.Report.Status, refused.Report.Switched).ShouldBe((ExitCode.Guard, "stopped", false));
        refused.Stopped!.Message.ShouldContain("store.index.efSearch");
        (await _world.ActiveAsync()).Signature.Dimension.ShouldBe(ReembedWorld.Before);

        var requests = _world.Server.Requests;
        (await _world.RunAsync(new(MinRecall: 0))).Report.Switched.ShouldBeTrue();
        _world.Server.Requests.ShouldBe(requests);
    }

    [Fact]
    public async Task One_that_a_broken_build_left_is_named_and_repair_mends_it()
    {
        await _world.RunAsync(new(MinRecall: 1.01));
        await PostgresFixture.RunAsync(
            postgres.Url, $"UPDATE pg_index SET indisvalid = false WHERE indexrelid = '{_schema}.vec_2_hnsw'::regclass");
        var stopped = await _world.RunAsync();
        (stopped.ExitCode, stopped.Report.Switched).ShouldBe((ExitCode.Failed, false));
        stopped.Stopped!.Message.ShouldContain("INVALID");
        stopped.Stopped.Message.ShouldContain("embsync repair");
        (await IndexesAsync(2)).Single().ShouldEndWith("INVALID");

        await using (var workspace = _world.Sync.Open())
        {
            await new RepairEngine(workspace, TimeProvider.System, new Progress<string>()).RunAsync(
                new([], null, 0, 1, RepairRequest.DefaultGrace), new(null, null), default);
        }

        (await _world.RunAsync()).Report.Switched.ShouldBeTrue();
        (await IndexesAsync(2)).ShouldBe([$"{_schema}.vec_2_hnsw"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_retired_generation_of_which_much_is_missing_has_its_index_built_anew(bool dropFirst)
    {
        await _world.RunAsync();
        _world.Configure(ReembedWorld.After);
        for (var i = 0; i < 9; i++)
        {
            _world.Write(i, $"Another body {i}.");
        }

        await _world.Sync.SyncAsync();
        var before = await PostgresFixture.RowsAsync(postgres.Url, $"SELECT '{_schema}.vec_1_hnsw'::regclass::oid::text");
        var back = await _world.RunAsync(new(Rollback: true, DropIndexFirst: dropFirst), null);
        (back.ExitCode, back.Report.Chunks.Embedded, back.Report.IndexBuilt).ShouldBe((ExitCode.Done, 9, dropFirst));
        (await PostgresFixture.RowsAsync(postgres.Url, $"SELECT '{_schema}.vec_1_hnsw'::regclass::oid::text")).SequenceEqual(before)
            .ShouldBe(!dropFirst);
    }

    [Fact]
    public async Task How_it_is_built_is_a_setting()
    {
        _world.Sync.Configure = config =>
            config with { Store = config.Store with
            { Index = config.Store.Index with { M = 8, EfConstruction = 33, BuildMemory = 65L * 1024 * 1024 } } };
        await _world.RunAsync();
        (await PostgresFixture.RowsAsync(postgres.Url, $"SELECT pg_get_indexdef('{_schema}.vec_2_hnsw'::regclass)")).Single().ShouldContain(
            "WITH (m='8', ef_construction='33')");
    }
}
