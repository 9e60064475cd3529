using System.Net;
using System.Net.Sockets;
using EmbSync.Tests;

namespace EmbSync.Tool.Tests;

/// <summary>Somebody waits for a search: where the endpoint is dead it ends soon, and says what to do.</summary>
public sealed class DeadEndpointTests
{
    /// <summary>What the documentation promises, of the clock that the program is given.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(2500);

    [Fact]
    public async Task A_closed_port()
    {
        var (run, clock) = await SearchAsync(FreePort());

        ShouldSayWhatToDo(run);
        run.Error.ShouldContain("can't be reached");
        ShouldNotWaitLong(clock);
    }

    [Fact]
    public async Task A_port_that_takes_a_connection_and_never_answers()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();

        var (run, clock) = await SearchAsync(((IPEndPoint)silent.LocalEndpoint).Port);

        ShouldSayWhatToDo(run);
        ShouldNotWaitLong(clock);
        var connections = 0;
        while (silent.Pending())
        {
            (await silent.AcceptTcpClientAsync()).Dispose();
            connections++;
        }

        connections.ShouldBeInRange(1, 3, "tries of one search");
    }

    [Fact]
    public async Task The_time_is_the_configuration_s()
    {
        var (run, clock) = await SearchAsync(FreePort(), "500");

        ShouldSayWhatToDo(run);
        run.Error.ShouldContain("waits 0.5 s");
        clock.Waits.Where(IsShort).ShouldAllBe(wait => wait <= TimeSpan.FromMilliseconds(500));
    }

    private static async Task<(ToolRun Run, FastClock Clock)> SearchAsync(int port, string? patience = null)
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        using var repository = TaskRepository.Create(2);
        var environment = new Dictionary<string, string>
        {
            ["EMBSYNC_EMBEDDINGS_PROVIDER"] = "openai",
            ["EMBSYNC_EMBEDDINGS_MODEL"] = "text-embedding-3-small",
            ["EMBSYNC_EMBEDDINGS_DIMENSION"] = "16",
            ["OPENAI_BASE_URL"] = provider.BaseUrl.ToString(),
            ["EMBSYNC_EMBEDDINGS_TIMEOUT_SECONDS"] = "60",
        };
        (await ToolRun.Of(repository.Path, "sync", environment)).ExitCode.ShouldBe(0);
        environment["OPENAI_BASE_URL"] = $"http://127.0.0.1:{port}/v1";
        if (patience is not null)
        {
            environment["EMBSYNC_EMBEDDINGS_QUERY_TIMEOUT_MS"] = patience;
        }

        var clock = new FastClock(4);
        return (await ToolRun.Of(repository.Path, "search number", environment, clock: clock), clock);
    }

    private static void ShouldSayWhatToDo(ToolRun run)
    {
        run.ExitCode.ShouldNotBe(0);
        run.Out.ShouldBeEmpty();
        run.Error.ShouldContain("embeddings.queryTimeoutMs");
        (run.Error.Contains("embsync doctor", StringComparison.Ordinal) || run.Error.Contains("raise it", StringComparison.Ordinal))
            .ShouldBeTrue(run.Error);
    }

    /// <summary>A run's own patience would be a minute a try, and two for all.</summary>
    private static void ShouldNotWaitLong(FastClock clock)
    {
        clock.Waits.Where(IsShort).ShouldNotBeEmpty();
        clock.Waits.Where(IsShort).ShouldAllBe(wait => wait <= Patience);
        clock.Waits.Count.ShouldBeLessThan(20);
    }

    /// <summary>Connections that nobody uses are let go after minutes, by the same clock.</summary>
    private static bool IsShort(TimeSpan wait) => wait < TimeSpan.FromHours(1);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
