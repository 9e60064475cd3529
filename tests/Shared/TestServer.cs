using System.Globalization;
using DotNet.Testcontainers.Builders;
using Npgsql;
using Testcontainers.PostgreSql;

namespace EmbSync.Tests;

/// <summary>
/// The PostgreSQL server of all tests of an assembly: the one that EMBSYNC_TEST_POSTGRES names (a superuser's address, as URI or
/// key=value;),
/// else a container of its own. On it is a database with the extension made, for others to be copied from: that takes half the time of
/// making it.
/// </summary>
internal static class TestServer
{
    private const string Variable = "EMBSYNC_TEST_POSTGRES";
    private const string Image = "pgvector/pgvector:pg17";

    private static readonly Lazy<Task<NpgsqlConnectionStringBuilder>> Found = new(
        () => FindAsync(Environment.GetEnvironmentVariable(Variable), StartContainerAsync));
    private static readonly SemaphoreSlim Turn = new(1);
    private static int _users;
    private static string? _template;

    public static Task<NpgsqlConnectionStringBuilder> Address => Found.Value;

    /// <param name="named">What the variable says.</param>
    /// <param name="container">Starts a server where none is named; answers its address.</param>
    public static async Task<NpgsqlConnectionStringBuilder> FindAsync(string? named, Func<Task<string>> container)
    {
        if (!string.IsNullOrEmpty(named))
        {
            return Parse(named);
        }

        try
        {
            return Parse(await container());
        }
        catch (DockerUnavailableException none)
        {
            throw new InvalidOperationException(
                $"These tests need a PostgreSQL 17 with pgvector. {Variable} is not set, and no engine for containers answers. Run ./test.sh, which provides "
                + $"a server; or start one and name it: export {Variable}=$(eng/postgres.sh start)", none);
        }
    }

    /// <summary>Takes part in the database that others are copied from, and answers its name; the first one makes it.</summary>
    public static async Task<string> EnterAsync()
    {
        await Turn.WaitAsync();
        try
        {
            if (_template is null)
            {
                var name = NewName();
                await ExecuteAsync("postgres", $"CREATE DATABASE {name}");
                await ExecuteAsync(name, "CREATE EXTENSION vector");
                await ExecuteAsync("postgres", $"ALTER DATABASE {name} ALLOW_CONNECTIONS false");   // one connection, and it can't be copied
                _template = name;
            }

            _users++;
            return _template;
        }
        finally
        {
            Turn.Release();
        }
    }

    /// <summary>The last one that leaves drops it.</summary>
    public static async Task LeaveAsync()
    {
        await Turn.WaitAsync();
        try
        {
            if (--_users == 0)
            {
                await ExecuteAsync("postgres", $"DROP DATABASE {_template}");
                _template = null;
            }
        }
        finally
        {
            Turn.Release();
        }
    }

    public static string NewName() => "embsync_test_" + Guid.NewGuid().ToString("N")[..12];

    public static async Task<string> UrlOfAsync(string database)
    {
        var server = await Address;
        var user = Uri.EscapeDataString(server.Username ?? "postgres");
        var password = server.Password is { Length: > 0 } secret ? ":" + Uri.EscapeDataString(secret) : "";
        return string.Create(CultureInfo.InvariantCulture, $"postgresql://{user}{password}@{server.Host}:{server.Port}/{database}");
    }

    public static NpgsqlConnectionStringBuilder Parse(string address)
    {
        if (!address.Contains("://", StringComparison.Ordinal))
        {
            return new(address) { Pooling = false };
        }

        var uri = new Uri(address);
        var user = uri.UserInfo.Split(':', 2).Select(Uri.UnescapeDataString).ToArray();
        return new()
        {
            Host = uri.Host,
            Port = uri.Port > 0 ? uri.Port : 5432,
            Username = user[0],
            Password = user.Length > 1 ? user[1] : null,
            Database = Uri.UnescapeDataString(uri.AbsolutePath.Trim('/')),
            Pooling = false,
        };
    }

    /// <summary>The library lets it keep nothing on disk safe, and takes it away when the tests' process has ended.</summary>
    private static async Task<string> StartContainerAsync()
    {
        var container = new PostgreSqlBuilder(Image).WithCommand("-c", "jit=off", "-c", "max_connections=200").Build();
        await container.StartAsync();
        return container.GetConnectionString();
    }

    private static async Task ExecuteAsync(string database, string sql) => await PostgresFixture.RunAsync(await UrlOfAsync(database), sql);
}
