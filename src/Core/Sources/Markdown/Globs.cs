using EmbSync.Core.Configuration.Definition;
using Microsoft.Extensions.FileSystemGlobbing;

namespace EmbSync.Core.Sources.Markdown;

/// <summary>
/// The include and exclude patterns of a source, in the dialect of Microsoft.Extensions.FileSystemGlobbing (<c>*</c> within a name,
/// <c>**</c> across folders, a folder's name with <c>/</c> for all below it), case-sensitive as git is. The library itself matches: it is
/// given
/// the paths as a tree in memory (<see cref="PathTree"/>) and walks it once, leaving out folders that no pattern can reach.
/// </summary>
internal sealed class Globs
{
    private readonly Matcher matcher = new(StringComparison.Ordinal);
    private readonly IReadOnlyList<string> inside;

    public Globs(IReadOnlyList<string> include, IReadOnlyList<string> exclude)
    {
        Escaping = [.. include.Concat(exclude).Where(Escapes)];
        inside = [.. include.Where(pattern => !Escapes(pattern))];
        matcher.AddIncludePatterns(inside);
        matcher.AddExcludePatterns(exclude.Where(pattern => !Escapes(pattern)));
        Prefixes = Reduce([.. inside.Select(LiteralPrefix)]);
    }

    /// <summary>Patterns that lead out of the root (<c>..</c>, absolute paths): not used.</summary>
    public IReadOnlyList<string> Escaping { get; }

    /// <summary>
    /// Folders or files, without wildcards, that all matches lie at or under; holds the empty path where that is the whole root.
    /// </summary>
    public IReadOnlyList<string> Prefixes { get; }

    /// <summary>
    /// Those of the paths (relative to the root, with <c>/</c>) that are included and not excluded. The library passes over dotted parts,
    /// which
    /// only a forged tree holds: such paths come back too, for the listing to refuse by name.
    /// </summary>
    public HashSet<string> Matching(IEnumerable<string> paths)
    {
        var dotted = new List<string>();
        var tree = PathTree.Of(paths.Where(path =>
        {
            if (RootFolder.HasDottedParts(path))
            {
                dotted.Add(path);
                return false;
            }

            return true;
        }));
        return matcher.Execute(tree).Files.Select(file => file.Path).Concat(dotted).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Include patterns that match none of the paths. Those that stand where nobody wrote any need not all match.</summary>
    public IReadOnlyList<string> Unmatched(IReadOnlyCollection<string> paths) => inside.SequenceEqual(ConfigSchema.Include.Default) ? []
        : [.. inside.Where(pattern => !new Matcher(StringComparison.Ordinal).AddInclude(pattern).Execute(PathTree.Of(paths)).HasMatches)];

    private static string[] Segments(string pattern) => pattern.Split(['/', '\\']);

    private static bool Escapes(string pattern) =>
        pattern.StartsWith('/') || pattern.StartsWith('\\') || Path.IsPathRooted(pattern) || Segments(pattern).Contains("..");

    private static string LiteralPrefix(string pattern)
    {
        var names = Segments(pattern).Where(segment => segment != ".").TakeWhile(
            segment => segment.Length > 0 && !segment.Contains('*', StringComparison.Ordinal));
        return string.Join('/', names);
    }

    private static IReadOnlyList<string> Reduce(IReadOnlyList<string> prefixes) => prefixes.Contains("")
        ? [""]
        : [.. prefixes.Distinct().Where(prefix => !prefixes.Any(other => prefix.StartsWith(other + "/", StringComparison.Ordinal))).Order(
            StringComparer.Ordinal)];
}
