using EmbSync.Tests;
using EmbSync.Tool.Tests.Faults;
using Microsoft.Data.Sqlite;
using static EmbSync.Tests.Touched;

namespace EmbSync.Tool.Tests;

/// <summary><c>doctor</c> on the configured store, provider and repository, each with one thing wrong.</summary>
public sealed class DoctorCommandTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    /// <summary>Codes that a run's report names, errors and warnings first.</summary>
    private static IReadOnlyList<string> Codes(ToolRun run) =>
    [
        .. run.Out.Split('\n').Select(line => line.Split(' '))
            .Where(words => words.Length > 1 && words[1].StartsWith("EMB2", StringComparison.Ordinal)).Select(words => words[1]),
    ];

    private static void Change(FaultWorld world, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={world.Database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private async Task<FaultWorld> SyncedAsync(Touched store)
    {
        var world = await FaultWorld.StartAsync(store, postgres);
        await world.SyncedAsync();
        return world;
    }

    [Theory]
    [InlineData(Sqlite)]
    [InlineData(Postgres)]
    [InlineData(Memory)]
    public async Task What_is_in_step_is_healthy(Touched store)
    {
        await using var world = await SyncedAsync(store);
        var asked = world.Server.Requests;

        var run = await world.RunAsync("doctor");

        run.ExitCode.ShouldBe(0, run.ToString());
        run.Out.ShouldContain("Nothing is wrong.");
        run.Error.ShouldContain("one token; --no-probe leaves it out");
        world.Server.Requests.ShouldBe(asked + 1);
        world.Server.Log[^1].Inputs.ShouldBe(["ok"]);
        run.ToString().ShouldNotContain(FaultWorld.Key);
        (await world.RunAsync("doctor --no-probe")).ExitCode.ShouldBe(0);
        world.Server.Requests.ShouldBe(asked + 1);
    }

    [Fact]
    public async Task Before_the_first_sync_a_file_is_only_said_to_be_absent()
    {
        await using var world = await FaultWorld.StartAsync(Sqlite, postgres);

        var run = await world.RunAsync("doctor --no-probe");

        run.ExitCode.ShouldBe(0, run.ToString());
        Codes(run).ShouldBe(["EMB2416"]);
        File.Exists(world.Database).ShouldBeFalse();
    }

    [Fact]
    public async Task Before_the_first_sync_a_database_gets_its_extension()
    {
        await using var world = await FaultWorld.StartAsync(Postgres, postgres, await postgres.NewDatabaseAsync());

        var run = await world.RunAsync("doctor --no-probe");

        run.ExitCode.ShouldBe(4, run.ToString());
        Codes(run).ShouldBe(["EMB2102", "EMB2416"]);
        (await world.RunAsync("doctor --no-probe --fix")).ExitCode.ShouldBe(0);
        (await world.RunAsync("sync")).ExitCode.ShouldBe(0);
    }

    [Theory]
    [InlineData("DELETE FROM vec_1 WHERE rowid IN (SELECT rowid FROM vec_1 LIMIT 1)", "EMB2406")]
    [InlineData("UPDATE vec_1 SET embedding = zeroblob(64) WHERE rowid = 1", "EMB2415")]
    [InlineData("UPDATE vec_1 SET embedding = x'00' WHERE rowid = 1", "EMB2415")]
    [InlineData("INSERT INTO item SELECT 'gone', id, type, title, path, version, pipeline, metadata, priority, updated_at, content_digest, record_digest, 0, remarks FROM item LIMIT 1", "EMB2408")]
    [InlineData("DROP VIEW embeddings", "EMB2411")]
    [InlineData("DROP VIEW embeddings; DROP TABLE vec_1", "EMB2405")]
    [InlineData("UPDATE meta SET project = 'other'", "EMB2402")]
    [InlineData("UPDATE generation SET state = 'building'", "EMB2403")]
    [InlineData("INSERT INTO schema_version VALUES (99, '')", "EMB2401")]
    [InlineData("UPDATE generation SET model = 'another-model'", "EMB2412")]
    public async Task What_is_wrong_in_a_file_is_named(string sql, string code)
    {
        await using var world = await SyncedAsync(Sqlite);
        Change(world, sql);

        var run = await world.RunAsync("doctor --no-probe");

        run.ExitCode.ShouldBe(4, run.ToString());
        Codes(run).ShouldContain(code);
    }

    [Fact]
    public async Task Spare_vectors_dead_runs_and_building_generations_are_remarks()
    {
        await using var world = await SyncedAsync(Sqlite);
        Change(world, "DELETE FROM item WHERE source = 'docs'; UPDATE run SET status = 'running'");

        var run = await world.RunAsync("doctor --no-probe");

        run.ExitCode.ShouldBe(0, run.ToString());
        Codes(run).ShouldBe(["EMB2407", "EMB2410"]);
    }

    [Fact]
    public async Task A_file_that_others_may_read_is_named_with_its_mend()
    {
        await using var world = await SyncedAsync(Sqlite);
        world.Repository.Mode(".embsync/index.db", "644");

        var run = await world.RunAsync("doctor --no-probe");

        run.ExitCode.ShouldBe(4);
        run.Out.ShouldContain($"Its rights are 0644.");
        run.Out.ShouldContain($"chmod 600 {world.Database}");
    }

    [Theory]
    [InlineData(8192, 8192, "EMB2413")]
    [InlineData(0, 3000, "EMB2001")]
    public async Task A_damaged_file_is_named_and_left_as_it_is(int offset, int length, string code)
    {
        await using var world = await SyncedAsync(Sqlite);
        var bytes = await File.ReadAllBytesAsync(world.Database);
        bytes.AsSpan(offset, length).Fill(0xA5);
        await File.WriteAllBytesAsync(world.Database, bytes);

        var run = await world.RunAsync("doctor --no-probe");

        run.ExitCode.ShouldBe(4, run.ToString());
        Codes(run).ShouldContain(code);
        (await File.ReadAllBytesAsync(world.Database)).ShouldBe(bytes);
    }

    [Theory]
    [InlineData("DELETE FROM {s}.vec_1 WHERE hash = (SELECT min(hash::text)::bytea FROM {s}.vec_1)", "EMB2406")]
    [InlineData("DROP VIEW {s}.embeddings", "EMB2411")]
    [InlineData("DROP VIEW {s}.embeddings; DROP TABLE {s}.vec_1", "EMB2405")]
    [InlineData("UPDATE {s}.meta SET project = 'other'", "EMB2402")]
    [InlineData("UPDATE {s}.generation SET state = 'building'", "EMB2403")]
    [InlineData("UPDATE {s}.generation SET model = 'another-model'", "EMB2412")]
    [InlineData("INSERT INTO {s}.schema_version VALUES (99, now())", "EMB2401")]
    [InlineData("INSERT INTO {s}.item SELECT 'gone', id, type, title, path, version, pipeline, metadata, priority, updated_at, content_digest, record_digest, 0 FROM {s}.item LIMIT 1", "EMB2408")]
    public async Task What_is_wrong_in_a_schema_is_named(string sql, string code)
    {
        await using var world = await SyncedAsync(Postgres);
        var schema = (await PostgresFixture.RowsAsync(postgres.Url,
            "SELECT nspname::text FROM pg_namespace WHERE nspname LIKE 'f\\_%' ORDER BY oid DESC LIMIT 1")).Single();
        await PostgresFixture.RunAsync(postgres.Url, sql.Replace("{s}", schema));

        var run = await world.RunAsync("doctor --no-probe");

        run.ExitCode.ShouldBe(4, run.ToString());
        Codes(run).ShouldContain(code);
    }

    [Fact]
    public async Task A_large_store_without_its_index_gets_it_back()
    {
        await using var world = await SyncedAsync(Postgres);
        var schema = (await PostgresFixture.RowsAsync(postgres.Url,
            "SELECT nspname::text FROM pg_namespace WHERE nspname LIKE 'f\\_%' ORDER BY oid DESC LIMIT 1")).Single();
        await PostgresFixture.RunAsync(postgres.Url, $"""
            INSERT INTO {schema}.vec_1 SELECT sha256(g::text::bytea), (SELECT array_agg(1 + (g * (i + 7)) % 97) FROM generate_series(1, 32) i)::real[]::halfvec, 1, now()
            FROM generate_series(1, 1200) g
            """);

        var run = await world.RunAsync("doctor --no-probe --fix");

        run.ExitCode.ShouldBe(0, run.ToString());
        run.Error.ShouldContain("embsync: mend 1 of");
        run.Out.ShouldContain("vec_1_embedding_hnsw");
        (await world.RunAsync("sync")).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task A_writer_s_lock_is_named_with_its_holder()
    {
        await using var world = await SyncedAsync(Sqlite);
        Change(world, "UPDATE run SET status = 'running'");
        await using var held = new FileStream(world.Database + ".lock", FileMode.Open, FileAccess.ReadWrite, FileShare.None);

        var run = await world.RunAsync("doctor --no-probe");

        run.ExitCode.ShouldBe(0, run.ToString());
        Codes(run).ShouldBe(["EMB2409"]);
        run.Out.ShouldContain("Held by process ");
    }

    [Theory]
    [InlineData("key", "EMB2502", "export OPENAI_API_KEY=...")]
    [InlineData("quota", "EMB2502", "quota")]
    [InlineData("model", "EMB2504", "Set embeddings.model")]
    [InlineData("dimension", "EMB2505", "Set embeddings.dimension (now 32)")]
    [InlineData("refused dimension", "EMB2505", "embeddings.dimension")]
    [InlineData("down", "EMB2503", "curl -sS")]
    [InlineData("busy", "EMB2506", "too many requests")]
    [InlineData("broken", "EMB2506", "HTTP 500")]
    public async Task What_is_wrong_with_the_provider_is_named(string fault, string code, string mend)
    {
        await using var world = await FaultWorld.StartAsync(Sqlite, postgres);
        switch (fault)
        {
            case "key": world.Server.RequiredKey = "another"; break;
            case "quota": world.Server.Next(Fault.Quota()); break;
            case "model": world.Server.Models = ["another"]; break;
            case "dimension": world.Server.Next(Fault.WrongDimension(7)); break;
            case "refused dimension": world.Server.Next(Fault.Status(400, "invalid_value", "dimensions must be at most 16")); break;
            case "down": await world.Server.DisposeAsync(); break;
            case "busy": world.Server.Next(Fault.RateLimited()); break;
            default: world.Server.Next(Fault.Status(500)); break;
        }

        var run = await world.RunAsync("doctor");

        run.ExitCode.ShouldBe(4, run.ToString());
        Codes(run).ShouldContain(code);
        run.Out.ShouldContain(mend);
        run.ToString().ShouldNotContain(FaultWorld.Key);
    }

    [Fact]
    public async Task A_key_that_is_not_set_is_named_without_asking()
    {
        await using var world = await FaultWorld.StartAsync(Sqlite, postgres);
        world.Environment.Remove("OPENAI_BASE_URL");
        world.Environment.Remove("OPENAI_API_KEY");

        foreach (var arguments in new[] { "doctor", "doctor --no-probe" })
        {
            var run = await world.RunAsync(arguments);

            run.ExitCode.ShouldBe(4, run.ToString());
            Codes(run).ShouldContain("EMB2501");
            run.Out.ShouldContain("export OPENAI_API_KEY=...");
        }

        world.Server.Requests.ShouldBe(0);
    }

    [Fact]
    public async Task A_database_that_is_not_there_is_a_finding()
    {
        await using var world = await FaultWorld.StartAsync(Postgres, postgres, "postgresql://app:c4n4ry-Pa55@127.0.0.1:1/db");

        var run = await world.RunAsync("doctor --no-probe");

        run.ExitCode.ShouldBe(4);
        Codes(run).ShouldContain("EMB2001");
        run.ToString().ShouldNotContain("c4n4ry");
    }
}
