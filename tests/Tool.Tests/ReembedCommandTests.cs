using System.Text.Json;
using System.Text.RegularExpressions;
using EmbSync.Tests;

namespace EmbSync.Tool.Tests;

/// <summary>Another model, as its user sees it.</summary>
public sealed partial class ReembedCommandTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task Goes_there_and_back_and_says_each_step()
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        using var repository = TaskRepository.Create();
        var environment = Environment(provider);
        (await ToolRun.Of(repository.Path, "sync", environment)).ExitCode.ShouldBe(0);
        var requests = provider.Requests;
        var steps = new List<string>();
        foreach (var arguments in new[]
        {
            "reembed --dry-run --model text-embedding-3-large --dimension 24", "reembed --model text-embedding-3-large --dimension 24",
                "sync", "reembed --rollback --dry-run",
            "reembed --rollback", "reembed --model text-embedding-3-large --dimension 24 --max-tokens 1",
                "reembed --model text-embedding-3-small --dimension 8 --max-tokens 1", "reembed --unpin", "reembed",
        })
        {
            steps.Add($"$ embsync {arguments}\n{await ToolRun.Of(repository.Path, arguments, environment)}");
        }

        Approval.Verify(Time().Replace(string.Join("\n\n", steps), "{time}"), "Steps");
        provider.Requests.ShouldBe(requests + 1);
    }

    [Fact]
    public async Task Json_has_the_documented_form()
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        using var repository = TaskRepository.Create(2);
        var environment = Environment(provider);
        await ToolRun.Of(repository.Path, "sync", environment);
        var run = await ToolRun.Of(repository.Path, "reembed --dimension 8 --json", environment);
        run.ExitCode.ShouldBe(0, run.ToString());
        using var json = JsonDocument.Parse(run.Out);
        json.RootElement.EnumerateObject().Select(member => member.Name).ShouldBe(
        [
            "schemaVersion", "dryRun", "runId", "status", "space", "current", "target", "typeChanges", "chunks", "requests", "tokens",
                "cost", "seconds", "recall", "indexBuilt",
            "switched", "pinned", "leftToAnother", "errors", "notes", "retries", "unpinned",
        ]);
        json.RootElement.GetProperty("chunks").GetProperty("embedded").GetInt32().ShouldBePositive();
    }

    [Fact]
    public async Task A_column_of_one_s_own_is_embedded_after_a_dry_run_and_a_warning()
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        using var repository = TempRepository.Create();
        var url = await postgres.NewVectorDatabaseAsync();
        await PostgresFixture.RunAsync(url, "CREATE TABLE notes (id int PRIMARY KEY, body text, embedding vector(3)); "
            + "INSERT INTO notes SELECT i, 'Note ' || i FROM generate_series(1, 5) i; INSERT INTO notes VALUES (9, NULL); CREATE INDEX nearest ON notes USING hnsw (embedding vector_l2_ops)");
        var environment = Environment(provider);
        environment["NOTES_URL"] = url;
        var column = "reembed --postgres-url env:NOTES_URL --table notes --text body --column embedding --dimension 8";
        var steps = new List<string>();
        foreach (var arguments in new[]
        {
            column + " --dry-run", column, column + " --no-confirm", column + " --no-confirm --json", "reembed --table notes", column
                + " --rollback", "reembed --column embedding", column + " --id nothing",
        })
        {
            steps.Add($"$ embsync {arguments}\n{await ToolRun.Of(repository.Path, arguments, environment)}");
        }

        Approval.Verify(Time().Replace(Figure().Replace(string.Join("\n\n", steps), "$1: {figure}"), "{time}"), "Column");
        (await PostgresFixture.RowsAsync(url, "SELECT pg_get_indexdef('nearest'::regclass)")).Single().ShouldContain("vector_l2_ops");
    }

    [Fact]
    public async Task A_column_s_server_is_learned_and_that_is_said_once()
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        provider.CanShorten = false;
        provider.NativeDimension = 8;
        using var repository = TempRepository.Create();
        var url = await postgres.NewVectorDatabaseAsync();
        await PostgresFixture.RunAsync(url, "CREATE TABLE notes (id int PRIMARY KEY, body text, embedding vector(3)); INSERT INTO notes SELECT i, 'Note ' || i FROM generate_series(1, 5) i");
        var environment = Environment(provider);
        environment["NOTES_URL"] = url;
        environment["EMBSYNC_EMBEDDINGS_MODEL"] = "some-model";
        environment["EMBSYNC_EMBEDDINGS_BATCH_SIZE"] = "2";

        var run = await ToolRun.Of(
            repository.Path, "reembed --postgres-url env:NOTES_URL --table notes --text body --column embedding --dimension 8 --no-confirm", environment);

        run.ExitCode.ShouldBe(0, run.ToString());
        run.Error.Split("'dimensions'").Length.ShouldBe(2, run.Error);
        (await ToolRun.Of(repository.Path,
            "reembed --postgres-url env:NOTES_URL --table notes --text body --column embedding --dimension 8 --no-confirm -q",
            environment)).Error.ShouldBeEmpty();
    }

    [Fact]
    public async Task Waits_for_a_sync_that_writes_and_leaves_with_7_when_it_may_not()
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        using var repository = TaskRepository.Create(2);
        var environment = Environment(provider);
        await ToolRun.Of(repository.Path, "sync", environment);
        repository.Write("tasks/area0/t9.md", TaskRepository.Task(9));
        var left = 0;
        Task<ToolRun>? waiting = null;
        provider.Decide = _ =>
        {
            if (waiting is null)
            {
                left = ToolRun.Of(repository.Path, "reembed --dimension 8 --wait 0", environment).GetAwaiter().GetResult().ExitCode;
                waiting = Task.Run(() => ToolRun.Of(repository.Path, "reembed --dimension 8 --wait 60s", environment));
            }

            return null;
        };
        (await ToolRun.Of(repository.Path, "sync", environment)).ExitCode.ShouldBe(0);
        left.ShouldBe(7);
        var run = await waiting!;
        run.ExitCode.ShouldBe(0, run.ToString());
        (await ToolRun.Of(repository.Path, "status --json", environment)).Out.ShouldContain("\"dimension\": 8");
    }

    private static Dictionary<string, string> Environment(FakeEmbeddingServer provider) => new()
    {
        ["OPENAI_BASE_URL"] = provider.BaseUrl.ToString(),
        ["EMBSYNC_EMBEDDINGS_PROVIDER"] = "openai",
        ["EMBSYNC_EMBEDDINGS_MODEL"] = "text-embedding-3-small",
        ["EMBSYNC_EMBEDDINGS_DIMENSION"] = "16",
    };

    [GeneratedRegex(@"(""(embedding|index|total|perSecond)""): [\d.]+")]
    private static partial Regex Figure();

    [GeneratedRegex(@"\d+\.\d s( without the index( \([\d,]+ (chunks|rows) a second\))?)?")]
    private static partial Regex Time();
}
