using System.Net;
using System.Net.Sockets;
using EmbSync.Tests;
using Microsoft.Data.Sqlite;

namespace EmbSync.Tool.Tests.Faults;

/// <summary>A store that can't be used says why and what to do; nothing is bought for it, and nothing of it is replaced.</summary>
public sealed class DatabaseFaults(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const string Password = "c4n4ry-Pa55";

    [Fact, Fault(44, "not there", On = [Touched.Postgres])]
    public Task Nobody_listens() => FailsAsync($"postgresql://app:{Password}@127.0.0.1:1/db", 1, "can't be reached", "env:DATABASE_URL");

    [Fact, Fault(44, "no such database", On = [Touched.Postgres])]
    public Task No_such_database() =>
        FailsAsync(postgres.Url[..postgres.Url.LastIndexOf('/')] + "/embsync_nowhere", 1, "CREATE DATABASE \"embsync_nowhere\"");

    [Fact, Fault(44, "wrong password", On = [Touched.Postgres])]
    public async Task A_wrong_password()
    {
        // The tests' own server trusts this machine; one that doesn't answers the first message so.
        using var server = new RefusingServer("28P01", $"password authentication failed for user \"app\" {Password}");
        await FailsAsync($"postgresql://app:{Password}@127.0.0.1:{server.Port}/db?sslmode=disable", 1, "refuses user 'app'",
            "env:DATABASE_URL");
    }

    [Fact, Fault(44, "no right to create", On = [Touched.Postgres])]
    public async Task No_right_to_create_a_schema()
    {
        var url = await postgres.NewVectorDatabaseAsync();
        await WithRoleAsync(url, "", role => FailsAsync(role, 2, "GRANT CREATE, CONNECT ON DATABASE"));
    }

    [Fact, Fault(44, "read-only", On = [Touched.Postgres])]
    public async Task A_read_only_database_can_be_looked_at_and_not_written()
    {
        await using var world = await FaultWorld.StartAsync(Touched.Postgres, postgres, await postgres.NewDatabaseAsync());
        await world.SyncedAsync();
        var (before, requests) = (await world.StoredAsync(), world.Server.Requests);
        var url = world.Environment["DATABASE_URL"];
        var name = new Uri(url).AbsolutePath[1..];
        await PostgresFixture.RunAsync(url, $"ALTER DATABASE {name} SET default_transaction_read_only = on");
        world.Repository.Write("docs/new.md", "New words.\n");

        (await world.SyncAsync()).ShouldEnd(1, "is read-only", "primary");

        (await world.RunAsync("status --check")).ExitCode.ShouldBe(4);
        (await world.StoredAsync()).ShouldBe(before);
        world.Server.Requests.ShouldBe(requests);
        await PostgresFixture.RunAsync(postgres.Url, $"ALTER DATABASE {name} RESET default_transaction_read_only");
        await world.SyncedAsync();
        await world.ShouldBeInStepAsync();
    }

    [Fact, Fault(44, "disk full", On = [Touched.Postgres])]
    public async Task A_full_disk_keeps_what_was_committed()
    {
        await using var world = await FaultWorld.StartAsync(Touched.Postgres, postgres, await postgres.NewDatabaseAsync());
        await world.SyncedAsync();
        var before = await world.StoredAsync();
        var url = world.Environment["DATABASE_URL"];
        var schema = (await PostgresFixture.RowsAsync(url, "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'f\\_%'")).Single();
        // The server's own answer, from where it would come: the table that can't grow.
        await PostgresFixture.RunAsync(url, $"""
            CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'could not extend file "base/1/2": No space left on device' USING ERRCODE = '53100'; END $$;
            CREATE TRIGGER full_disk BEFORE INSERT ON {schema}.item FOR EACH STATEMENT EXECUTE FUNCTION full_disk();
            """);
        world.Repository.Write("docs/new.md", "New words.\n");

        (await world.SyncAsync()).ShouldEnd(1, "has run out of room", "Make room");

        (await world.StoredAsync()).ShouldBe(before);
        await PostgresFixture.RunAsync(url, $"DROP TRIGGER full_disk ON {schema}.item");
        await world.SyncedAsync();
        await world.ShouldBeInStepAsync();
    }

    [Fact, Fault(44, "wrong encoding", On = [Touched.Postgres])]
    public async Task Another_encoding_than_utf8() =>
        await FailsAsync(await postgres.NewDatabaseAsync("ENCODING 'LATIN1' TEMPLATE template0 LOCALE_PROVIDER libc LOCALE 'C'"), 2,
            "LATIN1", "ENCODING 'UTF8'");

    [Fact, Fault(45, "absent, and not to be made", On = [Touched.Postgres])]
    public async Task Without_the_extension_and_the_right_to_make_it()
    {
        var url = await postgres.NewDatabaseAsync();
        await WithRoleAsync(url, $"GRANT CREATE ON DATABASE {new Uri(url).AbsolutePath[1..]} TO ROLE",
            role => FailsAsync(role, 2, "CREATE EXTENSION IF NOT EXISTS vector;", "superuser"));
    }

    [Fact, Fault(45, "not installed on the server", On = [Touched.Postgres])]
    public async Task Without_the_extension_on_the_server()
    {
        var url = await postgres.NewDatabaseAsync();
        await PostgresFixture.RunAsync(url, """
            CREATE FUNCTION no_vector() RETURNS event_trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'extension "vector" is not available' USING ERRCODE = '0A000'; END $$;
            CREATE EVENT TRIGGER no_vector ON ddl_command_start WHEN TAG IN ('CREATE EXTENSION') EXECUTE FUNCTION no_vector();
            """);
        await FailsAsync(url, 2, "Install it on the server", "CREATE EXTENSION IF NOT EXISTS vector;");
    }

    [Fact, Fault(45, "too old", On = [Touched.Postgres])]
    public async Task An_old_extension()
    {
        var url = await postgres.NewVectorDatabaseAsync();
        await PostgresFixture.RunAsync(url, "UPDATE pg_extension SET extversion = '0.5.1' WHERE extname = 'vector'");
        await FailsAsync(url, 2, "0.5.1", "ALTER EXTENSION vector UPDATE;");
    }

    [Theory, OnStores, Fault(50, "newer than the tool")]
    public async Task A_newer_schema_is_left_alone(Touched store)
    {
        await using var world = await FaultWorld.StartAsync(
            store, postgres, store == Touched.Postgres ? await postgres.NewDatabaseAsync() : null);
        await world.SyncedAsync();
        var (before, requests) = (await world.StoredAsync(), world.Server.Requests);
        world.Repository.Write("docs/new.md", "New words.\n");
        await StatementAsync(world, "INSERT INTO {0}schema_version SELECT max(version) + 1, max(applied_at) FROM {0}schema_version");

        foreach (var command in new[] { "sync", "sync --dry-run", "status", "search words" })
        {
            var run = await world.RunAsync(command);
            run.ExitCode.ShouldBe(2, run.ToString());
            run.Error.ShouldContain("Upgrade embsync");
        }

        world.Server.Requests.ShouldBe(requests);
        await StatementAsync(world, "DELETE FROM {0}schema_version WHERE version = (SELECT max(version) FROM {0}schema_version)");
        (await world.StoredAsync()).ShouldBe(before);
        await world.SyncedAsync();
        await world.ShouldBeInStepAsync();
    }

    [Fact, Fault(52, "damaged", On = [Touched.Sqlite])]
    public async Task A_damaged_file_is_left_as_it_is()
    {
        await using var world = await SqliteAsync();
        var bytes = await File.ReadAllBytesAsync(world.Database);
        bytes.AsSpan(4096).Fill(0xAB);
        await File.WriteAllBytesAsync(world.Database, bytes);
        await FailsAsync(world, 1, "is damaged", "backup", "--dry-run");
        (await File.ReadAllBytesAsync(world.Database)).ShouldBe(bytes);
        await MovedAwayAsync(world);
    }

    [Fact, Fault(52, "not a database", On = [Touched.Sqlite])]
    public async Task Somebodys_notes_are_left_as_they_are()
    {
        await using var world = await SqliteAsync();
        var text = string.Concat(Enumerable.Repeat("somebody's notes\n", 300));
        await File.WriteAllTextAsync(world.Database, text);
        await FailsAsync(world, 1, "not a SQLite database", "store.path");
        (await File.ReadAllTextAsync(world.Database)).ShouldBe(text);
        await MovedAwayAsync(world);
    }

    [Fact, Fault(52, "another program's", On = [Touched.Sqlite])]
    public async Task Another_programs_database_is_left_as_it_is()
    {
        await using var world = await SqliteAsync();
        File.Delete(world.Database);
        await StatementAsync(world, "CREATE TABLE bookmarks (url TEXT)");
        var bytes = await File.ReadAllBytesAsync(world.Database);
        await FailsAsync(world, 2, "another program's", "store.path");
        (await File.ReadAllBytesAsync(world.Database)).ShouldBe(bytes);
        await MovedAwayAsync(world);
    }

    [Fact, Fault(52, "locked", On = [Touched.Sqlite])]
    public async Task A_file_that_another_process_holds_is_named()
    {
        await using var world = await SqliteAsync();
        using (var browser = await ConnectAsync(world))
        {
            using var command = browser.CreateCommand();
            command.CommandText = "BEGIN EXCLUSIVE";
            command.ExecuteNonQuery();
            await FailsAsync(world, 1, "is locked by another process", "End that process");
        }

        await world.SyncedAsync();
        await world.ShouldBeInStepAsync();
    }

    [Fact, Fault(52, "read-only", On = [Touched.Sqlite])]
    public async Task A_read_only_file_is_named()
    {
        await using var world = await SqliteAsync();
        var requests = world.Server.Requests;
        world.Repository.Write("docs/more.md", "More words.\n");
        world.Repository.Mode(".embsync/index.db", "444");
        world.Repository.Mode(".embsync", "555");
        try
        {
            new FaultRun(await ToolProcess.RunBoundAsync(world.Repository.Path, "sync --json", world.Environment)).ShouldEnd(
                1, ".embsync/index.db", "store.path");
        }
        finally
        {
            world.Repository.Mode(".embsync", "755");
            world.Repository.Mode(".embsync/index.db", "644");
        }

        world.Server.Requests.ShouldBe(requests);
        await world.SyncedAsync();
        await world.ShouldBeInStepAsync();
    }

    private static Task<FaultWorld> SqliteAsync() => StartedAsync(FaultWorld.StartAsync(Touched.Sqlite, null!));

    private static async Task<FaultWorld> StartedAsync(Task<FaultWorld> starting)
    {
        var world = await starting;
        await world.SyncedAsync();
        world.Repository.Write("docs/new.md", "New words.\n");
        return world;
    }

    /// <summary>What the message advises.</summary>
    private static async Task MovedAwayAsync(FaultWorld world)
    {
        File.Delete(world.Database);
        (await world.SyncedAsync()).Items("new").ShouldBe(5);
        await world.ShouldBeInStepAsync();
    }

    private async Task FailsAsync(string url, int exitCode, params string[] says)
    {
        await using var world = await FaultWorld.StartAsync(Touched.Postgres, postgres, url);
        await FailsAsync(world, exitCode, says);
    }

    private static async Task FailsAsync(FaultWorld world, int exitCode, params string[] says)
    {
        var requests = world.Server.Requests;
        (await world.SyncAsync()).ShouldEnd(exitCode, says);
        world.Server.Requests.ShouldBe(requests);
    }

    private static async Task WithRoleAsync(string url, string grants, Func<string, Task> act)
    {
        var role = "embsync_test_" + Guid.NewGuid().ToString("N")[..8];
        await PostgresFixture.RunAsync(
            url, $"CREATE ROLE {role} LOGIN PASSWORD '{Password}'; {grants.Replace("ROLE", role, StringComparison.Ordinal)}");
        try
        {
            await act(PostgresFixture.As(url, role, Password));
        }
        finally
        {
            await PostgresFixture.RunAsync(url, $"DROP OWNED BY {role} CASCADE; DROP ROLE {role}");
        }
    }

    private static async Task<SqliteConnection> ConnectAsync(FaultWorld world)
    {
        var connection = new SqliteConnection($"Data Source={world.Database};Pooling=False");
        await connection.OpenAsync();
        return connection;
    }

    /// <param name="sql"><c>{0}</c> stands before the names of embsync's tables.</param>
    private static async Task StatementAsync(FaultWorld world, string sql)
    {
        if (world.Store == Touched.Postgres)
        {
            var url = world.Environment["DATABASE_URL"];
            var schema = (await PostgresFixture.RowsAsync(url, "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'f\\_%'")).Single();
            await PostgresFixture.RunAsync(url, sql.Replace("{0}", schema + ".", StringComparison.Ordinal));
            return;
        }

        using var connection = await ConnectAsync(world);
        using var command = connection.CreateCommand();
        command.CommandText = sql.Replace("{0}", "", StringComparison.Ordinal);
        command.ExecuteNonQuery();
    }

    /// <summary>Speaks as much of PostgreSQL's protocol as it takes to refuse a client.</summary>
    private sealed class RefusingServer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        public RefusingServer(string state, string message)
        {
            _listener.Start();
            _ = ServeAsync(System.Text.Encoding.ASCII.GetBytes($"SFATAL\0VFATAL\0C{state}\0M{message}\0\0"));
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public void Dispose() => _listener.Dispose();

        private async Task ServeAsync(byte[] fields)
        {
            try
            {
                while (true)
                {
                    using var client = await _listener.AcceptTcpClientAsync();
                    var stream = client.GetStream();
                    var buffer = new byte[4096];
                    // Requests for encryption (eight bytes) are declined; what follows is the start-up message.
                    while (await stream.ReadAsync(buffer) == 8)
                    {
                        await stream.WriteAsync("N"u8.ToArray());
                    }

                    await stream.WriteAsync(
                        (byte[])[(byte)'E', 0, 0, (byte)((fields.Length + 4) >> 8), (byte)(fields.Length + 4), .. fields]);
                }
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException or IOException)
            {
                // The test is over, or a client went: each is its own business.
            }
        }
    }
}
