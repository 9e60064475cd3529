using System.Text;
using System.Text.RegularExpressions;
using EmbSync.Core.Model;
using EmbSync.Tests;

namespace EmbSync.Tool.Tests.Faults;

/// <summary>
/// What a provider can do wrong: the run ends as promised and says what to look at, what was paid is kept, and the next run goes on.
/// </summary>
public sealed partial class ProviderFaults(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Theory, OnStores]
    [Fault(30, "429 with Retry-After in seconds", "429 with Retry-After as a date", "429 with retry-after-ms", "429 without a time",
        On = [Touched.OpenAi])]
    [Fault(30, "429 that asks for a day", "429 without end", On = [Touched.OpenAi])]
    [Fault(31, "insufficient_quota", "insufficient_quota midway", On = [Touched.OpenAi])]
    [Fault(32, "401", "403", "404", On = [Touched.OpenAi])]
    [Fault(33, "input too long", On = [Touched.OpenAi])]
    [Fault(34, "more tokens than a request may have", "more inputs than a request may have", On = [Touched.OpenAi])]
    [Fault(35, "500", "503", "reset", On = [Touched.OpenAi])]
    [Fault(35, "no answer", "500 without end", "reset without end", On = [Touched.OpenAi])]
    [Fault(42, "a byte at a time", On = [Touched.OpenAi])]
    [Fault(36, "truncated answer", "half of an answer", "HTML", "empty answer", "HTML for every request", On = [Touched.OpenAi])]
    [Fault(40, "another model named in the answer", On = [Touched.OpenAi])]
    [Fault(41, "one poisonous text", On = [Touched.OpenAi])]
    [Fault(43, "no usage", On = [Touched.OpenAi])]
    public async Task End_as_promised_and_cost_nothing_twice(Touched store, string name)
    {
        await using var world = await FaultWorld.StartAsync(store, postgres);
        var fault = ProviderFault.Of(name);
        fault.Begin(world.Server);

        var run = await MetAsync(world, fault);

        run.ExitCode.ShouldBe(fault.ExitCode, run.ToString());
        (run.Out + run.Error).ShouldContain(fault.Says);
        (run.Out + run.Error).ShouldNotContain("c4n4ry");
        run.Error.ShouldNotContain("defect in embsync");
        await world.ShouldBeAlignedAsync();
        ProviderFault.Mend(world.Server);
        await world.SyncedAsync();
        world.Server.BoughtTwice.ShouldBeEmpty();
        await world.ShouldBeInStepAsync();
    }

    /// <summary>The words that people see, fault by fault.</summary>
    [Fact]
    public async Task Are_told_in_words_that_say_what_to_do()
    {
        var table = new StringBuilder("| fault | what embsync says | exit code | sync after it |\n| --- | --- | ---: | ---: |\n");
        foreach (var fault in ProviderFault.All)
        {
            await using var world = await FaultWorld.StartAsync(Touched.Sqlite, postgres);
            fault.Begin(world.Server);
            var run = await MetAsync(world, fault);
            ProviderFault.Mend(world.Server);
            var after = await world.RunAsync("sync");
            var said = string.Join("<br>", (run.Out + run.Error).TrimEnd().Split('\n')).Replace("|", "\\|", StringComparison.Ordinal);
            said = run.ExitCode != (int)ExitCode.Failed ? said : Counts().Replace(
                Progress().Replace(OwnClock().Replace(said, "The provider"), ""), "{$1}");
            table.Append($"| {fault.Name} | {said} | {run.ExitCode} | {after.ExitCode} |\n");
        }

        Approval.Verify(table.ToString());
    }

    /// <summary>How often a run that fails asked before it gave up depends on the time that it was given.</summary>
    [GeneratedRegex(@"(?<=, )\d+ (?<1>request)s?(?: \(\d+ of them again\))?|(?<=; |, )(?:\d+ (?<1>bill)ed|(?<1>bill) unknown)|(?:less than )?\$[\d.]+ (?<1>actual)")]
    private static partial Regex Counts();

    /// <summary>A line for every five seconds of a run.</summary>
    [GeneratedRegex("embsync: +[0-9]+ %  .*?<br>")]
    private static partial Regex Progress();

    /// <summary>The client and the governor look at the same time limit: whoever is first says it.</summary>
    [GeneratedRegex(@"http://127\.0\.0\.1:\d+/v1(?= gave no whole answer)")]
    private static partial Regex OwnClock();

    private static async Task<ToolRun> MetAsync(FaultWorld world, ProviderFault fault)
    {
        if (fault.Patience is { } seconds)
        {
            world.Environment["EMBSYNC_EMBEDDINGS_TIMEOUT_SECONDS"] = seconds;
            world.Environment["EMBSYNC_EMBEDDINGS_RETRY_SECONDS"] = seconds;
        }

        var run = await world.RunAsync("sync --batch-size 2 --concurrency 1");
        world.Environment.Remove("EMBSYNC_EMBEDDINGS_TIMEOUT_SECONDS");
        world.Environment.Remove("EMBSYNC_EMBEDDINGS_RETRY_SECONDS");
        return run;
    }
}
