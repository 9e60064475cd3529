using EmbSync.Tests;

namespace EmbSync.Tool.Tests;

public sealed class StatusCommandTests
{
    [Fact]
    public async Task Before_the_first_sync()
    {
        using var repository = TaskRepository.Create();

        Approval.Verify((await ToolRun.Of(repository.Path, "status")).ToString());
        Directory.Exists(repository.Full(".embsync")).ShouldBeFalse("status writes nothing");
    }

    [Fact]
    public async Task In_step()
    {
        using var repository = TaskRepository.Create();
        await ToolRun.Of(repository.Path, "sync");

        var run = await ToolRun.Of(repository.Path, "status --check");

        Approval.Verify(run.ToString());
    }

    [Fact]
    public async Task Every_kind_of_drift()
    {
        using var repository = await DriftedAsync();

        var run = await ToolRun.Of(repository.Path, "status --check");

        run.ExitCode.ShouldBe(4);
        Approval.Verify(run.ToString());
    }

    [Theory]
    [InlineData("json")]
    [InlineData("markdown")]
    [InlineData("github")]
    [InlineData("msbuild")]
    [InlineData("sarif")]
    public async Task Every_kind_of_drift_in_each_form(string format)
    {
        using var repository = await DriftedAsync();

        Approval.Verify((await ToolRun.Of(repository.Path, $"status --format {format}")).Out
            .Replace($"\"semanticVersion\": \"{CommandLine.Version}\"", "\"semanticVersion\": \"{version}\"", StringComparison.Ordinal),
                $"Drift_{format}");
    }

    [Fact]
    public async Task A_narrow_terminal_gets_blocks_instead_of_columns()
    {
        using var repository = await DriftedAsync();

        Approval.Verify((await ToolRun.Of(repository.Path, "status", terminal: true, width: 40)).Out);
    }

    [Fact]
    public async Task Lists_are_trimmed_and_counts_never()
    {
        using var repository = TaskRepository.Create(9);

        var run = await ToolRun.Of(repository.Path, "status --limit 2");

        run.Out.ShouldContain("and 8 more; raise --limit to list them");
        run.Out.ShouldContain("tasks       9");
    }

    [Fact]
    public async Task Against_a_ref_needs_no_store()
    {
        using var repository = TaskRepository.Create();
        repository.Branch("base");
        repository.Write("tasks/area0/t2.md", TaskRepository.Task(2).Replace("Body", "Changed body", StringComparison.Ordinal));
        repository.Move("tasks/area1/t1.md", "tasks/moved.md");
        repository.Write("tasks/new.md", TaskRepository.Task(7));
        repository.Delete("tasks/area0/t4.md");
        repository.Commit();

        Approval.Verify((await ToolRun.Of(repository.Path, "status --against base")).ToString());
        Directory.Exists(repository.Full(".embsync")).ShouldBeFalse();
    }

    [Fact]
    public async Task Colours_only_on_a_terminal_that_wants_them()
    {
        using var repository = TaskRepository.Create(1);

        (await ToolRun.Of(repository.Path, "status", terminal: true)).Out.ShouldContain("\u001b[");
        (await ToolRun.Of(repository.Path, "status", terminal: true, environment: new Dictionary<string, string> { ["NO_COLOR"] = "1" }))
            .Out.ShouldNotContain("\u001b[");
        (await ToolRun.Of(repository.Path, "status --no-color", terminal: true)).Out.ShouldNotContain("\u001b[");
        (await ToolRun.Of(repository.Path, "status")).Out.ShouldNotContain("\u001b[");
    }

    private static async Task<TempRepository> DriftedAsync()
    {
        var repository = TaskRepository.Create();
        await ToolRun.Of(repository.Path, "sync");
        repository.Write("tasks/area0/t2.md", TaskRepository.Task(2).Replace("Body", "Changed body", StringComparison.Ordinal));
        repository.Write("tasks/area1/t3.md", TaskRepository.Task(3, status: "done"));
        repository.Write("tasks/new.md", TaskRepository.Task(7, title: "New"));
        repository.Write("docs/broken.md", "# A\n\nno \0 text\n");
        repository.Delete("tasks/area0/t4.md");
        repository.Commit();
        return repository;
    }
}
