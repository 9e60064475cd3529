using System.Globalization;
using EmbSync.Core.Configuration;
using EmbSync.Core.Git;
using EmbSync.Core.Jobs;
using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Model;
using EmbSync.Tests;
using Xunit.Abstractions;

namespace EmbSync.Core.Tests.Sync;

/// <summary>
/// Random tasks and a provider that fails at random, over several syncs by the whole engine. How many and from which seed can be set:
/// <c>EMBSYNC_FAULT_SCHEDULES</c>, <c>EMBSYNC_FAULT_SEED</c>.
/// </summary>
public sealed class FaultSchedules(ITestOutputHelper output)
{
    private const int Dimension = 8;
    private const int MostSyncs = 40;

    [Fact]
    public async Task End_as_a_clean_run_with_nothing_bought_twice()
    {
        var seed = Setting("EMBSYNC_FAULT_SEED", Environment.TickCount & 0xFFFFFF);
        var count = Setting("EMBSYNC_FAULT_SCHEDULES", 500);
        output.WriteLine($"seed {seed}");
        await using var server = await FakeEmbeddingServer.StartAsync();
        for (var number = 0; number < count; number++)
        {
            await RunAsync(server, seed + number);
        }
    }

    private static async Task RunAsync(FakeEmbeddingServer server, int seed)
    {
        var label = $"EMBSYNC_FAULT_SEED={seed} EMBSYNC_FAULT_SCHEDULES=1";
        var random = new Random(seed);
        var folder = Directory.CreateTempSubdirectory("embsync-schedule-").FullName;
        try
        {
            Write(folder, seed, random);
            server.MaxInputs = random.Next(4) == 0 ? random.Next(1, 6) : 2048;
            server.MaxTokens = random.Next(4) == 0 ? random.Next(40, 200) : 300_000;
            var config = ConfigFor(folder, server.BaseUrl, random);
            var left = random.Next(0, 16);
            var cancel = new CancellationTokenSource();
            server.Decide = request =>
            {
                lock (random)
                {
                    // A request that an honest server refuses is not spoilt as well.
                    if (request.Inputs.Count > server.MaxInputs || request.Tokens > server.MaxTokens || left == 0)
                    {
                        return null;
                    }

                    left--;
                    if (random.Next(12) == 0)
                    {
                        cancel.Cancel();
                        return null;
                    }

                    return Next(random, request.Inputs.Count);
                }
            };

            await using var workspace = Workspace.Open(config, GitDiscovery.None(folder), new FastClock(500));
            var exit = ExitCode.Failed;
            for (var sync = 0; exit != ExitCode.Done; sync++)
            {
                sync.ShouldBeLessThan(MostSyncs, label);
                cancel.Dispose();
                cancel = new();
                var (bought, billed) = (server.Inputs, server.Billed);
                var result = await SyncAsync(workspace, cancel.Token);
                exit = result.ExitCode;
                (exit == ExitCode.Done && result.Report.Errors.Count + result.Report.Remaining > 0).ShouldBeFalse(
                    $"{label}: work left and exit 0");
                (result.Stopped is not null && exit == ExitCode.Done).ShouldBeFalse($"{label}: {result.Stopped}");
                (result.Report.Tokens.Billed ?? 0).ShouldBe(
                    server.Billed - billed, $"{label}: what was billed is told ({exit}, {result.Stopped?.Message})");
                result.Report.Chunks.Embedded.ShouldBe(
                    (int)(server.Inputs - bought), $"{label}: what was paid was stored ({exit}, {result.Stopped?.Message})");
            }

            cancel.Dispose();
            server.Decide = _ => null;
            server.BoughtTwice.ShouldBeEmpty(label);
            var contents = await SyncWorld.ContentsOf(workspace.Store);
            contents.ShouldNotContain("no vector", customMessage: label);

            // The same texts in another store: equal contents are the embeddings of each text's own.
            server.Forget();
            await using var clean = Workspace.Open(config, GitDiscovery.None(folder), TimeProvider.System);
            (await SyncAsync(clean, default)).ExitCode.ShouldBe(ExitCode.Done, label);
            contents.ShouldBe(await SyncWorld.ContentsOf(clean.Store), label);
            server.Forget();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Task<SyncResult> SyncAsync(Workspace workspace, CancellationToken cancellationToken) =>
        new SyncEngine(workspace, TimeProvider.System).RunAsync(new(), new(null, null), new Progress<SyncProgress>(), cancellationToken);

    private static void Write(string folder, int seed, Random random)
    {
        var count = random.Next(1, 30);
        for (var number = 0; number < count; number++)
        {
            // Some say the same: one purchase serves both.
            var text = string.Create(
                CultureInfo.InvariantCulture, $"seed {seed} text {random.Next(2 * count)} {new string('x', random.Next(80))}");
            File.WriteAllText(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"t{number}.md")),
                $"---\nid: T-{number}\n---\n\n{text}\n");
        }
    }

    private static EmbSyncConfig ConfigFor(string folder, Uri endpoint, Random random)
    {
        var config = ConfigLoader.Default(folder, null);
        return config with
        {
            Store = config.Store with { Backend = StoreBackend.Memory },
            Embeddings = config.Embeddings with
            {
                Provider = "openai", Model = "text-embedding-3-small", Dimension = Dimension, BaseUrl = endpoint,
                BatchSize = random.Next(1, 12), Concurrency = random.Next(1, 5),
                Pace = new(null, null, 86_400, random.Next(0, 5), 3600),
            },
        };
    }

    private static Fault? Next(Random random, int inputs) => random.Next(22) switch
    {
        0 => Fault.RateLimited(),
        1 => Fault.RateLimited(TimeSpan.FromSeconds(random.Next(8))),
        2 => Fault.RateLimitedMs(TimeSpan.FromMilliseconds(random.Next(2000))),
        3 => Fault.RateLimitedUntil(TimeSpan.FromSeconds(random.Next(8))),
        4 => Fault.RateLimitedWith("Retry-After", "soon"),
        5 => Fault.Status(500 + random.Next(5)),
        6 => Fault.Reset(),
        7 => Fault.HalfJson(),
        8 => Fault.Truncate(),
        9 => Fault.Fewer(),
        10 => Fault.More(),
        // A single vector is its text's, whatever index it has.
        11 when inputs > 1 => Fault.MissingIndex(),
        12 when inputs > 1 => Fault.DoubledIndex(),
        13 => Fault.NaN(),
        14 => Fault.Infinity(),
        15 => Fault.Zero(),
        16 => Fault.WrongDimension(),
        17 => Fault.Quota(),
        18 => Fault.Status(400, "bad", "no"),
        19 => Fault.Html(),
        20 => Fault.Shuffle(),
        _ => null,
    };

    private static int Setting(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number : otherwise;
}
