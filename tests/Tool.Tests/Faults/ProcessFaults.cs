using EmbSync.Tests;
using EmbSync.Tool.Tests.Walkthrough;

namespace EmbSync.Tool.Tests.Faults;

/// <summary>Signals and pipes, as a shell makes them.</summary>
public sealed class ProcessFaults(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Theory, OnStores]
    [Fault(54, "SIGINT", "SIGTERM")]
    public async Task A_signal_keeps_what_is_under_way_and_ends_soon(Touched store, string name)
    {
        await using var world = await FaultWorld.StartAsync(store, postgres);
        world.Server.Latency = TimeSpan.FromMilliseconds(400);
        using var process = EmbSyncProcess.Start(
            world.Repository.Path, world.Environment, "sync", "--batch-size", "1", "--concurrency", "1");
        while (world.Server.Requests < 2 && !process.HasEnded)
        {
            await Task.Delay(10);
        }

        process.Signal(name == "SIGINT" ? 2 : 15);
        var run = await process.EndAsync();

        run.ExitCode.ShouldBe(130, run.ToString());
        var bought = world.Server.Purchases.Count;
        bought.ShouldBeInRange(1, 3);
        world.Server.Latency = TimeSpan.Zero;
        (await world.SyncedAsync()).ShouldSatisfyAllConditions(
            _ => world.Server.BoughtTwice.ShouldBeEmpty(), _ => world.Server.Purchases.Count.ShouldBe(4));
        await world.ShouldBeInStepAsync();
    }

    [Theory, OnStores]
    [Fault(60, "a reader that goes away", "a reader that is gone from the beginning")]
    public async Task A_broken_pipe_ends_the_command_in_one_line_and_the_work_is_done(Touched store, string name)
    {
        await using var world = await FaultWorld.StartAsync(store, postgres);
        for (var i = 0; i < 300; i++)
        {
            world.Repository.Write($"docs/many/{i}.md", $"# Number {i}\n\nWords of number {i}.\n");
        }

        var reader = name == "a reader that goes away" ? "head -c 1" : "true";
        foreach (var command in new[] { "status --json --limit 1000", "sync --json", "export --to jsonl" })
        {
            using var process = EmbSyncProcess.Shell(
                world.Repository.Path, world.Environment, $"\"$@\" | {reader} >/dev/null; echo ${{PIPESTATUS[0]}}", command.Split(' '));
            var run = await process.EndAsync();

            // What fits into the pipe goes before anybody notices.
            run.Out.Trim().ShouldBeOneOf("0", "1", run.ToString());
            run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(
                line => line.Contains("output", StringComparison.Ordinal) || line.Contains("  at ", StringComparison.Ordinal))
                .Count().ShouldBeLessThanOrEqualTo(1, run.ToString());
            run.Error.ShouldNotContain("unexpected");
        }

        await world.ShouldBeInStepAsync();
    }
}
