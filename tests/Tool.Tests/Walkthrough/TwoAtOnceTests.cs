using EmbSync.Tests;
using Xunit.Abstractions;

namespace EmbSync.Tool.Tests.Walkthrough;

/// <summary>A nightly job and a hook that meet (fault 55).</summary>
public sealed class TwoAtOnceTests(PostgresFixture server, ITestOutputHelper output) : IClassFixture<PostgresFixture>
{
    private const int Rounds = 3;

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task One_does_the_work_and_nothing_is_bought_twice(string backend)
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        using var stage = Stage.Of(backend, 20, server, provider, "together0");
        stage.Environment["EMBSYNC_EMBEDDINGS_DIMENSION"] = "64";
        stage.Environment["EMBSYNC_EMBEDDINGS_BATCH_SIZE"] = "8";
        provider.Latency = TimeSpan.FromMilliseconds(50);
        for (var round = 1; round <= Rounds; round++)
        {
            // From nothing each time: making the store is part of the race.
            stage.UseStore($"together{round}");
            using var one = stage.Start("sync");
            using var other = stage.Start("sync");
            ToolRun[] runs = [await one.EndAsync(), await other.EndAsync()];

            var both = string.Join("\n", runs.Select(run => run.ToString()));
            output.WriteLine($"round {round}: {runs[0].ExitCode} and {runs[1].ExitCode}");
            runs.Select(run => run.ExitCode).ShouldContain(0, both);
            runs.ShouldAllBe(run => run.ExitCode == 0 || run.ExitCode == 7, both);
            runs.Where(run => run.ExitCode == 7).ShouldAllBe(run => run.Error.Contains("Another embsync run writes to"), both);
            provider.Purchases.Values.ShouldAllBe(times => times == round, both);
            (await stage.RunAsync("status", "--check")).ExitCode.ShouldBe(0);
        }
    }
}
