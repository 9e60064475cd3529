using EmbSync.Core.Configuration;
using EmbSync.Core.Jobs.Repair;
using EmbSync.Core.Model;
using EmbSync.Core.Storage;
using EmbSync.Core.Tests.Reembed;
using EmbSync.Core.Tests.Sync;
using EmbSync.Tests;
using Microsoft.Data.Sqlite;

namespace EmbSync.Core.Tests.Repair;

/// <summary>What can go wrong with a store is found, mended where that is free, and named where it is not.</summary>
public abstract class RepairTests : IAsyncLifetime
{
    private ReembedWorld _world = null!;

    private protected ReembedWorld World => _world;

    private protected abstract StoreConfig Store(string folder);

    /// <summary>Runs a statement beside embsync; <c>{s}</c> is the schema's prefix.</summary>
    private protected abstract Task SpoilAsync(string sql);

    /// <summary>A literal of the vector's type: all numbers the same.</summary>
    private protected abstract string Vector(string number);

    public async Task InitializeAsync() => _world = await ReembedWorld.OpenAsync(Store);

    public async Task DisposeAsync() => await _world.DisposeAsync();

    private protected async Task<RepairResult> RepairAsync(
        TimeSpan? grace = null, int verify = 0, bool dry = false, DeleteLimit? maxDelete = null, Func<IStore, IStore>? through = null)
    {
        await using var workspace = _world.Sync.Open();
        var engine = new RepairEngine(
            through is null ? workspace : workspace.With(through(workspace.Store)), TimeProvider.System, new Progress<string>());
        var request = new RepairRequest([], maxDelete, verify, 1, grace ?? RepairRequest.DefaultGrace);
        return dry ? await engine.DryRunAsync(request, new(null, null), default) : await engine.RunAsync(request, new(null, null), default);
    }

    private async Task<string> StateAsync()
    {
        await using var workspace = _world.Sync.Open();
        var head = await workspace.Store.ReadHeadAsync(default);
        return $"{head.Revision} {string.Join(", ", head.Generations)} {(await workspace.Store.ReadRunsAsync(100, default)).Count}\n{await _world.Sync.ContentsAsync()}";
    }

    [Fact]
    public async Task A_store_that_is_well_is_left_alone()
    {
        var before = await StateAsync();
        var result = await RepairAsync();
        (result.ExitCode, result.Report.Status).ShouldBe((ExitCode.Done, "well"));
        result.Report.Steps.ShouldBeEmpty();
        (await StateAsync()).ShouldBe(before);
    }

    [Theory]
    [InlineData("DELETE FROM {s}chunk WHERE item = 'T-3'", null, ExitCode.Drift)]
    [InlineData("UPDATE {s}vec_1 SET embedding = {zero} WHERE hash IN (SELECT hash FROM {s}chunk WHERE item IN ('T-1', 'T-2'))",
        "bad-vectors", ExitCode.Drift)]
    [InlineData("UPDATE {s}vec_1 SET embedding = {long} WHERE hash IN (SELECT hash FROM {s}chunk WHERE item = 'T-1')", "bad-vectors",
        ExitCode.Drift)]
    [InlineData("DELETE FROM {s}vec_1 WHERE hash IN (SELECT hash FROM {s}chunk WHERE item = 'T-4')", null, ExitCode.Drift)]
    [InlineData("INSERT INTO {s}work (generation, hash) SELECT 1, hash FROM {s}vec_1", "leftover-work", ExitCode.Done)]
    [InlineData("DROP VIEW {s}embeddings", "view", ExitCode.Done)]
    [InlineData("DROP VIEW {s}embeddings; DROP TABLE {s}vec_1", "missing-table", ExitCode.Drift)]
    [Fault(51, "what repair mends", On = [Touched.Sqlite, Touched.Postgres])]
    public async Task Each_fault_is_shown_mended_and_gone_and_a_sync_does_the_rest(string spoil, string? step, ExitCode code)
    {
        await SpoilAsync(spoil);
        var requests = _world.Server.Requests;
        var planned = await RepairAsync(dry: true);
        planned.ExitCode.ShouldBe(ExitCode.Done);
        if (step is not null)
        {
            planned.Report.Steps.ShouldContain(one => one.Step == step && one.State == "planned");
        }

        var result = await RepairAsync();
        result.ExitCode.ShouldBe(code, string.Join('\n', result.Report.Steps));
        result.Report.Steps.Where(one => one.State == "done").Select(one => one.Step).ShouldBe(step is null ? [] : [step]);
        _world.Server.Requests.ShouldBe(requests);
        if (code == ExitCode.Drift)
        {
            result.Report.Missing!.Items.ShouldBePositive();
        }

        (await RepairAsync()).Report.Steps.ShouldBeEmpty();
        (await _world.Sync.SyncAsync()).ExitCode.ShouldBe(ExitCode.Done);
        (await RepairAsync()).Report.Status.ShouldBe("well");
        (await _world.Sync.ContentsAsync()).ShouldBe(await _world.CleanAsync(ReembedWorld.Before));
    }

    [Fact]
    public async Task A_dry_run_writes_nothing()
    {
        await SpoilAsync("UPDATE {s}vec_1 SET embedding = {zero} WHERE hash IN (SELECT hash FROM {s}chunk WHERE item = 'T-1')");
        File.Delete(_world.Repository.Full("tasks/t3.md"));
        var before = await StateAsync();
        var result = await RepairAsync(dry: true, verify: 5);
        (result.Report.DryRun, result.Report.Status).ShouldBe((true, "planned"));
        result.Report.Steps.Select(one => one.Step).ShouldBe(["orphans", "bad-vectors", "verify"]);
        (await StateAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task Orphans_go_within_the_bound_that_guards_syncs_too()
    {
        File.Delete(_world.Repository.Full("tasks/t3.md"));
        var result = await RepairAsync(TimeSpan.Zero);
        result.ExitCode.ShouldBe(ExitCode.Done);
        result.Report.Steps.Select(one => (one.Step, one.Count)).ShouldBe([("orphans", 1L), ("spare-vectors", 1L)]);
        (await _world.Sync.ContentsAsync()).ShouldBe(await _world.CleanAsync(ReembedWorld.Before));

        foreach (var file in Directory.GetFiles(_world.Repository.Full("tasks")))
        {
            File.Delete(file);
        }

        var refused = await RepairAsync();
        refused.ExitCode.ShouldBe(ExitCode.Guard);
        refused.Report.Steps.Single().Text.ShouldContain("--max-delete");
        (await RepairAsync(dry: true)).Report.Steps.Single().Text.ShouldContain("--max-delete");
        (await ItemsAsync()).ShouldBe(8);
        (await RepairAsync(maxDelete: new(1, null))).Report.Steps.Single().Count.ShouldBe(8);
    }

    [Fact]
    public async Task Vectors_are_kept_when_none_of_them_is_of_a_stored_chunk()
    {
        await SpoilAsync("DELETE FROM {s}chunk; DELETE FROM {s}item");
        var refused = await RepairAsync(TimeSpan.Zero);
        refused.ExitCode.ShouldBe(ExitCode.Guard);
        refused.Report.Steps.Select(one => (one.Step, one.State)).ShouldBe([("spare-vectors", "left")]);
        refused.Report.Steps.Single().Text.ShouldContain("--max-delete 9");
        (await RepairAsync(TimeSpan.Zero, dry: true)).Report.Steps.Single().State.ShouldBe("left");
        var requests = _world.Server.Requests;
        (await _world.Sync.SyncAsync()).Report.Chunks.Embedded.ShouldBe(0);
        _world.Server.Requests.ShouldBe(requests);

        await SpoilAsync("DELETE FROM {s}chunk; DELETE FROM {s}item");
        (await RepairAsync(TimeSpan.Zero, maxDelete: new(null, 9))).Report.Steps.Select(one => (one.Step, one.State, one.Count)).ShouldBe(
            [("spare-vectors", "done", 9L)]);
    }

    private async Task<int> ItemsAsync()
    {
        await using var workspace = _world.Sync.Open();
        return await workspace.Store.ReadItemsAsync("tasks", default).CountAsync();
    }

    [Fact]
    public async Task What_is_no_longer_used_is_kept_for_the_grace_time()
    {
        _world.Write(3, "Another body.");
        await _world.Sync.SyncAsync();
        await _world.RunAsync();
        _world.Configure(ReembedWorld.After);
        (await RepairAsync()).Report.Status.ShouldBe("well");

        var result = await RepairAsync(TimeSpan.Zero);
        result.Report.Steps.Select(one => one.Step).ShouldBe(["retired-generation"]);
        await using var workspace = _world.Sync.Open();
        (await workspace.Store.ReadHeadAsync(default)).Generations.Select(one => one.Signature.Dimension).ShouldBe([ReembedWorld.After]);
        (await Should.ThrowAsync<UsageException>(() => _world.RunAsync(new(Rollback: true), null))).Message.ShouldContain(
            "no earlier generation");
        (await _world.Sync.SyncAsync()).Report.Chunks.Embedded.ShouldBe(0);
        (await RepairAsync()).Report.Status.ShouldBe("well");
    }

    [Fact]
    public async Task A_retired_generation_of_the_configured_model_is_kept()
    {
        await _world.RunAsync();
        (await RepairAsync(TimeSpan.Zero)).Report.Status.ShouldBe("well");
        (await _world.RunAsync(new(Unpin: true), null)).ExitCode.ShouldBe(ExitCode.Done);
        (await _world.Sync.SyncAsync()).Report.Chunks.Embedded.ShouldBe(0);
    }

    [Fact]
    public async Task A_reembed_that_is_not_done_is_named_and_kept()
    {
        _world.Server.Spoils = text => text.Contains("Body 4", StringComparison.Ordinal);
        await _world.RunAsync();
        var result = await RepairAsync(TimeSpan.Zero);
        (result.ExitCode, result.Report.Steps.Single().Step).ShouldBe((ExitCode.Drift, "half-done"));
        _world.Server.Spoils = _ => false;
        (await _world.RunAsync()).Report.Chunks.Embedded.ShouldBe(1);
    }

    [Fact]
    public async Task Stored_vectors_are_compared_with_what_the_model_makes_now()
    {
        var well = await RepairAsync(verify: 4);
        (well.ExitCode, well.Report.Verified.Single().Sampled, well.Report.Verified.Single().Below).ShouldBe((ExitCode.Done, 4, 0));
        well.Report.Verified.Single().Minimum.ShouldBeGreaterThan(0.999);

        await SpoilAsync("UPDATE {s}vec_1 SET embedding = {unit}");
        var changed = await RepairAsync(verify: 4);
        (changed.ExitCode, changed.Report.Status, changed.Report.Verified.Single().Below).ShouldBe((ExitCode.Drift, "left", 4));
    }

    [Fact]
    [Fault(53, "before and after every write of a repair", On = [Touched.Sqlite, Touched.Postgres])]
    public async Task Killed_at_any_write_the_next_one_does_the_rest()
    {
        for (var point = 1; ; point++)
        {
            _world.Write(3, $"Another body {point}.");
            await _world.Sync.SyncAsync();
            await SpoilAsync("UPDATE {s}vec_1 SET embedding = {zero} WHERE hash IN (SELECT hash FROM {s}chunk WHERE item IN ('T-1', 'T-2')); DROP VIEW {s}embeddings");
            _world.Write(30, "Extra.");
            await _world.Sync.SyncAsync();
            File.Delete(_world.Repository.Full("tasks/t30.md"));
            DyingStore? dying = null;
            try
            {
                await RepairAsync(TimeSpan.Zero, through: store => dying = new(store, point));
            }
            catch (DeathException)
            {
                await RepairAsync(TimeSpan.Zero);
            }

            (await RepairAsync(TimeSpan.Zero)).Report.Steps.ShouldBeEmpty($"point {point}");
            (await _world.Sync.SyncAsync()).ExitCode.ShouldBe(ExitCode.Done);
            (await _world.Sync.ContentsAsync()).ShouldBe(await _world.CleanAsync(ReembedWorld.Before), $"point {point}");
            if (dying!.Points.Count < point)
            {
                point.ShouldBeGreaterThan(8);
                break;
            }
        }
    }

    [Fact]
    public async Task There_must_be_a_store()
    {
        _world.Sync.Configure = config =>
            config with { Store = config.Store with { Path = _world.Repository.Full("nowhere.db"), Schema = "nowhere" } };
        (await Should.ThrowAsync<StoreException>(() => RepairAsync())).Message.ShouldContain("embsync sync");
    }
}

public sealed class SqliteRepairTests : RepairTests
{
    private protected override StoreConfig Store(string folder) => SyncWorld.StoreAt(Path.Combine(folder, ".git", "embsync-test.db"));

    private protected override string Vector(string number) =>
        "x'" + Convert.ToHexString([.. Enumerable.Repeat(BitConverter.GetBytes(float.Parse(number,
            System.Globalization.CultureInfo.InvariantCulture)), ReembedWorld.Before).SelectMany(bytes => bytes)]) + "'";

    private protected override async Task SpoilAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={World.Sync.Config().Store.Path};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql.Replace("{s}", "", StringComparison.Ordinal).Replace("{zero}", Vector("0"), StringComparison.Ordinal)
            .Replace("{unit}", Vector("0.17677669"), StringComparison.Ordinal).Replace("{long}", "x'0102'", StringComparison.Ordinal);
        await command.ExecuteNonQueryAsync();
    }
}

public sealed class PostgresRepairTests(PostgresFixture postgres) : RepairTests, IClassFixture<PostgresFixture>
{
    private readonly string _schema = "f" + Guid.NewGuid().ToString("N")[..8];

    private protected override StoreConfig Store(string folder) => PostgresStores.Of(postgres, _schema);

    private protected override string Vector(string number) => $"'[{string.Join(',', Enumerable.Repeat(number, ReembedWorld.Before))}]'";

    private protected override async Task SpoilAsync(string sql) =>
        await PostgresFixture.RunAsync(postgres.Url, sql.Replace("{s}", _schema + ".", StringComparison.Ordinal)
        .Replace("{zero}", Vector("0"), StringComparison.Ordinal).Replace("{unit}", Vector("0.17677669"), StringComparison.Ordinal).Replace(
            "{long}", Vector("0.5"), StringComparison.Ordinal));

    [Fact]
    public async Task A_view_that_somebody_replaced_is_made_anew()
    {
        await SpoilAsync("CREATE OR REPLACE VIEW {s}embeddings AS SELECT source, id AS task_id, 0 AS chunk, ''::text AS space, ''::text AS model, 0 AS dimension, content_digest AS content_hash, updated_at, title, path, metadata, NULL::halfvec AS embedding FROM {s}item");
        (await RepairAsync()).Report.Steps.Single().Step.ShouldBe("view");
        (await PostgresFixture.RowsAsync(postgres.Url, $"SELECT count(*)::text FROM {_schema}.embeddings WHERE embedding IS NOT NULL"))
            .ShouldBe(["9"]);
    }

    [Fact]
    [Fault(49, "an INVALID index of the store", On = [Touched.Postgres])]
    public async Task An_invalid_index_is_dropped_and_built_anew()
    {
        await SpoilAsync("UPDATE pg_index SET indisvalid = false WHERE indexrelid = '{s}vec_1_hnsw'::regclass");
        _ = await Should.ThrowAsync<StoreException>(async () =>
        {
            await using var workspace = World.Sync.Open();
            await workspace.Store.EnsureIndexAsync(1, new Progress<IndexProgress>(), default);
        });
        var result = await RepairAsync();
        (result.ExitCode, string.Join(' ', result.Report.Steps.Select(step => step.Step))).ShouldBe(
            (ExitCode.Done, "invalid-index missing-index"));
        (await RepairAsync()).Report.Status.ShouldBe("well");
    }
}
