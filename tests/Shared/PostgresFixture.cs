using System.Globalization;
using Npgsql;

namespace EmbSync.Tests;

/// <summary>
/// Databases of their own on the assembly's server: one for each class of tests, and more where a test asks. All are dropped at the end.
/// </summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private readonly List<string> databases = [];
    private string template = "";

    /// <summary>The class's own database with the extension, as a <c>postgresql://</c> URI.</summary>
    public string Url { get; private set; } = "";

    public async Task InitializeAsync()
    {
        template = await TestServer.EnterAsync();
        Url = await NewVectorDatabaseAsync();
    }

    /// <summary>A new, empty database, as a server makes them; answers its URI.</summary>
    /// <param name="options">What follows CREATE DATABASE name.</param>
    public async Task<string> NewDatabaseAsync(string options = "")
    {
        var name = TestServer.NewName();
        await RunAsync(await TestServer.UrlOfAsync("postgres"), $"CREATE DATABASE {name} {options}");
        databases.Add(name);
        return await TestServer.UrlOfAsync(name);
    }

    /// <summary>A new database that has the extension and nothing else; answers its URI.</summary>
    public Task<string> NewVectorDatabaseAsync() => NewDatabaseAsync($"TEMPLATE {template}");

    public async Task DisposeAsync()
    {
        foreach (var name in databases)
        {
            await RunAsync(await TestServer.UrlOfAsync("postgres"), $"DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        }

        if (template.Length > 0)
        {
            await TestServer.LeaveAsync();
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
        var connection = new NpgsqlConnection(TestServer.Parse(url).ConnectionString);
        await connection.OpenAsync();
        return connection;
    }
}
