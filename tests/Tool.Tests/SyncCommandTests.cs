using System.Text.Json;
using EmbSync.Tests;

namespace EmbSync.Tool.Tests;

public sealed class SyncCommandTests
{
    [Fact]
    public async Task A_dry_run_shows_the_plan()
    {
        using var repository = TaskRepository.Create();

        Approval.Verify((await ToolRun.Of(repository.Path, "sync --dry-run")).ToString());
        Directory.Exists(repository.Full(".embsync")).ShouldBeFalse();
    }

    [Fact]
    public async Task The_first_run_and_the_second()
    {
        using var repository = TaskRepository.Create();

        Approval.Verify((await ToolRun.Of(repository.Path, "sync")).ToString(), "First");
        Approval.Verify((await ToolRun.Of(repository.Path, "sync")).ToString(), "Second");
        Approval.Verify((await ToolRun.Of(repository.Path, "sync --json")).Out, "Json");
    }

    [Fact]
    public async Task Edits_renames_deletions_and_metadata_are_told_apart()
    {
        using var repository = TaskRepository.Create(6);
        await ToolRun.Of(repository.Path, "sync");
        repository.Write("tasks/area0/t2.md", TaskRepository.Task(2).Replace("Body", "Changed body", StringComparison.Ordinal));
        repository.Write("tasks/area1/t3.md", TaskRepository.Task(3, status: "done"));
        repository.Move("tasks/area1/t1.md", "tasks/deep/er/t1.md");
        repository.Delete("tasks/area0/t4.md");
        repository.Commit();

        var items = Items(await ToolRun.Of(repository.Path, "sync --since HEAD~1 --json"));

        (items("new"), items("changed"), items("metadata"), items("deleted"), items("failed")).ShouldBe((0, 1, 2, 1, 0));
        (await ToolRun.Of(repository.Path, "status --check")).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task A_bad_file_is_named_and_the_rest_goes_on()
    {
        using var repository = TaskRepository.Create(2);
        repository.Write("tasks/twin.md", TaskRepository.Task(1));
        repository.WriteBytes("docs/latin1.md", [0x23, 0x20, 0xE9, 0x0A]);
        repository.Write("docs/conflict.md", "# A\n\n<<<<<<< ours\none\n=======\ntwo\n>>>>>>> theirs\n");
        repository.Write("docs/binary.md", "no \0 text\n");

        var run = await ToolRun.Of(repository.Path, "sync");

        run.ExitCode.ShouldBe(3);
        Approval.Verify(run.ToString());
    }

    [Fact]
    public async Task A_guard_refuses_deletions_and_lets_the_rest_through()
    {
        using var repository = TaskRepository.Create(30);
        await ToolRun.Of(repository.Path, "sync");
        repository.Git("rm", "-rq", "tasks/area0");
        repository.Commit();

        var run = await ToolRun.Of(repository.Path, "sync");

        run.ExitCode.ShouldBe(5);
        Approval.Verify(run.ToString());
        (await ToolRun.Of(repository.Path, "sync --max-delete 50%")).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task A_plan_is_reviewed_and_then_applied_or_refused()
    {
        using var repository = TaskRepository.Create(3);
        await ToolRun.Of(repository.Path, "sync");
        repository.Write("tasks/area0/t2.md", TaskRepository.Task(2).Replace("Body", "Changed body", StringComparison.Ordinal));
        repository.Move("tasks/area1/t1.md", "tasks/deep/t1.md");
        repository.Delete("docs/guide.md");
        repository.Commit();

        Approval.Verify((await ToolRun.Of(repository.Path, "sync --max-delete 1 --plan plan.json")).ToString(), "Plan");
        var commit = repository.Git("rev-parse", "HEAD").Trim();
        Approval.Verify(File.ReadAllText(repository.Full("plan.json")).Replace(commit, "COMMIT", StringComparison.Ordinal), "Plan_file");
        repository.Write("tasks/area1/t3.md", TaskRepository.Task(3, status: "done"));
        Approval.Verify((await ToolRun.Of(repository.Path, "sync --apply plan.json")).ToString(), "Plan_refused");
        (await ToolRun.Of(repository.Path, "sync --apply plan.json --dry-run")).ExitCode.ShouldBe(5);
        repository.Write("tasks/area1/t3.md", TaskRepository.Task(3));
        Approval.Verify((await ToolRun.Of(repository.Path, "sync --apply plan.json --dry-run")).ToString(), "Plan_checked");
        Approval.Verify((await ToolRun.Of(repository.Path, "sync --apply plan.json")).ToString(), "Plan_applied");
        (await ToolRun.Of(repository.Path, "status --check")).Out.ShouldContain("In step, but for the patterns named above.");
    }

    [Fact]
    public async Task Index_embeds_one_task_and_leaves_the_rest()
    {
        using var repository = TaskRepository.Create(4);

        var items = Items(await ToolRun.Of(repository.Path, "index --task T-3 --json"));
        items("new").ShouldBe(1);
        items("total").ShouldBe(1);
        (await ToolRun.Of(repository.Path, "index --limit 2")).Out.ShouldContain("2 new");
        (await ToolRun.Of(repository.Path, "status")).Out.ShouldContain("3 of 5 chunks");
    }

    [Fact]
    public async Task At_a_commit_the_work_tree_does_not_count()
    {
        using var repository = TaskRepository.Create(2);
        repository.Write("tasks/dirty.md", TaskRepository.Task(9));

        Items(await ToolRun.Of(repository.Path, "sync --at HEAD --json"))("total").ShouldBe(3);
    }

    [Fact]
    public async Task Another_project_can_not_write_into_the_same_store()
    {
        using var repository = TaskRepository.Create(1);
        await ToolRun.Of(repository.Path, "sync");
        repository.Write("embsync.yaml", TaskRepository.Config.Replace("acme/tasks", "acme/other", StringComparison.Ordinal));
        repository.Write("tasks/more.md", TaskRepository.Task(5));

        var run = await ToolRun.Of(repository.Path, "sync");

        run.ExitCode.ShouldBe(2);
        Approval.Verify(run.Error);
    }

    [Fact]
    public async Task Without_a_configuration_all_markdown_is_taken()
    {
        using var repository = TempRepository.Create();
        repository.Write("README.md", "# Read me\n\nText.\n");
        repository.Write("a/b/c.md", "Only text.\n");

        (await ToolRun.Of(repository.Full("a/b"), "sync")).Out.ShouldContain("2 new");
        (await ToolRun.Of(repository.Path, "search text")).Out.ShouldContain("a/b/c.md");
    }

    private static Func<string, int> Items(ToolRun run)
    {
        run.ExitCode.ShouldBe(0, run.ToString());
        var items = JsonDocument.Parse(run.Out).RootElement.GetProperty("items");
        return name => items.GetProperty(name).GetInt32();
    }
}
