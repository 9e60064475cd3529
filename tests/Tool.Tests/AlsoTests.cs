using System.Text.Json;

namespace EmbSync.Tool.Tests;

/// <summary><c>--also FORM=FILE</c>: one result in several forms.</summary>
public sealed class AlsoTests
{
    [Fact]
    public async Task One_run_gives_text_markdown_and_json()
    {
        using var repository = TaskRepository.Create();
        repository.Write(".embsync/summary.md", "# Before\n");

        var run = await ToolRun.Of(repository.Path, "sync --also markdown=.embsync/summary.md --also json=.embsync/result.json");
        var again = await ToolRun.Of(repository.Path, "sync --json --also markdown=.embsync/summary.md --also json=.embsync/result.json");

        run.ExitCode.ShouldBe(0, run.ToString());
        run.Out.ShouldStartWith("5 items: 5 new");
        var summary = File.ReadAllText(repository.Full(".embsync/summary.md"));
        summary.ShouldStartWith("# Before\n### embsync sync: done");
        summary.Split("### embsync sync: done").Length.ShouldBe(3, "markdown is added at the end");
        File.ReadAllText(repository.Full(".embsync/result.json")).ShouldBe(again.Out, "other forms replace the file");
        JsonDocument.Parse(again.Out).RootElement.GetProperty("items").GetProperty("unchanged").GetInt32().ShouldBe(5);
    }

    [Theory]
    [InlineData("sync", "markdown")]
    [InlineData("sync", "markdown=")]
    [InlineData("sync", "text=x.txt")]
    [InlineData("sync", "sarif=x.sarif")]
    [InlineData("sync", "json=no/folder/here.json")]
    [InlineData("sync", "json=docs")]
    [InlineData("status", "pdf=x.pdf")]
    [InlineData("doctor", "json=docs")]
    public async Task What_has_no_form_or_no_place_is_refused_before_anything_is_written(string command, string output)
    {
        using var repository = TaskRepository.Create(1);

        var run = await ToolRun.Of(repository.Path, $"{command} --also {output}");

        run.ExitCode.ShouldBe(2, run.ToString());
        run.Error.ShouldStartWith("embsync: --also '");
        Directory.Exists(repository.Full(".embsync")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_file_that_can_not_be_written_is_a_message_and_the_work_is_kept()
    {
        using var repository = TaskRepository.Create(1);

        var run = await ToolRun.Of(repository.Path, "sync --also json=/dev/full");

        run.ExitCode.ShouldBe(1);
        run.Out.ShouldStartWith("2 items: 2 new");
        run.Error.ShouldContain("the result can't be written to /dev/full: ");
        (await ToolRun.Of(repository.Path, "status --check")).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Secrets_do_not_reach_a_file()
    {
        using var repository = TaskRepository.Create(1);
        repository.Write("tasks/key.md", TaskRepository.Task(9, title: "canary-4f1d9c2e77"));

        await ToolRun.Of(repository.Path, "status --also markdown=.git/a --also json=.git/b", new Dictionary<string, string>
            { ["OPENAI_API_KEY"] = "canary-4f1d9c2e77" });

        (File.ReadAllText(repository.Full(".git/a")) + File.ReadAllText(repository.Full(".git/b"))).ShouldNotContain("canary-4f1d9c2e77");
    }
}
