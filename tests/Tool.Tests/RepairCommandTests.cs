using EmbSync.Tests;
using Microsoft.Data.Sqlite;

namespace EmbSync.Tool.Tests;

/// <summary>A repair as its user sees it.</summary>
public sealed class RepairCommandTests
{
    [Fact]
    public async Task Says_what_it_would_do_does_it_and_finds_all_well()
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        using var repository = TaskRepository.Create(12);
        var environment = new Dictionary<string, string>
        {
            ["OPENAI_BASE_URL"] = provider.BaseUrl.ToString(),
            ["EMBSYNC_EMBEDDINGS_PROVIDER"] = "openai",
            ["EMBSYNC_EMBEDDINGS_MODEL"] = "text-embedding-3-small",
            ["EMBSYNC_EMBEDDINGS_DIMENSION"] = "16",
        };
        await ToolRun.Of(repository.Path, "sync", environment);
        await using (var connection = new SqliteConnection($"Data Source={repository.Full(".embsync/index.db")};Pooling=False"))
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = "UPDATE vec_1 SET embedding = x'00' WHERE hash IN (SELECT hash FROM chunk WHERE item = 'T-1'); DROP VIEW embeddings";
            await command.ExecuteNonQueryAsync();
        }

        File.Delete(repository.Full("tasks/area0/t2.md"));
        var steps = new List<string>();
        foreach (var arguments in new[]
            { "repair --dry-run --verify 3", "repair --grace 0s", "sync", "repair --verify 3", "repair --json", "repair --grace soon" })
        {
            steps.Add($"$ embsync {arguments}\n{await ToolRun.Of(repository.Path, arguments, environment)}");
        }

        Approval.Verify(System.Text.RegularExpressions.Regex.Replace(string.Join("\n\n", steps), @"\d+\.\d s", "{time}"), "Steps");
    }
}
