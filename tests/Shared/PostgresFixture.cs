using System.Globalization;
using Npgsql;

namespace EmbSync.Tests;

/// <summary>
/// Databases of their own on the server that EMBSYNC_TEST_POSTGRES names (a superuser's address, as URI or key=value;): one for each class of
/// tests, and more where a test asks. All are dropped at the end.
/// </summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private const string Variable = "EMBSYNC_TEST_POSTGRES";

    private readonly NpgsqlConnectionStringBuilder server = Server();
    private readonly List<string> databases = [];

    /// <summary>The class's own database, as a <c>postgresql://</c> URI.</summary>
    public string Url { get; private set; } = "";

    public async Task InitializeAsync() => Url = await NewDatabaseAsync();

    /// <summary>A new, empty database; answers its URI.</summary>
    /// <param name="options">What follows CREATE DATABASE name.</param>
    public async Task<string> NewDatabaseAsync(string options = "")
    {
        var name = "embsync_test_" + Guid.NewGuid().ToString("N")[..12];
        await RunAsync(UrlOf("postgres"), $"CREATE DATABASE {name} {options}");
        databases.Add(name);
        return UrlOf(name);
    }

    public async Task DisposeAsync()
    {
        foreach (var name in databases)
        {
            await RunAsync(UrlOf("postgres"), $"DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        }
    }

    /// <summary>The same server and database under another user.</summary>
    public static string As(string url, string user, string password) =>
        $"postgresql://{Uri.EscapeDataString(user)}:{Uri.EscapeDataString(password)}@{url[(url.LastIndexOf('@') + 1)..]}";

    /// <summary>Runs statements beside the store under test.</summary>
    public static async Task<int> RunAsync(string url, string sql)
    {
        await using var connection = await OpenAsync(url);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteNonQueryAsync();
    }

    /// <summary>The first column of all rows, as text.</summary>
    public static async Task<IReadOnlyList<string>> RowsAsync(string url, string sql)
    {
        await using var connection = await OpenAsync(url);
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
        {
            rows.Add(Convert.ToString(reader.GetValue(0), CultureInfo.InvariantCulture)!);
        }

        return rows;
    }

    /// <summary>A connection outside any pool.</summary>
    public static async Task<NpgsqlConnection> OpenAsync(string url)
    {
        var connection = new NpgsqlConnection(Parse(url).ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    private static NpgsqlConnectionStringBuilder Server() => Parse(Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } address
        ? address
        : throw new InvalidOperationException(
            $"{Variable} is not set: tests of the Postgres store need a server with pgvector. Run ./test.sh, which provides one, or name one."));

    private static NpgsqlConnectionStringBuilder Parse(string address)
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

    private string UrlOf(string database)
    {
        var user = Uri.EscapeDataString(server.Username ?? "postgres");
        var password = server.Password is { Length: > 0 } secret ? ":" + Uri.EscapeDataString(secret) : "";
        return string.Create(CultureInfo.InvariantCulture, $"postgresql://{user}{password}@{server.Host}:{server.Port}/{database}");
    }
}
