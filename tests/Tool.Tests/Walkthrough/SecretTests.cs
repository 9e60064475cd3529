using EmbSync.Tests;

namespace EmbSync.Tool.Tests.Walkthrough;

/// <summary>
/// A key and a password that are looked for in all that the program says, where it goes well and where it fails (fault 64).
/// </summary>
public sealed class SecretTests(PostgresFixture server) : IClassFixture<PostgresFixture>
{
    private const string Password = "canary-pass-8a77e0";

    [Fact]
    public async Task Are_said_nowhere()
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        provider.RequiredKey = Stage.Canary;
        using var stage = Stage.Postgres(3, PostgresFixture.As(server.Url, "postgres", Password), provider);
        stage.Environment["EMBSYNC_EMBEDDINGS_DIMENSION"] = "64";

        await QuietAsync(stage, 0, "status", "-v");
        await QuietAsync(stage, 0, "sync", "--dry-run", "-v");
        await QuietAsync(stage, 0, "sync", "-v");
        await QuietAsync(stage, 0, "status", "--json");
        await QuietAsync(stage, 0, "search", "plan", "-v", "--json");
        await QuietAsync(stage, 0, "config", "show", "-v");
        await QuietAsync(stage, 0, "config", "show", "--json");
        await QuietAsync(stage, 2, "config", "show", "--no-such-option", Stage.Canary, Password);
        await QuietAsync(stage, 0, "sync", "--plan", "plan.json");
        await QuietAsync(stage, 0, "sync", "--apply", "plan.json", "-v");
        await QuietAsync(stage, 0, "runs", "--json");
        await QuietAsync(stage, 0, "cache", "export", "vectors.bin", "--json");
        await QuietAsync(stage, 0, "cache", "import", "vectors.bin", "-v");
        foreach (var form in new[] { "text", "json", "markdown", "github", "msbuild" })
        {
            await QuietAsync(stage, 0, "status", "--format", form);
        }

        // A provider that answers with what it was sent, in its message and in a body that is none.
        provider.Decide = _ => Fault.Status(401, "invalid_api_key", $"Incorrect API key provided: {Stage.Canary}");
        await QuietAsync(stage, 6, "sync", "--reindex", "-v");
        await QuietAsync(stage, 6, "search", "plan", "-v");
        provider.Decide = _ => Fault.Body($"<html>Authorization: Bearer {Stage.Canary}</html>");
        await QuietAsync(stage, 1, "search", "plan", "-v");

        // Receipts of runs that failed with the key in the provider's mouth, and all else that is kept.
        await QuietAsync(stage, 0, "runs", "1");
        await QuietAsync(stage, 0, "runs", "--json");
        var tables = await PostgresFixture.RowsAsync(
            server.Url, "SELECT table_name FROM information_schema.tables WHERE table_schema = 'embsync'");
        tables.ShouldContain("run");
        foreach (var table in tables)
        {
            Unsaid(string.Join('\n', await PostgresFixture.RowsAsync(server.Url, $"SELECT row_to_json(t)::text FROM embsync.{table} t")),
                table);
        }

        foreach (var file in Directory.EnumerateFiles(stage.Repository.Path, "*", SearchOption.AllDirectories).Concat(
            Directory.EnumerateFiles(stage.Home, "*", SearchOption.AllDirectories)))
        {
            Unsaid(System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(file)), file);
        }

        stage.Environment["DATABASE_URL"] = $"postgresql://postgres:{Password}@127.0.0.1:1/nowhere";
        await QuietAsync(stage, 1, "status", "-v");
        await QuietAsync(stage, 1, "sync", "-v", "--json");
        stage.Environment["DATABASE_URL"] = $"Host=127.0.0.1;Port=1;Username=postgres;Password={Password}";
        await QuietAsync(stage, 1, "status", "-v");
        stage.Environment["DATABASE_URL"] = $"postgresql://postgres:{Password}@127.0.0.1:port/nowhere?nonsense={Password}";
        await QuietAsync(stage, 2, "status", "-v");

        stage.Repository.Write("embsync.yaml", $"version: 1\nstore: {{ url: 'postgresql://postgres:{Password}@127.0.0.1/nowhere' }}\nembeddings: {{ apiKey: {Stage.Canary} }}\n");
        await QuietAsync(stage, 2, "status", "-v");
        await QuietAsync(stage, 2, "config", "validate", "-v");
    }

    private static async Task QuietAsync(Stage stage, int exitCode, params string[] arguments)
    {
        var run = await stage.RunAsync(arguments);
        var all = $"{string.Join(' ', arguments)}\n{run}";
        run.ExitCode.ShouldBe(exitCode, all);
        all = all[all.IndexOf('\n', StringComparison.Ordinal)..];
        Unsaid(all, all);
    }

    /// <summary>Neither as they are, nor half, nor in a form that can be turned back.</summary>
    private static void Unsaid(string text, string where)
    {
        foreach (var secret in new[] { Stage.Canary, Password })
        {
            string[] forms = [secret[..12], Uri.EscapeDataString(secret),
                Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(secret))[..16]];
            forms.ShouldAllBe(form => !text.Contains(form), where);
        }
    }
}
