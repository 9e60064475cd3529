using System.Diagnostics;
using System.Globalization;
using EmbSync.Core.Configuration;
using EmbSync.Core.Documents;

namespace EmbSync.Bench;

/// <summary>
/// Reads every Markdown file below a folder as a source does, and prints one row of a table: what became of them, and what it took.
/// </summary>
internal static class Corpus
{
    private static readonly string[] Endings = [".md", ".mdx", ".markdown"];

    /// <param name="folder">The group's files, in any depth.</param>
    public static int Run(string name, string folder)
    {
        var config = new MarkdownSourceConfig(
            "corpus", 0, ["**/*"], [], "id", ["title"], ["status", "tags"], "doc", ChunkConfig.Default, TitleOnEveryChunk: false);
        var reader = new MarkdownReader(config);
        var (lost, warnings, crashes) = (new SortedDictionary<string, int>(StringComparer.Ordinal),
            new SortedDictionary<string, int>(StringComparer.Ordinal), 0);
        var (items, empty, chunks) = (0, 0, 0L);
        var watch = Stopwatch.StartNew();
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(path => Endings.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase)).Order(StringComparer.Ordinal))
        {
            ParseOutcome outcome;
            try
            {
                outcome = reader.Parse(File.ReadAllBytes(path), Path.GetRelativePath(folder, path).Replace('\\', '/'));
            }
#pragma warning disable CA1031 // A crash of any kind is what is counted here.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Console.Error.WriteLine($"{path}: {exception.GetType().Name}: {exception.Message}");
                crashes++;
                continue;
            }

            if (outcome.Document is not { } document)
            {
                Console.Error.WriteLine($"{path}: {outcome.Problem!.Code} {outcome.Problem.Message}");
                lost[outcome.Problem.Code] = lost.GetValueOrDefault(outcome.Problem.Code) + 1;
                continue;
            }

            items++;
            empty += document.Chunks.Count == 0 ? 1 : 0;
            chunks += document.Chunks.Count;
            foreach (var code in document.Warnings.Select(warning => warning.Code).Distinct())
            {
                warnings[code] = warnings.GetValueOrDefault(code) + 1;
            }
        }

        var peak = Process.GetCurrentProcess().PeakWorkingSet64 / (1024 * 1024);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {name} | {items + lost.Values.Sum() + crashes:N0} | {items:N0} | {empty:N0} | {List(lost)} | {List(warnings)} | {crashes} | {chunks:N0} | {watch.Elapsed.TotalSeconds:N1} | {peak:N0} |"));
        return crashes + lost.Keys.Count(code => code is not ("EMB1106" or "EMB1111")) == 0 ? 0 : 1;
    }

    private static string List(SortedDictionary<string, int> counts) =>
        counts.Count == 0 ? "0" : string.Join(
            ", ", counts.Select(count => string.Create(CultureInfo.InvariantCulture, $"{count.Value:N0} {count.Key}")));
}
