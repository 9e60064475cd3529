using System.Text.RegularExpressions;
using EmbSync.Tests;

namespace EmbSync.Tool.Tests;

/// <summary>Receipts: what was asked, done, bought and paid, also where it went wrong.</summary>
public sealed partial class RunsCommandTests
{
    [Fact]
    public async Task Without_a_run_says_so_and_writes_nothing()
    {
        using var repository = TaskRepository.Create(1);

        (await ToolRun.Of(repository.Path, "runs")).ToString().ShouldContain("no runs yet");
        Directory.Exists(repository.Full(".embsync")).ShouldBeFalse();
    }

    [Fact]
    public async Task Shows_what_each_run_did_and_cost()
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        using var repository = TaskRepository.Create();
        var environment = new Dictionary<string, string>
        {
            ["OPENAI_BASE_URL"] = provider.BaseUrl.ToString(),
            ["EMBSYNC_EMBEDDINGS_PROVIDER"] = "openai",
            ["EMBSYNC_EMBEDDINGS_MODEL"] = "text-embedding-3-small",
            ["EMBSYNC_EMBEDDINGS_DIMENSION"] = "16",
        };
        provider.Next(Fault.Status(503), Fault.None());
        (await ToolRun.Of(repository.Path, "sync", environment)).ExitCode.ShouldBe(0);
        provider.RefuseTextsContaining("poison");
        repository.Write("docs/poison.md", "# Poison\n\npoison\n");
        (await ToolRun.Of(repository.Path, "sync", environment)).ExitCode.ShouldBe(3);
        provider.Decide = _ => Fault.Quota();
        (await ToolRun.Of(repository.Path, "sync", environment)).ExitCode.ShouldBe(6);

        Approval.Verify(Scrubbed(await ToolRun.Of(repository.Path, "runs", environment, width: 200), repository), "Table");
        Approval.Verify(Scrubbed(await ToolRun.Of(repository.Path, "runs --limit 1", environment, terminal: true, width: 60), repository),
            "Narrow");
        Approval.Verify(Scrubbed(await ToolRun.Of(repository.Path, "runs 2", environment), repository), "Detail");
        Approval.Verify(Scrubbed(await ToolRun.Of(repository.Path, "runs --json --limit 2", environment), repository), "Json");
    }

    private static string Scrubbed(ToolRun run, TempRepository repository) =>
        Time().Replace(run.ToString(), "{time}").Replace(repository.Head, "{commit}", StringComparison.Ordinal).Replace(
            repository.Head[..10], "{commit}", StringComparison.Ordinal);

    [GeneratedRegex(@"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?(\+00:00)?")]
    private static partial Regex Time();
}
