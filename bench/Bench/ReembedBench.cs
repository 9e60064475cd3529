using System.Diagnostics;
using System.Globalization;
using EmbSync.Core.Configuration;
using EmbSync.Core.Git;
using EmbSync.Core.Jobs;
using EmbSync.Core.Jobs.Reembed;
using EmbSync.Core.Jobs.Search;
using EmbSync.Core.Model;
using EmbSync.Core.Storage;

namespace EmbSync.Bench;

/// <summary>Changes of model on PostgreSQL: a store of many rows, and searches that go on through the switches.</summary>
internal static class ReembedBench
{
    private const string Model = "text-embedding-3-small";
    private const int Batch = 2_000;
    private const int Searchers = 8;
    private const int WarmUp = 10;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(20);

    /// <summary>A store of so many items of one chunk each, without a source: a reembed needs none.</summary>
    public static async Task FillAsync(string url, string schema, int rows, int dimension)
    {
        await using var workspace = Open(url, schema, new("http://127.0.0.1:1/v1"), dimension);
        await using var writer = await workspace.BeginWriteAsync(default);
        var signature = workspace.SignatureOf(Generation.DefaultSpace);
        var generation = await writer.OpenGenerationAsync(Generation.DefaultSpace, signature, default);
        await writer.ActivateAsync(generation.Id, default);
        foreach (var numbers in Enumerable.Range(0, rows).Chunk(Batch))
        {
            var items = numbers.Select(ItemOf).ToList();
            var vectors = items.Select(
                item => new VectorRow(item.Chunks[0].Hash, Topics.VectorOf(Model, dimension, item.Chunks[0].Text), 120)).ToList();
            await writer.CommitAsync(new(generation.Id, vectors, items, []), default);
        }

        await workspace.Store.EnsureIndexAsync(generation.Id, new Progress<IndexProgress>(), default);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rows} rows of {dimension} dimensions in schema {schema}"));
    }

    /// <summary>Reembeds to each dimension in turn under searches; says how many of these failed, were mixed, and the longest.</summary>
    public static async Task SwitchesAsync(string url, string schema, Uri endpoint, IReadOnlyList<int> dimensions)
    {
        await UnderSearchesAsync("nothing else", url, schema, endpoint, dimensions[0], () => Task.Delay(Calm));
        await UnderSearchesAsync($"{dimensions.Count} reembeds", url, schema, endpoint, dimensions[0], async () =>
        {
            foreach (var dimension in dimensions)
            {
                await using var workspace = Open(url, schema, endpoint, dimension);
                var result = await new StoreReembed(workspace, workspace.SignatureOf(Generation.DefaultSpace), TimeProvider.System)
                    .RunAsync(new(), new(null, null), new Progress<ReembedProgress>(), default);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{dimension}: {result.Report.Status}, {result.Report.Chunks.Embedded} chunks, {result.Report.Chunks.PerSecond} a second, index {result.Report.Seconds.Index} s, recall {result.Report.Recall?.Recall}, switched {result.Report.Switched}"));
                if (result.Stopped is { } stopped)
                {
                    Console.WriteLine(stopped.Message);
                }
            }
        });
    }

    private static async Task UnderSearchesAsync(string what, string url, string schema, Uri endpoint, int dimension, Func<Task> act)
    {
        using var done = new CancellationTokenSource();
        var searching = Enumerable.Range(0, Searchers).Select(
            number => Task.Run(() => SearchAsync(url, schema, endpoint, dimension, number, done.Token))).ToList();
        await act();
        await done.CancelAsync();
        var all = await Task.WhenAll(searching);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{what}: {all.Sum(one => one.Searches)} searches by {Searchers}: {all.Sum(one => one.Failed)} failed, {all.Sum(one => one.Mixed)} mixed, {all.Sum(one => one.Short)} short; median {all.Average(one => one.Median):0.0} ms, longest {all.Max(one => one.Longest):0} ms (by the tool {all.Where((_, number) => number % 2 == 1).Max(one => one.Longest):0} ms, by SQL on the view {all.Where((_, number) => number % 2 == 0).Max(one => one.Longest):0} ms)"));
    }

    private static async Task<Tally> SearchAsync(
        string url, string schema, Uri endpoint, int dimension, int number, CancellationToken cancellationToken)
    {
        await using var workspace = Open(url, schema, endpoint, dimension);
        await using var source = Npgsql.NpgsqlDataSource.Create(Uri.TryCreate(url, UriKind.Absolute, out var address)
            ? $"Host={address.Host};Port={address.Port};Username={address.UserInfo.Split(':')[0]};Database={address.AbsolutePath.Trim('/')}" : url);
        var engine = new SearchEngine(workspace);
        var (failed, mixed, missing, searches) = (0, 0, 0, 0);
        var times = new List<double>();
        for (var i = number; !cancellationToken.IsCancellationRequested; i += 101)
        {
            var begun = Stopwatch.GetTimestamp();
            try
            {
                if (number % 2 == 0)
                {
                    await using var command = source.CreateCommand(
                        $"SELECT count(*), count(DISTINCT dimension) FROM (SELECT dimension FROM {schema}.embeddings ORDER BY embedding OPERATOR(public.<=>) (SELECT embedding FROM {schema}.embeddings WHERE task_id = $1 LIMIT 1) LIMIT 10) near");
                    command.Parameters.Add(new() { Value = $"i{i % 1000}" });
                    await using var reader = await command.ExecuteReaderAsync(CancellationToken.None);
                    await reader.ReadAsync(CancellationToken.None);
                    missing += reader.GetInt64(0) == 10 ? 0 : 1;
                    mixed += reader.GetInt64(1) == 1 ? 0 : 1;
                }
                else
                {
                    var found = await engine.SearchAsync(new($"Text of row {i % 1000}", 10, null, null, [], null), CancellationToken.None);
                    missing += found.Results.Count == 10 ? 0 : 1;
                }
            }
#pragma warning disable CA1031 // Whatever it is, it is a search that failed.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                failed++;
                Console.WriteLine("search failed: " + exception.Message);
            }

            // The first ones compile the code and open the connections.
            if (++searches > WarmUp)
            {
                times.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            }

            await Task.Delay(Pause, CancellationToken.None);
        }

        times.Sort();
        return new(searches, failed, mixed, missing, times[times.Count / 2], times[^1]);
    }

    private static Item ItemOf(int number)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"Row {number}. ") + string.Concat(
            Enumerable.Repeat($"What row {number} is about, in words of its own. ", 10));
        var chunk = new Chunk(0, ContentHash.Of(text), "", text, 1, 1);
        return new(new("rows", $"i{number}"), "row", $"Row {number}", null, "1", "bench", "{}", 0, DateTimeOffset.UnixEpoch, [chunk]);
    }

    private static Workspace Open(string url, string schema, Uri endpoint, int dimension)
    {
        var folder = Directory.CreateTempSubdirectory("embsync-bench-").FullName;
        var config = ConfigLoader.Default(folder, null);
        config = config with
        {
            Project = "bench",
            Store = config.Store with { Backend = StoreBackend.Postgres, Url = new Secret(url, "bench"), Schema = schema, KeepText = true },
            Embeddings = config.Embeddings with
            { Provider = "openai", BaseUrl = endpoint, Model = Model, Dimension = dimension, BatchSize = 128, Concurrency = 4 },
        };
        return Workspace.Open(config, GitDiscovery.None(folder), TimeProvider.System, TimeSpan.FromMinutes(1));
    }

    private sealed record Tally(int Searches, int Failed, int Mixed, int Short, double Median, double Longest);
}
