using System.Text.Json;
using EmbSync.Tests;
using EmbSync.Tool.Tests.Faults;

namespace EmbSync.Tool.Tests;

/// <summary>More is gone than may be deleted without asking: nothing is deleted, all else is done, and the run leaves with 5.</summary>
public sealed class RefusedDeletionTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const int Tasks = 30;

    [Theory, OnStores]
    public async Task What_is_new_changed_and_moved_is_done_and_nothing_is_deleted(Touched store)
    {
        await using var world = await GoneAsync(store);

        var run = await world.SyncAsync();

        run.ExitCode.ShouldBe(5, run.ToString());
        (run.Items("new"), run.Items("changed"), run.Items("metadata"), run.Items("deleted"), run.Items("refused"), run.Items("failed"))
            .ShouldBe((2, 1, 1, 1, 14, 0), run.ToString());
        run.Json.GetProperty("status").GetString().ShouldBe("partial");
        var refused = run.Json.GetProperty("refused").EnumerateArray().ShouldHaveSingleItem();
        (refused.GetProperty("source").GetString(), refused.GetProperty("items").GetInt32()).ShouldBe(("tasks", 14));
        run.Error.ShouldContain("run again with --max-delete 14");
        var stored = await world.StoredAsync();
        stored.Keys.Count(key => key.StartsWith("tasks/", StringComparison.Ordinal)).ShouldBe(Tasks + 1);
        stored.Keys.ShouldContain("tasks/T-2");
        stored.Keys.ShouldContain("tasks/T-99");
        stored.Keys.ShouldContain("docs/docs/moved.md");
        stored.Keys.ShouldNotContain("docs/docs/guide.md");
        await world.ShouldBeAlignedAsync();
    }

    [Theory, OnStores]
    public async Task The_next_run_buys_nothing_and_says_it_again_until_it_is_allowed(Touched store)
    {
        await using var world = await GoneAsync(store);
        await world.SyncAsync();
        var (requests, before) = (world.Server.Requests, await world.StoredAsync());

        var second = await world.SyncAsync();

        (second.ExitCode, second.Items("new"), second.Items("deleted"), second.Items("refused")).ShouldBe((5, 0, 0, 14));
        (await world.StoredAsync()).ShouldBe(before);
        (await world.SyncAsync("--since HEAD")).ExitCode.ShouldBe(5, "what is gone is still seen by a scope");
        (await world.RunAsync("status")).Error.ShouldContain("a sync would refuse deletions: source 'tasks': 14 of 31");
        (await world.RunAsync("runs 2")).Out.ShouldContain("partial: source 'tasks': 14 of 30");
        world.Server.Requests.ShouldBe(requests);
        await world.SyncedAsync("--max-delete 14");
        await world.ShouldBeInStepAsync();
        (await world.StoredAsync()).Keys.ShouldNotContain("tasks/T-2");
    }

    [Theory, OnStores]
    public async Task A_plan_says_what_is_refused_and_does_the_rest(Touched store)
    {
        await using var world = await GoneAsync(store);

        var plan = await world.RunAsync("sync --plan plan.json");
        plan.ExitCode.ShouldBe(0, plan.ToString());
        plan.Out.ShouldContain("1 to delete (14 refused)");
        using var saved = JsonDocument.Parse(File.ReadAllText(world.Repository.Full("plan.json")));
        saved.RootElement.GetProperty("violation").ValueKind.ShouldBe(JsonValueKind.Null);
        saved.RootElement.GetProperty("refused").EnumerateArray().ShouldHaveSingleItem().GetProperty("items").GetInt32().ShouldBe(14);
        saved.RootElement.GetProperty("deletions").GetArrayLength().ShouldBe(1, "the move only");
        (await world.RunAsync("sync --apply plan.json --dry-run")).ExitCode.ShouldBe(0);

        var applied = await world.RunAsync("sync --apply plan.json");

        applied.ExitCode.ShouldBe(5, applied.ToString());
        applied.Out.ShouldContain("1 deleted (14 refused)");
        (await world.StoredAsync()).Keys.ShouldContain("tasks/T-2");
        (await world.StoredAsync()).Keys.ShouldContain("tasks/T-99");
    }

    [Fact]
    public async Task A_plan_whose_refusals_moved_no_longer_holds()
    {
        await using var world = await GoneAsync(Touched.Sqlite);
        await world.RunAsync("sync --plan plan.json");
        File.Delete(Directory.EnumerateFiles(world.Repository.Full("tasks/area1"), "*.md").Order(StringComparer.Ordinal).Last());

        var applied = await world.RunAsync("sync --apply plan.json");

        applied.ExitCode.ShouldBe(5);
        applied.Error.ShouldContain("the plan no longer holds: the source moved");
        (await world.StoredAsync()).Keys.ShouldNotContain("tasks/T-99");
    }

    [Theory]
    [InlineData("text")]
    [InlineData("markdown")]
    [InlineData("github")]
    [InlineData("msbuild")]
    public async Task Every_form_tells_it(string form)
    {
        await using var world = await GoneAsync(Touched.Sqlite, lexical: true);

        var run = await world.RunAsync($"sync --format {form}");

        run.ExitCode.ShouldBe(5, run.ToString());
        Approval.Verify(run.ToString(), $"Form_{form}");
    }

    [Fact]
    public async Task A_source_that_leaves_the_configuration_keeps_its_items_while_the_others_go_on()
    {
        await using var world = await FaultWorld.StartAsync(Touched.Sqlite, postgres);
        await world.SyncedAsync();
        world.Configure(change: text => string.Join(
            '\n', text.Split('\n').Where(line => !line.Contains("name: tasks", StringComparison.Ordinal))));
        world.Repository.Write("docs/new.md", "# New\n\ntext\n");

        var run = await world.SyncAsync();

        (run.ExitCode, run.Items("new"), run.Items("deleted"), run.Items("refused")).ShouldBe((5, 1, 0, 3), run.ToString());
        run.Error.ShouldContain("source 'tasks' had 3 items and is now no longer configured");
    }

    /// <summary>
    /// After a sync of <see cref="Tasks"/> tasks: half of them gone, one of these only moved, a new one, a changed one and a new place of
    /// the guide.
    /// </summary>
    private async Task<FaultWorld> GoneAsync(Touched store, bool lexical = false)
    {
        var world = await FaultWorld.StartAsync(store, postgres, lexical: lexical);
        for (var i = 4; i <= Tasks; i++)
        {
            world.Repository.Write($"tasks/area{i % 2}/t{i}.md", TaskRepository.Task(i));
        }

        world.Repository.Commit();
        await world.SyncedAsync();
        world.Repository.Git("rm", "-rq", "tasks/area0");
        world.Repository.Write("tasks/kept.md", TaskRepository.Task(4));
        world.Repository.Write("tasks/new.md", TaskRepository.Task(99));
        world.Repository.Write("tasks/area1/t1.md", TaskRepository.Task(1).Replace("Body", "Changed body", StringComparison.Ordinal));
        world.Repository.Move("docs/guide.md", "docs/moved.md");
        world.Repository.Commit();
        return world;
    }
}
