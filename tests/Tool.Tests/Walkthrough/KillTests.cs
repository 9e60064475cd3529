using System.Globalization;
using EmbSync.Tests;
using Xunit.Abstractions;

namespace EmbSync.Tool.Tests.Walkthrough;

/// <summary>The process is gone from one instruction to the next, at any moment of a run (fault 53).</summary>
public sealed class KillTests(PostgresFixture server, ITestOutputHelper output) : IClassFixture<PostgresFixture>
{
    private const int Kill = 9;
    private const int Batch = 4;
    private const int Concurrency = 2;

    /// <summary>
    /// What a run holds at once of what it asked for: requests under way, and answers that wait for their commit or, under PostgreSQL, for
    /// the moment in which they are flushed to the spool; their places are free for the next requests by then.
    /// </summary>
    private const int InFlight = 2 * Concurrency * Batch;

    /// <summary>Before the first request, after the last, and between.</summary>
    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public Task At_a_random_moment_the_rest_is_done_by_the_next_run(string backend) => KillAtMomentsAsync(backend, tries: 3);

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    [Trait("suite", "slow")]
    [Fault(53, "kill -9 at random moments", On = [Touched.Sqlite, Touched.Postgres, Touched.OpenAi])]
    public Task At_many_random_moments_the_rest_is_done_by_the_next_run(string backend) => KillAtMomentsAsync(backend, tries: 10);

    private async Task KillAtMomentsAsync(string backend, int tries)
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        using var stage = Stage.Of(backend, 20, server, provider, "clean");
        stage.Environment["EMBSYNC_EMBEDDINGS_DIMENSION"] = "64";
        stage.Environment["EMBSYNC_EMBEDDINGS_BATCH_SIZE"] = Batch.ToString(CultureInfo.InvariantCulture);
        stage.Environment["EMBSYNC_EMBEDDINGS_CONCURRENCY"] = Concurrency.ToString(CultureInfo.InvariantCulture);
        provider.Latency = TimeSpan.FromMilliseconds(30);
        var started = TimeProvider.System.GetTimestamp();
        await stage.JsonAsync(0, "sync");
        var whole = TimeProvider.System.GetElapsedTime(started);
        var requests = provider.Requests;
        var clean = await stage.ContentsAsync();

        for (var seed = 1; seed <= tries; seed++)
        {
            stage.UseStore($"killed{seed}");
            var before = provider.Purchases.ToDictionary();
            var label = $"seed {seed}";
            using (var process = stage.Start("sync"))
            {
                label += await KillAsync(process, provider, After(seed, tries, requests), whole, new Random(seed));
            }

            var run = await stage.RunAsync("sync");

            run.ExitCode.ShouldBe(0, label + run);
            var again = provider.Purchases.Sum(pair => pair.Value - before[pair.Key] - 1);
            output.WriteLine($"{label}, {again} texts bought again");
            again.ShouldBeLessThanOrEqualTo(InFlight, label);
            (await stage.ContentsAsync()).ShouldBe(clean, label);
        }

        (await stage.RunAsync("status", "--check")).ExitCode.ShouldBe(0);
    }

    /// <summary>Request after which to kill: none in the first try, the last one in the last.</summary>
    private static int After(int seed, int tries, int requests) => seed switch
    {
        1 => 0,
        _ when seed == tries => requests,
        _ => new Random(seed * 7_919).Next(1, requests),
    };

    /// <summary>Waits for requests rather than for the clock, so that a slow machine's runs aren't all killed before they began.</summary>
    private static async Task<string> KillAsync(
        EmbSyncProcess process, FakeEmbeddingServer provider, int after, TimeSpan whole, Random random)
    {
        var seen = provider.Requests;
        var pause = (after == 0 ? whole : 2 * provider.Latency) * random.NextDouble();
        while (provider.Requests - seen < after && !process.HasEnded)
        {
            await Task.Delay(1);
        }

        await Task.Delay(pause);
        process.Signal(Kill);
        var run = await process.EndAsync();
        run.ExitCode.ShouldBeOneOf(0, 128 + Kill);
        return $": killed {pause.TotalMilliseconds:0} ms after request {after}: exit code {run.ExitCode}";
    }
}
