using System.Text.RegularExpressions;

namespace EmbSync.Core.Jobs.Init;

/// <summary>
/// Looks at a repository's Markdown for a first configuration: which folders are sources, and what their front matter holds.
/// </summary>
public static partial class InitScanner
{
    // Folders that are worth a source of their own however few files they hold.
    private static readonly string[] Telling = ["tasks", "docs", "doc", "specs", "adr", "rfcs", "rfc", "issues", "notes", "backlog",
        "wiki", "content"];
    private static readonly string[] IdKeys = ["id", "task_id", "taskId", "uid", "key", "slug"];
    private static readonly string[] EmbeddedKeys = ["title", "description", "summary"];
    private static readonly string[] Endings = [".md", ".mdx", ".markdown"];
    private const int MaxSources = 6;
    private const int FewFiles = 3;

    /// <param name="root">Folder that the configuration will stand in.</param>
    /// <param name="trackedFiles">Paths from the root with <c>/</c>, of any kind.</param>
    public static InitFindings Scan(string root, IReadOnlyList<string> trackedFiles)
    {
        ArgumentNullException.ThrowIfNull(root);
        ArgumentNullException.ThrowIfNull(trackedFiles);
        var markdown = trackedFiles.Where(path => Endings.Any(ending => path.EndsWith(ending, StringComparison.Ordinal))).Order(
            StringComparer.Ordinal).ToList();
        var groups = markdown.Where(path => Usable().IsMatch(TopOf(path))).GroupBy(TopOf, StringComparer.Ordinal)
            .Where(group => Telling.Contains(group.Key, StringComparer.OrdinalIgnoreCase) || group.Count() >= Math.Max(
                FewFiles, markdown.Count / 10))
            .OrderByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal).Take(MaxSources).ToList();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var sources = groups.Select(group => Describe(root, Unique(group.Key, names), Patterns($"{group.Key}/", group), [], [.. group]))
            .ToList();
        var rest = markdown.Except(groups.SelectMany(group => group), StringComparer.Ordinal).ToList();
        if (sources.Count == 0)
        {
            sources.Add(Describe(root, "docs", Patterns("", markdown), [], markdown));
        }
        else if (rest.Count > 0)
        {
            sources.Add(Describe(root, Unique("other", names), Patterns("", rest), [.. groups.Select(group => $"{group.Key}/**")], rest));
        }

        return new(markdown.Count, sources);
    }

    /// <summary>Of the endings that there are.</summary>
    private static IReadOnlyList<string> Patterns(string folder, IEnumerable<string> files)
    {
        var found = Endings.Where(ending => ending == Endings[0] || files.Any(path => path.EndsWith(ending, StringComparison.Ordinal)));
        return [.. found.Select(ending => $"{folder}**/*{ending}")];
    }

    private static string TopOf(string path) => path.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash ? path[..slash] : "";

    private static string Unique(string folder, HashSet<string> names)
    {
        var name = folder.TrimStart('.', '-', '_');
        for (var i = 2; !names.Add(name); i++)
        {
            name = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{folder.TrimStart('.', '-', '_')}-{i}");
        }

        return name;
    }

    private static FoundSource Describe(
        string root, string name, IReadOnlyList<string> include, IReadOnlyList<string> exclude, IReadOnlyList<string> files)
    {
        var sample = FrontMatterSample.Pick(files).Select(path => FrontMatterSample.Of(root, path)).ToList();
        var counts = sample.SelectMany(keys => keys.Keys).CountBy(key => key, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        var id = Array.Find(IdKeys, key => counts.GetValueOrDefault(key) * 5 >= sample.Count * 4 && sample.Count > 0
            && IsUnique(sample, key) && IsUnique(root, files, key));
        var embed = EmbeddedKeys.Where(key => key == "title" || counts.GetValueOrDefault(key) * 2 > sample.Count).ToList();
        var metadata = counts.Where(
            pair => pair.Value >= 2 && pair.Value * 10 >= sample.Count * 3 && pair.Key != id && !embed.Contains(pair.Key)
                && pair.Key != "type" && Key().IsMatch(pair.Key))
            .OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).Take(8).Select(
                pair => pair.Key).ToList();
        return new(name, include, exclude, files.Count, sample.Count, id, embed, metadata);
    }

    private static bool IsUnique(List<IReadOnlyDictionary<string, string?>> sample, string key)
    {
        var values = sample.Select(keys => keys.GetValueOrDefault(key)).OfType<string>().ToList();
        return values.Count > 0 && values.Distinct(StringComparer.Ordinal).Count() == values.Count;
    }

    /// <summary>Over all files: a sample of a backlog shows none of the few ids that stand in two files.</summary>
    private static bool IsUnique(string root, IReadOnlyList<string> files, string key)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return files.Select(path => FrontMatterSample.Of(root, path).GetValueOrDefault(key)).OfType<string>().All(seen.Add);
    }

    // Fit for a source's name and for a glob without a meaning of its own; other folders go with the rest.
    [GeneratedRegex(@"\A[._-]{0,2}[A-Za-z0-9][A-Za-z0-9._-]{0,50}\z")]
    private static partial Regex Usable();

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_.-]{0,60}\z")]
    private static partial Regex Key();
}
