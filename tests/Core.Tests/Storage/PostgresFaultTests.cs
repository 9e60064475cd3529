using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Postgres;
using EmbSync.Core.Storage.Postgres;
using EmbSync.Tests;
using Npgsql;
using static EmbSync.Core.Tests.Storage.Samples;

namespace EmbSync.Core.Tests.Storage;

/// <summary>
/// A server that is not there, not allowed, not fit, or changed under a run: each says what to do, none shows the password.
/// </summary>
public sealed class PostgresFaultTests(PostgresFixture server) : IClassFixture<PostgresFixture>
{
    private const string Canary = "c4n4ry-Pa55";

    private static PostgresStore Open(string url, IReadOnlyList<string>? steps = null, string schema = "embsync") =>
        new(Config(StoreBackend.Postgres, url: url) with { Schema = schema }, new SetClock(Noon), steps ?? PostgresSchema.Steps);

    private static async Task<T> BeginFailsAsync<T>(string url, string schema = "embsync") where T : EmbSyncException
    {
        await using var store = Open(url, schema: schema);
        var error = await Should.ThrowAsync<T>(async () => await store.BeginWriteAsync(Project, CancellationToken.None));
        error.ToString().ShouldNotContain(Canary);
        return error;
    }

    private async Task<string> RoleAsync(string grants)
    {
        var role = "embsync_test_" + Guid.NewGuid().ToString("N")[..8];
        await PostgresFixture.RunAsync(server.Url, $"CREATE ROLE {role} LOGIN PASSWORD '{Canary}'; {grants.Replace("ROLE", role)}");
        return role;
    }

    private static Task DropAsync(string url, string role) =>
        PostgresFixture.RunAsync(url, $"DROP OWNED BY {role} CASCADE; DROP ROLE {role}");

    [Fact]
    public async Task Nothing_listens_there()
    {
        var url = $"postgresql://app:{Canary}@127.0.0.1:1/db";
        (await BeginFailsAsync<StoreException>(url)).Message.ShouldContain("can't be reached");
        await using var store = Open(url);
        var error = await Should.ThrowAsync<StoreException>(async () => await store.ReadHeadAsync(CancellationToken.None));
        error.Message.ShouldContain("env:DATABASE_URL");
        error.ToString().ShouldNotContain(Canary);
        await Should.ThrowAsync<StoreException>(async () => await store.ItemsAsync());
    }

    [Fact]
    public async Task No_such_host()
    {
        var error = await BeginFailsAsync<StoreException>($"postgresql://app:{Canary}@no-such-host.invalid/db");
        error.Message.ShouldContain("no-such-host.invalid");
    }

    [Fact]
    public async Task An_unknown_user_is_refused()
    {
        var error = await BeginFailsAsync<StoreException>(PostgresFixture.As(server.Url, "nobody_here", Canary));
        error.Message.ShouldContain("refuses user 'nobody_here'");
    }

    [Fact]
    public async Task No_such_database()
    {
        var error = await BeginFailsAsync<StoreException>(server.Url[..server.Url.LastIndexOf('/')] + "/embsync_nowhere");
        error.Message.ShouldContain("CREATE DATABASE \"embsync_nowhere\"");
    }

    [Theory]
    [InlineData("28P01", "wrong password")]
    [InlineData("53100", "Make room")]
    [InlineData("53300", "takes no more connections")]
    [InlineData("55P03", "pg_locks")]
    [InlineData("57014", "time limit")]
    [InlineData("40P01", "Run the command again")]
    [InlineData("40001", "Run the command again")]
    [InlineData("57P01", "run the command again")]
    [InlineData("XX000", "server's log")]
    [Fault(47, "deadlock, serialisation failure, lock and statement time-outs", On = [Touched.Postgres])]
    public void Each_state_of_the_server_says_what_to_do(string state, string says)
    {
        var errors = new PostgresErrors(new("db.example", "app", "me", Canary, "embsync", "env:DATABASE_URL"));
        var error = errors.Translate(new PostgresException($"no, {Canary}", "ERROR", "ERROR", state));
        error.Message.ShouldContain(says);
        error.Message.ShouldContain("db.example/app");
        error.Message.ShouldNotContain(Canary);
    }

    [Fact]
    public async Task Without_the_extension_and_the_right_to_make_it_the_statement_is_printed()
    {
        var url = await server.NewDatabaseAsync();
        var role = await RoleAsync($"GRANT CREATE ON DATABASE {new Uri(url).AbsolutePath[1..]} TO ROLE");
        try
        {
            var error = await BeginFailsAsync<StoreRefusedException>(PostgresFixture.As(url, role, Canary));
            error.Message.ShouldContain("CREATE EXTENSION IF NOT EXISTS vector;");
            error.Message.ShouldContain("superuser");
        }
        finally
        {
            await DropAsync(url, role);
        }
    }

    [Fact]
    public async Task Without_the_right_to_create_a_schema_the_grant_is_printed()
    {
        var url = await server.NewVectorDatabaseAsync();
        var role = await RoleAsync("");
        try
        {
            var error = await BeginFailsAsync<StoreRefusedException>(PostgresFixture.As(url, role, Canary));
            error.Message.ShouldContain("GRANT CREATE, CONNECT ON DATABASE");

            // An administrator makes the schema: that is enough.
            await PostgresFixture.RunAsync(url, $"CREATE SCHEMA embsync AUTHORIZATION {role}");
            await using var store = Open(PostgresFixture.As(url, role, Canary));
            await (await store.BeginWriteAsync(Project, CancellationToken.None)).DisposeAsync();
        }
        finally
        {
            await DropAsync(url, role);
        }
    }

    [Fact]
    public async Task An_old_extension_is_refused()
    {
        var url = await server.NewVectorDatabaseAsync();
        await PostgresFixture.RunAsync(url, "UPDATE pg_extension SET extversion = '0.5.1' WHERE extname = 'vector'");
        var error = await BeginFailsAsync<StoreRefusedException>(url);
        error.Message.ShouldContain("0.5.1");
        error.Message.ShouldContain("ALTER EXTENSION vector UPDATE;");
    }

    [Fact]
    public async Task An_extension_in_a_schema_of_its_own_is_used_from_there()
    {
        var url = await server.NewDatabaseAsync();
        await PostgresFixture.RunAsync(url, "CREATE SCHEMA \"Ext s\"; CREATE EXTENSION vector SCHEMA \"Ext s\"");
        await using var store = Open(url);
        await using var writer = await store.BeginWriteAsync(Project, CancellationToken.None);
        var generation = await writer.OpenGenerationAsync("default", Signature, CancellationToken.None);
        await writer.CommitAsync(Batch(generation.Id, [Vector("one", 1, 0, 0, 0)], [Item("a", "one")]), CancellationToken.None);
        (await store.SearchAsync(Query(generation.Id, 1, 0, 0, 0), CancellationToken.None)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_read_only_database_is_refused_and_can_be_read()
    {
        var url = await server.NewDatabaseAsync();
        await PostgresFixture.RunAsync(url, $"ALTER DATABASE {new Uri(url).AbsolutePath[1..]} SET default_transaction_read_only = on");
        (await BeginFailsAsync<StoreException>(url)).Message.ShouldContain("is read-only");
        await using var store = Open(url);
        (await store.ReadHeadAsync(CancellationToken.None)).Exists.ShouldBeFalse();
    }

    [Fact]
    public async Task Another_encoding_than_UTF8_is_refused()
    {
        var url = await server.NewDatabaseAsync("ENCODING 'LATIN1' TEMPLATE template0 LOCALE_PROVIDER libc LOCALE 'C'");
        (await BeginFailsAsync<StoreRefusedException>(url)).Message.ShouldContain("LATIN1");
    }

    [Fact]
    public async Task A_schema_with_other_tables_of_these_names_is_left_alone()
    {
        var url = await server.NewDatabaseAsync();
        await PostgresFixture.RunAsync(url, "CREATE TABLE public.item (x int)");
        (await BeginFailsAsync<StoreRefusedException>(url, "public")).Message.ShouldContain("store.schema");
        (await PostgresFixture.RowsAsync(url, "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"))
            .ShouldBe(["item"]);
    }

    [Fact]
    public async Task Reading_creates_nothing()
    {
        var url = await server.NewDatabaseAsync();
        await using var store = Open(url);
        await store.ReadHeadAsync(CancellationToken.None);
        await store.ItemsAsync();
        await store.ReadCoverageAsync(1, CancellationToken.None);
        (await PostgresFixture.RowsAsync(url, "SELECT nspname FROM pg_namespace WHERE nspname = 'embsync' UNION ALL SELECT extname FROM pg_extension WHERE extname = 'vector'"))
            .ShouldBeEmpty();
    }

    [Fact]
    public async Task A_store_of_the_first_version_is_read_as_it_is_and_migrated_by_the_first_writer()
    {
        var url = await server.NewVectorDatabaseAsync();
        await using (var old = Open(url, [PostgresSchema.Steps[0]]))
        {
            await (await old.BeginWriteAsync(Project, CancellationToken.None)).DisposeAsync();
        }

        await PostgresFixture.RunAsync(
            url, "INSERT INTO embsync.generation (space, provider, model, dimension, role_rules, fingerprint, vectors, state, created_at) "
            + "VALUES ('default', 'lexical', 'old', 4, '', 'f', 'halfvec', 'retired', now())");
        await using var store = Open(url);
        var before = await store.ReadHeadAsync(CancellationToken.None);
        (before.SchemaVersion, before.Generations.Single().RetiredAt).ShouldBe((1, null));

        await (await store.BeginWriteAsync(Project, CancellationToken.None)).DisposeAsync();
        var after = await store.ReadHeadAsync(CancellationToken.None);
        after.SchemaVersion.ShouldBe(PostgresSchema.Steps.Count);
        after.Generations.Single().RetiredAt.ShouldNotBeNull();
    }

    [Fact]
    public async Task An_older_schema_is_migrated_and_a_newer_one_refused()
    {
        var url = await server.NewVectorDatabaseAsync();
        string[] next = [.. PostgresSchema.Steps, "ALTER TABLE {s}.item ADD COLUMN color text"];
        await using (var old = Open(url))
        {
            await (await old.BeginWriteAsync(Project, CancellationToken.None)).DisposeAsync();
        }

        await using (var newer = Open(url, next))
        {
            (await newer.ReadHeadAsync(CancellationToken.None)).SchemaVersion.ShouldBe(PostgresSchema.Steps.Count);
            await (await newer.BeginWriteAsync(Project, CancellationToken.None)).DisposeAsync();
            (await newer.ReadHeadAsync(CancellationToken.None)).SchemaVersion.ShouldBe(PostgresSchema.Steps.Count + 1);
        }

        (await BeginFailsAsync<StoreRefusedException>(url)).Message.ShouldContain("Upgrade embsync");
        await using var reader = Open(url);
        (await Should.ThrowAsync<StoreRefusedException>(async () => await reader.ReadHeadAsync(CancellationToken.None)))
            .Message.ShouldContain("Upgrade embsync");
    }

    [Fact]
    public async Task A_failed_migration_leaves_nothing()
    {
        var url = await server.NewDatabaseAsync();
        await using var broken = Open(url, [.. PostgresSchema.Steps, "SELECT 1/0"]);
        await Should.ThrowAsync<StoreException>(async () => await broken.BeginWriteAsync(Project, CancellationToken.None));
        (await PostgresFixture.RowsAsync(url, "SELECT nspname FROM pg_namespace WHERE nspname = 'embsync'")).ShouldBeEmpty();
        await using var store = Open(url); // and the lock is free
        await (await store.BeginWriteAsync(Project, CancellationToken.None)).DisposeAsync();
    }

    [Fact]
    public async Task A_table_dropped_under_a_run_is_named()
    {
        var url = await server.NewVectorDatabaseAsync();
        await using var store = Open(url);
        await using var writer = await store.BeginWriteAsync(Project, CancellationToken.None);
        var generation = await writer.OpenGenerationAsync("default", Signature, CancellationToken.None);
        await PostgresFixture.RunAsync(url, "DROP TABLE embsync.vec_1 CASCADE");

        var error = await Should.ThrowAsync<StoreException>(async () =>
            await writer.CommitAsync(Batch(generation.Id, [Vector("one", 1, 0, 0, 0)], [Item("a", "one")]), CancellationToken.None));
        error.Message.ShouldContain("vec_1");
        error.Message.ShouldContain("embsync sync");
        (await store.ItemsAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(VectorType.HalfVec, 4_001, "4000")]
    [InlineData(VectorType.Vector, 2_001, "2000")]
    public async Task More_dimensions_than_an_index_takes_are_refused(VectorType vectors, int dimension, string says)
    {
        await using var store = new PostgresStore(
            Config(StoreBackend.Postgres, url: await server.NewVectorDatabaseAsync(), vectors: vectors), new SetClock(Noon));
        await using var writer = await store.BeginWriteAsync(Project, CancellationToken.None);
        var error = await Should.ThrowAsync<StoreRefusedException>(async () =>
            await writer.OpenGenerationAsync("default", Signature with { Dimension = dimension }, CancellationToken.None));
        error.Message.ShouldContain(says);
        (await store.ReadHeadAsync(CancellationToken.None)).Generations.ShouldBeEmpty();
        (await writer.OpenGenerationAsync("default", Signature with { Dimension = dimension - 1 }, CancellationToken.None))
            .Signature.Dimension.ShouldBe(dimension - 1);
    }
}
