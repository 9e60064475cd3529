using System.Diagnostics;
using System.Globalization;
using EmbSync.Core.Configuration;
using EmbSync.Core.Git;
using EmbSync.Core.Jobs;
using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Providers.Local;
using FastBertTokenizer;
using Microsoft.Data.Sqlite;

namespace EmbSync.Bench;

/// <summary>
/// The model inside the tool, on the Markdown of any folder: how near a first sync comes to what the session alone reaches, and whether the
/// tokenizer agrees with another.
/// </summary>
internal static class LocalBench
{
    private const int LongestCompared = 512;

    /// <summary>
    /// A first sync, then the session alone on the same texts by as many threads, in turn: processor time is quoted beside, as machines are
    /// shared.
    /// </summary>
    public static async Task SpeedAsync(string folder, int rounds)
    {
        var work = Directory.CreateTempSubdirectory("embsync-local-").FullName;
        try
        {
            for (var round = 1; round <= rounds; round++)
            {
                var store = Path.Combine(work, $"index{round}.db");
                var (synced, chunks) = await SyncAsync(folder, store);
                var texts = TextsIn(store);
                var alone = Alone(texts);
                if (chunks != texts.Count)
                {
                    throw new InvalidOperationException($"{chunks} chunks were embedded and {texts.Count} are stored");
                }

                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{chunks} texts: sync {chunks / synced.Wall.TotalSeconds:0.0}/s ({synced.Processor.TotalMilliseconds / chunks:0.0} ms of processor a text), "
                    + $"session alone {chunks / alone.Wall.TotalSeconds:0.0}/s ({alone.Processor.TotalMilliseconds / chunks:0.0} ms): "
                    + $"{alone.Wall / synced.Wall:0.00} by the clock, {alone.Processor / synced.Processor:0.00} by the processor; peak {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MB"));
            }
        }
        finally
        {
            SqliteConnection.ClearAllPools();
            Directory.Delete(work, recursive: true);
        }
    }

    /// <summary>
    /// Ids of this tokenizer beside FastBertTokenizer's, over paragraphs of the Markdown; the first differences are printed.
    /// </summary>
    public static async Task TokensAsync(string folder)
    {
        var vocabulary = BundledModel.Model.VocabularyFile;
        var own = new WordPieceTokenizer(WordPieceVocabulary.Load(vocabulary), uncased: true);
        var other = new BertTokenizer();
        using (var reader = new StreamReader(vocabulary))
        {
            await other.LoadVocabularyAsync(reader, convertInputToLowercase: true);
        }

        var (same, different, ids) = (0, 0, 0L);
        var watch = new Stopwatch();
        foreach (var text in Directory.EnumerateFiles(folder, "*.md", SearchOption.AllDirectories)
            .SelectMany(file => File.ReadAllText(file).Split("\n\n")).Distinct(StringComparer.Ordinal))
        {
            var tokens = new List<int> { own.Vocabulary.Start };
            watch.Start();
            own.Append(text, tokens);
            watch.Stop();
            tokens.Add(own.Vocabulary.End);
            ids += tokens.Count;
            if (tokens.Count > LongestCompared)
            {
                continue;
            }

            var expected = other.Encode(text, LongestCompared).InputIds.ToArray();
            if (expected.SequenceEqual(tokens.Select(id => (long)id)))
            {
                same++;
            }
            else if (different++ < 5)
            {
                Console.WriteLine($"differs: {string.Join(' ', tokens)}\n  other: {string.Join(' ', expected)}\n  text: {text.ReplaceLineEndings(" ")[..Math.Min(text.Length, 200)]}");
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{same} of {same + different} texts have the same ids; {ids / watch.Elapsed.TotalSeconds / 1e6:0.0} million ids a second"));
    }

    private static async Task<((TimeSpan Wall, TimeSpan Processor) Spent, int Chunks)> SyncAsync(string folder, string store)
    {
        var config = ConfigLoader.Default(folder, null);
        config = config with
        {
            Store = config.Store with { Path = store },
            Embeddings = config.Embeddings with { Provider = LocalProvider.ProviderName, Model = BundledModel.Name, Dimension = BundledModel.Dimension, BatchSize = 32, Concurrency = Environment.ProcessorCount },
        };
        await using var workspace = Workspace.Open(config, GitRepository.Discover(folder), TimeProvider.System);
        var spent = Spent.Begin();
        var result = await new SyncEngine(workspace, TimeProvider.System).RunAsync(
            new(), new(null, null), new Progress<SyncProgress>(), default);
        return (spent.End(), result.Report.Chunks.Embedded);
    }

    private static (TimeSpan Wall, TimeSpan Processor) Alone(IReadOnlyList<string> texts)
    {
        using var embedder = new LocalEmbedder(BundledModel.Model, RolePrefixes.None);
        embedder.Document("warm", default);
        var spent = Spent.Begin();
        var next = -1;
        Thread[] threads = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(() =>
        {
            for (int at; (at = Interlocked.Increment(ref next)) < texts.Count;)
            {
                embedder.Document(texts[at], default);
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        return spent.End();
    }

    private static List<string> TextsIn(string store)
    {
        using var connection = new SqliteConnection($"Data Source={store};Mode=ReadOnly");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT text FROM chunk GROUP BY hash ORDER BY min(rowid)";
        using var reader = command.ExecuteReader();
        var texts = new List<string>();
        while (reader.Read())
        {
            texts.Add(reader.GetString(0));
        }

        return texts;
    }

    private readonly record struct Spent(long Started, TimeSpan Processor)
    {
        public static Spent Begin() => new(Stopwatch.GetTimestamp(), Process.GetCurrentProcess().TotalProcessorTime);

        public (TimeSpan Wall, TimeSpan Processor) End() =>
            (Stopwatch.GetElapsedTime(Started), Process.GetCurrentProcess().TotalProcessorTime - Processor);
    }
}
