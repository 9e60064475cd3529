using EmbSync.Tests;

namespace EmbSync.Tool.Tests;

/// <summary>Titles and names from a repository reach a terminal, a log and a job summary only as text (faults 61 and 63).</summary>
public sealed class HostileTitleTests
{
    private const string Title =
        "\"\\e[31mred\\e]8;;http://x\\a \\u202Ereversed\\n::set-output name=x::owned %0A::error::y <img src=x> | `code`\"";

    [Theory]
    [Fault(61, "workflow commands in titles", On = [Touched.NoStore])]
    [Fault(62, "HTML, links, pipes and backticks in Markdown", On = [Touched.NoStore])]
    [Fault(63, "escapes and bidirectional marks in titles", On = [Touched.NoStore])]
    [InlineData("text")]
    [InlineData("github")]
    [InlineData("markdown")]
    [InlineData("msbuild")]
    [InlineData("sarif")]
    public async Task Status_shows_them_as_text(string format)
    {
        using var repository = await HostileAsync();

        var run = await ToolRun.Of(repository.Path, $"status --format {format}", terminal: format == "text",
            environment: new Dictionary<string, string> { ["NO_COLOR"] = "1", ["GITHUB_ACTIONS"] = "true" });

        run.Out.ShouldNotContain("\u001b");
        run.Out.ShouldNotContain("\u0007");
        run.Out.ShouldNotContain("\u202E");
        run.Out.Split('\n').Where(line => line.TrimStart().StartsWith("::", StringComparison.Ordinal))
            .ShouldAllBe(line => line.StartsWith("::warning ") || line.StartsWith("::error "));
        Approval.Verify(run.Out.Replace($"\"semanticVersion\": \"{CommandLine.Version}\"", "\"semanticVersion\": \"{version}\"",
            StringComparison.Ordinal), $"Status_{format}");
    }

    [Fact]
    [Fault(63, "escapes and bidirectional marks in titles", On = [Touched.NoStore])]
    public async Task Export_shows_them_as_text()
    {
        using var repository = await HostileAsync();
        await ToolRun.Of(repository.Path, "sync");

        var run = await ToolRun.Of(
            repository.Path, "export --to jsonl", terminal: true, environment: new Dictionary<string, string> { ["NO_COLOR"] = "1" });

        run.ExitCode.ShouldBe(0);
        run.Out.ShouldNotContain("\u001b");
        run.Out.ShouldNotContain("\u202E");
        run.Out.Split('\n').ShouldNotContain(line => line.TrimStart().StartsWith("::", StringComparison.Ordinal));
    }

    [Fact]
    [Fault(63, "escapes and bidirectional marks in titles", On = [Touched.NoStore])]
    public async Task Search_shows_them_as_text()
    {
        using var repository = await HostileAsync();
        await ToolRun.Of(repository.Path, "sync");

        var run = await ToolRun.Of(
            repository.Path, "search reversed", terminal: true, environment: new Dictionary<string, string> { ["NO_COLOR"] = "1" });

        run.Out.ShouldNotContain("\u001b");
        run.Out.Split('\n').ShouldNotContain(line => line.TrimStart().StartsWith("::", StringComparison.Ordinal));
    }

    private static Task<TempRepository> HostileAsync()
    {
        var repository = TempRepository.Create();
        repository.Write("embsync.yaml", TaskRepository.Config + "\naccept: { \"docs/**\": [EMB1119] }\n");
        repository.Write("tasks/a.md", $"---\nid: H-1\ntitle: {Title}\n---\n\nbody\n::add-mask::x\n");
        repository.Commit();
        return Task.FromResult(repository);
    }
}
