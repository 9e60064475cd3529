using EmbSync.Tests;

namespace EmbSync.Tool.Tests.Walkthrough;

/// <summary>A key and a password that are looked for in all that the program says, where it goes well and where it fails (fault 64).</summary>
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

        // A provider that answers with what it was sent, in its message and in a body that is none.
        provider.Decide = _ => Fault.Status(401, "invalid_api_key", $"Incorrect API key provided: {Stage.Canary}");
        await QuietAsync(stage, 6, "sync", "--reindex", "-v");
        await QuietAsync(stage, 6, "search", "plan", "-v");
        provider.Decide = _ => Fault.Body($"<html>Authorization: Bearer {Stage.Canary}</html>");
        await QuietAsync(stage, 1, "search", "plan", "-v");

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
        all.ShouldNotContain(Stage.Canary);
        all.ShouldNotContain(Password);
    }
}
