using System.Text;
using EmbSync.Core.Configuration.Definition;
using EmbSync.Core.Documents;
using EmbSync.Core.Model;
using Text = EmbSync.Core.Model.Text;

namespace EmbSync.Core.Planning;

/// <param name="Path">From the root with <c>/</c>; null for what has no file.</param>
public readonly record struct NamedItem(ItemKey Key, string? Path);

/// <summary>
/// An item as people name it: by its id, by its path (from the root, or from where they stand), as <c>SOURCE:ID</c>, or as a search printed
/// it, with a line
/// behind the path. Letters' case doesn't matter where that tells one item.
/// </summary>
/// <param name="Said">As it was typed.</param>
/// <param name="Path">The place below the root that it names from where it was typed; empty for the root itself, null for none.</param>
/// <param name="IsPlace">It can't be an id: it begins with <c>./</c> or <c>../</c>, or at the root of the file system.</param>
public sealed record ItemName(string Said, string? Path, bool IsPlace)
{
    /// <param name="folder">Where it was typed, absolute.</param>
    /// <param name="root">Where paths of items begin, absolute.</param>
    public static ItemName Of(string said, string folder, string root)
    {
        ArgumentNullException.ThrowIfNull(said);
        var isPlace = said is "." or ".." || System.IO.Path.IsPathRooted(said)
            || new[] { "./", "../", ".\\", "..\\" }.Any(start => said.StartsWith(start, StringComparison.Ordinal));
        var path = said.Trim().Length == 0 || said.Contains('\0', StringComparison.Ordinal) ? null
            : System.IO.Path.GetRelativePath(root, System.IO.Path.GetFullPath(said, folder))
                .Replace(System.IO.Path.DirectorySeparatorChar, '/').TrimEnd('/');
        return new(said, path is null || path == ".." || path.StartsWith("../", StringComparison.Ordinal)
            || System.IO.Path.IsPathRooted(path) ? null : path == "." ? "" : path, isPlace);
    }

    /// <summary>What may be an id in a source: the name, with and without the source in front; nothing for a place.</summary>
    public IReadOnlyList<string> IdsIn(string source) => IsPlace ? []
        : Said.Length > source.Length + 1 && Said.StartsWith(source, StringComparison.OrdinalIgnoreCase)
            && Said[source.Length] is ':' or '/' ? [Said, Said[(source.Length + 1)..]] : [Said];

    /// <summary>
    /// Those that the name means: as it is typed, else whatever the case, else without the line behind it, else what is in a folder of that
    /// name.
    /// </summary>
    /// <param name="folders">Whether a folder means all that is in it.</param>
    public IReadOnlyList<NamedItem> In(IReadOnlyCollection<NamedItem> items, bool folders)
    {
        ArgumentNullException.ThrowIfNull(items);
        ItemName[] forms = WithoutLine() is { } shorter ? [this, shorter] : [this];
        foreach (var form in forms)
        {
            foreach (var comparison in new[] { StringComparison.Ordinal, StringComparison.OrdinalIgnoreCase })
            {
                // A source may be called as a folder is: docs/README.md is that file before it is README.md of source docs.
                List<NamedItem> whole = [.. items.Where(item => form.Is(item, comparison)).Distinct()];
                List<NamedItem> found = whole.Count > 0 ? whole : [.. items.Where(item => form.IsInSource(item, comparison)).Distinct()];
                if (found.Count > 0)
                {
                    return found;
                }
            }
        }

        return folders && Path is { } folder
            ? [.. items.Where(item =>
            item.Path is { } path && (folder.Length == 0 || path.StartsWith(folder + "/", StringComparison.Ordinal))).Distinct()] : [];
    }

    /// <summary>Whether it can be this item in any of the ways; for looking through many.</summary>
    public bool CanMean(NamedItem item) => WithoutLine() is { } shorter ? Means(item) || shorter.Means(item) : Means(item);

    /// <summary>One name or several for the same: equal ids, or one file in several sources. Otherwise people have to say which.</summary>
    public static bool IsAmbiguous(IReadOnlyList<NamedItem> found)
    {
        ArgumentNullException.ThrowIfNull(found);
        return found.Count > 1 && found.Any(item => item.Key.Id != found[0].Key.Id) && found.Any(
            item => item.Path is null || item.Path != found[0].Path);
    }

    /// <summary>How to name each of several without a doubt.</summary>
    public static string Candidates(IReadOnlyList<NamedItem> found)
    {
        ArgumentNullException.ThrowIfNull(found);
        const int Listed = 8;
        return string.Join(", ", found.Take(Listed).Select(
            item => $"'{item.Key.Source}:{item.Key.Id}'{(item.Path is { } path && path != item.Key.Id ? $" ({path})" : "")}"))
            + (found.Count > Listed ? Text.Of($" and {found.Count - Listed:N0} more") : "");
    }

    /// <summary>The end of a sentence on a name that means nothing: what may have been meant.</summary>
    public string Hint(IEnumerable<NamedItem> items)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var item in items)
        {
            names.TryAdd(item.Key.Id, item.Key.Id);
            if (item.Path is { } path)
            {
                names.TryAdd(path, path);
                names.TryAdd(path[(path.LastIndexOf('/') + 1)..], path);
            }
        }

        return Guess.Nearest(Said, names.Keys) is { } near ? $". Did you mean '{names[near]}'?" : "";
    }

    private bool Means(NamedItem item) =>
        Is(item, StringComparison.OrdinalIgnoreCase) || IsInSource(item, StringComparison.OrdinalIgnoreCase);

    /// <summary>By its path or id.</summary>
    private bool Is(NamedItem item, StringComparison comparison) => (Path is { Length: > 0 } path && Same(path, item.Path, comparison))
        || (!IsPlace && (Same(Said, item.Key.Id, comparison) || Same(Said, item.Path, comparison)));

    /// <summary>By these behind the name of its source.</summary>
    private bool IsInSource(NamedItem item, StringComparison comparison) =>
        IdsIn(item.Key.Source) is [_, var inside] && (Same(inside, item.Key.Id, comparison) || Same(inside, item.Path, comparison));

    /// <summary>A search prints <c>docs/guide.md:12</c>.</summary>
    private ItemName? WithoutLine()
    {
        var at = Said.LastIndexOf(':');
        return at > 0 && at < Said.Length - 1 && Said[(at + 1)..].All(char.IsAsciiDigit)
            ? this with { Said = Said[..at], Path = Path is { } path && path.LastIndexOf(':') is > 0 and var end ? path[..end] : Path }
            : null;
    }

    /// <summary>Composed letters, as most keyboards write them, and decomposed ones, as some file systems do, are the same.</summary>
    private static bool Same(string one, string? other, StringComparison comparison) => other is not null
        && (one.Equals(other, comparison) || ((!Ascii.IsValid(one) || !Ascii.IsValid(other)) && Nfc.Normalize(one).Equals(
            Nfc.Normalize(other), comparison)));
}
