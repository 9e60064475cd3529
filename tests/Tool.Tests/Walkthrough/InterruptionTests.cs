using System.Text.Json;
using EmbSync.Tests;

namespace EmbSync.Tool.Tests.Walkthrough;

/// <summary>Ctrl-C, or a container that is stopped, in the middle of a run against a slow provider (fault 54).</summary>
public sealed class InterruptionTests(PostgresFixture server) : IClassFixture<PostgresFixture>
{
    private const int Interrupt = 2;
    private const int Terminate = 15;

    [Theory]
    [InlineData("sqlite", Interrupt)]
    [InlineData("sqlite", Terminate)]
    [InlineData("postgres", Interrupt)]
    [InlineData("postgres", Terminate)]
    public async Task Keeps_what_was_paid_and_goes_on_from_there(string backend, int signal)
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        using var stage = Stage.Of(backend, 20, server, provider, $"stopped{signal}");
        stage.Environment["EMBSYNC_EMBEDDINGS_DIMENSION"] = "64";
        stage.Environment["EMBSYNC_EMBEDDINGS_BATCH_SIZE"] = "4";
        stage.Environment["EMBSYNC_EMBEDDINGS_CONCURRENCY"] = "2";
        provider.Latency = TimeSpan.FromMilliseconds(300);

        using var process = stage.Start("sync", "--json");
        await SeenAsync(provider, requests: 4);
        var clock = TimeProvider.System.GetTimestamp();
        process.Signal(signal);
        var run = await process.EndAsync();

        run.ExitCode.ShouldBe(130, run.ToString());
        TimeProvider.System.GetElapsedTime(clock).ShouldBeLessThan(TimeSpan.FromSeconds(10), run.ToString());
        JsonDocument.Parse(run.Out).RootElement.GetProperty("status").GetString().ShouldBe("interrupted");
        var paid = provider.Purchases.Count;
        paid.ShouldBeGreaterThan(0);
        (await stage.KeptAsync(provider.Purchases.Keys)).ShouldBe(paid, run.ToString());

        provider.Latency = TimeSpan.Zero;
        var rest = await stage.JsonAsync(0, "sync");
        rest.GetProperty("chunks").GetProperty("embedded").GetInt32().ShouldBe(provider.Purchases.Count - paid);
        provider.BoughtTwice.ShouldBeEmpty();
        var contents = await stage.ContentsAsync();
        stage.UseStore($"clean{signal}");
        await stage.JsonAsync(0, "sync");
        contents.ShouldBe(await stage.ContentsAsync());
    }

    private static async Task SeenAsync(FakeEmbeddingServer provider, int requests)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (provider.Requests < requests)
        {
            await Task.Delay(5, late.Token);
        }
    }
}
