using System.Globalization;
using EmbSync.Core.Configuration;
using EmbSync.Core.Git;
using EmbSync.Core.Jobs;
using EmbSync.Core.Jobs.Sync;
using EmbSync.Tests;

namespace EmbSync.Bench;

/// <summary>
/// How near a first sync comes to what latency, concurrency and batch size allow: items a second from the first request's arrival to the
/// last one's answer, against <c>concurrency x batch / latency</c>. One chunk an item, SQLite, a loopback endpoint.
/// </summary>
internal static class Throughput
{
    private const int Dimension = 256;
    private const int Batch = 128;

    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(200);

    public static async Task RunAsync(int items)
    {
        var work = Directory.CreateTempSubdirectory("embsync-throughput-").FullName;
        try
        {
            for (var i = 0; i < items; i++)
            {
                var file = Path.Combine(work, "tasks", (i % 50).ToString(CultureInfo.InvariantCulture), $"t{i}.md");
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                await File.WriteAllTextAsync(file, $"# Task {i}\n\nWhat task number {i} is about, in a sentence or two of its own.\n");
            }

            foreach (var concurrency in new[] { 1, 4, 8, 16, 32 })
            {
                await MeasureAsync(work, items, concurrency);
            }
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static async Task MeasureAsync(string work, int items, int concurrency)
    {
        await using var server = await FakeEmbeddingServer.StartAsync();
        (server.Latency, server.KeepsLog) = (Latency, false);
        var clock = TimeProvider.System;
        long first = 0, last = 0;
        server.Decide = _ =>
        {
            last = clock.GetTimestamp();
            Interlocked.CompareExchange(ref first, last, 0);
            return null;
        };
        var config = ConfigLoader.Default(work, null);
        config = config with
        {
            Store = config.Store with { Path = Path.Combine(work, $"index{concurrency}.db") },
            Embeddings = config.Embeddings with
            {
                Provider = "openai", Model = "text-embedding-3-small", Dimension = Dimension, BaseUrl = server.BaseUrl, BatchSize = Batch,
                    Concurrency = concurrency,
            },
        };
        await using var workspace = Workspace.Open(config, GitRepository.Discover(work), clock);
        var started = clock.GetTimestamp();
        var result = await new SyncEngine(workspace, clock).RunAsync(new(), new(null, null), new Progress<SyncProgress>(), default);
        var whole = clock.GetElapsedTime(started);
        if (result.Report.Chunks.Embedded != items)
        {
            throw new InvalidOperationException($"{result.Report.Chunks.Embedded} of {items} were embedded");
        }

        var window = clock.GetElapsedTime(first, last) + Latency;
        var rounds = Math.Ceiling(Math.Ceiling((double)items / Batch) / concurrency);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"concurrency {concurrency,2}: {items / window.TotalSeconds,8:N0} items/s of {concurrency * Batch / Latency.TotalSeconds,8:N0} allowed, {items / window.TotalSeconds / (concurrency * Batch / Latency.TotalSeconds):0.00}; "
            + $"of whole rounds {rounds * Latency.TotalSeconds / window.TotalSeconds:0.00}; whole run {whole.TotalSeconds:0.0} s"));
    }
}
