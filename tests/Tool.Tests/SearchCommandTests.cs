using System.Text.Json;
using EmbSync.Tests;
using EmbSync.Tool.Tests.Faults;

namespace EmbSync.Tool.Tests;

public sealed class SearchCommandTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Theory]
    [InlineData("search retry a request")]
    [InlineData("search 'retry a request'")]
    [InlineData("search retry 'a request'")]
    [InlineData("search -- retry a request")]
    [InlineData("search retry -n 1 a request")]
    public async Task Words_are_one_text(string arguments)
    {
        using var repository = await SyncedAsync();
        var whole = await ToolRun.Of(repository.Path, ["search", "retry a request", "-n", "1"]);

        (await ToolRun.Of(repository.Path, arguments + (arguments.Contains("-n", StringComparison.Ordinal)
            || arguments.Contains("--", StringComparison.Ordinal) ? "" : " -n 1"))).Out
            .Split('\n')[0].ShouldBe(whole.Out.Split('\n')[0]);
        whole.Out.ShouldContain("docs/guide.md:1");
    }

    [Fact]
    public async Task Behind_two_dashes_everything_is_text()
    {
        using var repository = await SyncedAsync();

        var run = await ToolRun.Of(repository.Path, "search --json -- --dry-run -n");

        run.ExitCode.ShouldBe(0, run.ToString());
        run.Out.ShouldBe((await ToolRun.Of(repository.Path, ["search", "--json", "--", "--dry-run -n"])).Out);
    }

    [Fact]
    public async Task Results_go_to_stdout_and_what_is_said_of_them_to_stderr()
    {
        using var repository = await SyncedAsync();
        repository.Write("tasks/new.md", TaskRepository.Task(9));

        Approval.Verify((await ToolRun.Of(repository.Path, "search body of number -n 2")).ToString(), "Found");
        Approval.Verify((await ToolRun.Of(repository.Path, "search body --where status=gone")).ToString(), "Nothing");
        var quiet = await ToolRun.Of(repository.Path, "search body --where status=gone -q");
        (quiet.ExitCode, quiet.Out, quiet.Error).ShouldBe((0, "", ""));
    }

    [Theory]
    [InlineData("--where stauts=open", 2,
        "--where stauts=...: no item has this key; there is 'status', 'checkboxes', 'labels'. Did you mean 'status'?")]
    [InlineData("--where frobnicate=open", 2, "no item has this key; there is 'checkboxes', 'labels', 'status'")]
    [InlineData("--where status=opne", 0, "--where status=opne: no item says so; there is 'open' (4). Did you mean 'open'?")]
    [InlineData("--where labels=l7", 0, "--where labels=l7: no item says so; there is 'l0' (2), 'l1' (2). Did you mean 'l0'?")]
    [InlineData("--type taks", 0, "--type taks: no item is of this type; there is 'task', 'doc'. Did you mean 'task'?")]
    [InlineData("--source taks", 2, "no source is named 'taks': there is 'tasks', 'docs'. Did you mean 'tasks'?")]
    [InlineData("--space defalt", 2, "nothing is indexed yet in space 'defalt': there is 'default'. Did you mean 'default'?")]
    public async Task A_condition_that_nothing_meets_is_said(string condition, int code, string said)
    {
        using var repository = await SyncedAsync();
        foreach (var command in new[] { "search body", "similar T-1" })
        {
            var run = await ToolRun.Of(repository.Path, $"{command} {condition}");

            run.ExitCode.ShouldBe(code, run.ToString());
            run.Out.ShouldBeEmpty();
            run.Error.ShouldContain(said);
        }
    }

    [Fact]
    public async Task A_key_that_is_configured_and_that_nobody_uses_is_no_slip()
    {
        using var repository = TaskRepository.Create(2);
        repository.Write("embsync.yaml", TaskRepository.Config.Replace(
            "metadata: [status, labels]", "metadata: [status, assignee]", StringComparison.Ordinal));
        await ToolRun.Of(repository.Path, "sync");

        var run = await ToolRun.Of(repository.Path, "search body --where assignee=me");

        run.ExitCode.ShouldBe(0, run.ToString());
        run.Error.ShouldContain("--where assignee=me: no item says so; none has a value of 'assignee'");
        (await ToolRun.Of(repository.Path, "search body --where status=open")).Error.ShouldNotContain("--where");
    }

    [Theory, OnStores]
    public async Task The_counts_are_those_of_status(Touched store)
    {
        await using var world = await FaultWorld.StartAsync(store, postgres);
        await world.SyncedAsync();
        await SameAsync(world);

        // Touched and the same, changed, new, gone, metadata only, and one that can't be used.
        var tasks = Directory.EnumerateFiles(world.Repository.Full("tasks"), "*.md", SearchOption.AllDirectories).Order(
            StringComparer.Ordinal).ToList();
        File.AppendAllText(tasks[0], "\n\n\n");
        File.AppendAllText(tasks[1], "\n\nMore text.\n");
        File.Delete(tasks[2]);
        world.Repository.Write("docs/new.md", "# New\n\ntext\n");
        world.Repository.WriteBytes("docs/latin1.md", [0x23, 0x20, 0xE9, 0x0A]);
        await SameAsync(world);
        await world.RunAsync("sync");
        await SameAsync(world);

        // Another model: all is stale, and the old one answers.
        world.Configure(change: text => text.Replace("text-embedding-3-small", "text-embedding-3-large", StringComparison.Ordinal));
        await SameAsync(world);
    }

    [Theory, OnStores]
    public async Task A_model_that_the_configuration_no_longer_names_is_said_to_have_answered(Touched store)
    {
        await using var world = await FaultWorld.StartAsync(store, postgres);
        await world.SyncedAsync();
        (await world.RunAsync("search body")).Error.ShouldNotContain("answered");
        world.Configure(change: text => text.Replace("text-embedding-3-small", "text-embedding-3-large", StringComparison.Ordinal));

        foreach (var command in new[] { "search body", "similar T-1", "search body --json" })
        {
            var run = await world.RunAsync(command);
            run.ExitCode.ShouldBe(0, run.ToString());
            run.Error.ShouldContain("text-embedding-3-small with ");
            run.Error.ShouldContain("answered: it is what is indexed, and the configuration says text-embedding-3-large");
        }
    }

    private static async Task SameAsync(FaultWorld world)
    {
        var (search, status) = (await JsonAsync(world, "search body --json"), await JsonAsync(world, "status --json"));
        search.GetProperty("items").GetRawText().ShouldBe(status.GetProperty("items").GetRawText());
        search.GetProperty("coverage").GetDouble().ShouldBe(status.GetProperty("coverage").GetDouble());
        var items = status.GetProperty("items");
        search.GetProperty("stale").GetInt32().ShouldBe(
            new[] { "missing", "stale", "orphaned", "metadata" }.Sum(name => items.GetProperty(name).GetInt32()));
    }

    private static async Task<JsonElement> JsonAsync(FaultWorld world, string command)
    {
        var run = await world.RunAsync(command);
        run.ExitCode.ShouldBe(0, run.ToString());
        return JsonDocument.Parse(run.Out).RootElement;
    }

    private static async Task<TempRepository> SyncedAsync()
    {
        var repository = TaskRepository.Create();
        (await ToolRun.Of(repository.Path, "sync")).ExitCode.ShouldBe(0);
        return repository;
    }
}
