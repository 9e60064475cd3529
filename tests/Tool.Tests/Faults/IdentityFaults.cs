using EmbSync.Core.Model;
using EmbSync.Tests;

namespace EmbSync.Tool.Tests.Faults;

/// <summary>Which file is which item: twins, moves, sources that come up empty, and names that no one would choose.</summary>
public sealed class IdentityFaults(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Theory, OnStores]
    [Fault(8, "two files with one id")]
    public async Task Two_files_with_one_id_are_both_kept(Touched store)
    {
        await using var world = await FaultWorld.StartAsync(store, postgres);
        await world.SyncedAsync();

        world.Repository.Write("tasks/twin.md", TaskRepository.Task(1, title: "Twin"));
        var run = await world.SyncedAsync();

        run.Embedded.ShouldBe(1);
        run.Warnings.ShouldBe([(ProblemCodes.DuplicateId, "tasks/area1/t1.md", null)]);
        (await world.StoredAsync()).Keys.ShouldBe([.. FaultWorld.Beginning, "tasks/tasks/area1/t1.md"], ignoreOrder: true);
        await world.ShouldBeInStepAsync();

        world.Repository.Write("tasks/twin.md", TaskRepository.Task(7, title: "Twin"));
        (await world.SyncedAsync()).Embedded.ShouldBe(1);
        (await world.StoredAsync()).Keys.ShouldBe([.. FaultWorld.Beginning, "tasks/T-7"], ignoreOrder: true);
        await world.ShouldBeInStepAsync();
    }

    [Theory, OnStores]
    [Fault(9, "rename", "move to another source", "copy")]
    public async Task What_only_goes_elsewhere_is_not_bought_again(Touched store, string name)
    {
        await using var world = await FaultWorld.StartAsync(store, postgres);
        await world.SyncedAsync();
        var requests = world.Server.Requests;
        switch (name)
        {
            case "rename":
                world.Repository.Move("docs/guide.md", "docs/deep/er/manual.md");
                world.Repository.Move("tasks/area1/t1.md", "tasks/first.md");
                break;
            case "move to another source":
                world.Repository.Move("docs/guide.md", "tasks/guide.md");
                break;
            default:
                world.Repository.Write("docs/copy.md", await File.ReadAllTextAsync(world.Repository.Full("docs/guide.md")));
                break;
        }

        await world.SyncedAsync();

        world.Server.Requests.ShouldBe(requests);
        (await world.StoredAsync()).Keys.ShouldBe(name switch
        {
            "rename" => ["docs/docs/deep/er/manual.md", "tasks/T-1", "tasks/T-2", "tasks/T-3"],
            "move to another source" => ["tasks/T-1", "tasks/T-2", "tasks/T-3", "tasks/tasks/guide.md"],
            _ => [.. FaultWorld.Beginning, "docs/docs/copy.md"],
        }, ignoreOrder: true);
        await world.ShouldBeInStepAsync(unmatched: name == "move to another source");
    }

    [Theory, OnStores]
    [Fault(12, "no file matches")]
    public async Task A_pattern_that_matches_nothing_deletes_nothing(Touched store)
    {
        await using var world = await FaultWorld.StartAsync(store, postgres);
        await world.SyncedAsync();
        var before = await world.StoredAsync();
        var requests = world.Server.Requests;

        world.Configure(change: text => text.Replace("tasks/**/*.md", "task/**/*.md", StringComparison.Ordinal));
        (await world.SyncAsync()).ShouldEnd(5, "'tasks'", "--max-delete");
        (await world.StoredAsync()).ShouldBe(before);

        world.Configure();
        await world.ShouldBeInStepAsync();
        world.Server.Requests.ShouldBe(requests);
    }

    [Theory, OnStores]
    [Fault(12, "a folder can't be read", "a scope in a folder that can't be read")]
    public async Task A_folder_that_cannot_be_read_deletes_nothing(Touched store, string name)
    {
        await using var world = await FaultWorld.StartAsync(store, postgres);
        await world.SyncedAsync();
        world.Repository.Commit();
        world.Repository.Write("docs/new.md", "New words.\n");
        world.Repository.Write("tasks/area1/t1.md", TaskRepository.Task(1, title: "Changed"));
        world.Repository.Commit();
        world.Repository.Mode("tasks/area1", "000");
        try
        {
            var scope = name.StartsWith("a scope", StringComparison.Ordinal) ? " --since HEAD~1" : "";
            var run = new FaultRun(await ToolProcess.RunBoundAsync(world.Repository.Path, "sync --json" + scope, world.Environment))
                .ShouldEnd(3);
            run.Errors.ShouldAllBe(error => error.Code == ProblemCodes.Unreadable && error.Path.StartsWith("tasks/area1/"));
            run.Errors.ShouldNotBeEmpty();
            run.Items("deleted").ShouldBe(0);
        }
        finally
        {
            world.Repository.Mode("tasks/area1", "755");
        }

        (await world.StoredAsync()).Keys.ShouldBe([.. FaultWorld.Beginning, "docs/docs/new.md"], ignoreOrder: true);
        (await world.SyncedAsync()).Items("changed").ShouldBe(1);
        await world.ShouldBeInStepAsync();
    }

    [Theory, OnStores]
    [Fault(14, "newline", "quotes", "255 bytes", "option", "bidirectional")]
    public async Task A_strange_name_is_a_name(Touched store, string name)
    {
        var file = name switch
        {
            "newline" => "two\nlines\n::error::x.md",
            "quotes" => "it's \"quoted\" `so`; $(touch x) \\.md",
            "255 bytes" => new string('n', 252) + ".md",
            "option" => "--max-delete=100%.md",
            _ => "a\u202Edm.md",
        };
        await using var world = await FaultWorld.StartAsync(store, postgres);
        world.Repository.Write("docs/" + file, "Text under a strange name.\n");
        await world.SyncedAsync();
        (await world.StoredAsync()).Keys.ShouldBe([.. FaultWorld.Beginning, "docs/docs/" + file], ignoreOrder: true);
        world.Repository.Commit();
        await world.ShouldBeInStepAsync();

        world.Repository.Write("docs/" + file, "# Broken\n\nno \0 text\n");
        var run = await world.RunAsync("sync --format github");
        run.ExitCode.ShouldBe(3, run.ToString());
        run.Out.Split('\n').Where(line => line.StartsWith("::", StringComparison.Ordinal)).ShouldAllBe(line => line.Contains("file=docs/"));

        world.Repository.Delete("docs/" + file);
        (await world.SyncedAsync()).Items("deleted").ShouldBe(1);
        await world.ShouldBeInStepAsync();
    }

    [Theory, OnStores]
    [Fault(14, "not UTF-8")]
    public async Task A_name_that_is_no_text_is_named_and_set_aside(Touched store)
    {
        await using var world = await FaultWorld.StartAsync(store, postgres);
        await world.SyncedAsync();
        world.Repository.Shell("printf 'Words.\\n' > \"$(printf 'docs/latin\\351.md')\"");
        world.Repository.Write("docs/new.md", "New words.\n");

        var run = (await world.SyncAsync()).ShouldEnd(3);

        run.Errors.Count.ShouldBe(1);
        run.Errors[0].Path.ShouldStartWith("docs/latin");
        (await world.StoredAsync()).Keys.ShouldBe([.. FaultWorld.Beginning, "docs/docs/new.md"], ignoreOrder: true);

        world.Repository.Shell("mv docs/latin*.md docs/latin.md");
        await world.SyncedAsync();
        await world.ShouldBeInStepAsync();
    }

    [Theory, OnStores]
    [Fault(15, "pattern with ..", "absolute pattern")]
    public async Task A_pattern_that_leads_out_is_refused_with_its_place(Touched store, string name)
    {
        await using var world = await FaultWorld.StartAsync(store, postgres);
        await world.SyncedAsync();
        var pattern = name == "pattern with .." ? "../**/*.md" : Path.GetTempPath() + "**/*.md";
        world.Configure(change: text => text.Replace("docs/**/*.md", pattern, StringComparison.Ordinal));

        (await world.SyncAsync()).ShouldEnd(2, "embsync.yaml:4:45", pattern);

        world.Configure();
        (await world.StoredAsync()).Keys.ShouldBe(FaultWorld.Beginning, ignoreOrder: true);
        await world.ShouldBeInStepAsync();
    }
}
