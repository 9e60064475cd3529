using EmbSync.Core.Model;

namespace EmbSync.Core.Sources.Markdown;

/// <summary>What a symbolic link turned out to be.</summary>
internal enum LinkKind
{
    File,
    Folder,
    Missing,
    Outside,

    /// <summary>Inside the root, but git ignores it: what is kept out of git may be a secret.</summary>
    Ignored,
}

/// <param name="Path">Of the link, relative to the root.</param>
/// <param name="Target">Where it leads, relative to the root; empty when outside.</param>
internal sealed record FoundLink(string Path, string Target, LinkKind Kind);

/// <summary>A listing in the making: what all ways of listing share.</summary>
internal sealed class ListingDraft(RootFolder root, Globs globs, IReadOnlySet<string>? asked)
{
    private const int NamedInNotes = 3;

    private readonly List<SourceEntry> entries = [];
    private readonly List<ItemProblem> problems = [];
    private readonly List<string> notes = [];
    private readonly List<string> doubled = [];
    private readonly HashSet<string> seen = new(StringComparer.Ordinal);
    private bool complete = asked is null;

    public HashSet<string> Skipped { get; } = new(StringComparer.Ordinal);

    public bool IsAsked(string path) => asked is null || asked.Contains(path);

    /// <summary>Adds an entry whose version is known, unless its name can't be used.</summary>
    public void Add(SourceEntry entry)
    {
        if (root.CheckName(entry.Locator) is { } bad)
        {
            AddProblem(bad);
        }
        else
        {
            entries.Add(entry);
            seen.Add(entry.Locator);
        }
    }

    /// <summary>Adds a file of the work tree by reading it; what can't be read becomes a problem.</summary>
    /// <param name="blob">Git blob that it may be all the same; null for none.</param>
    public void AddHashed(string path, string? blob)
    {
        var content = root.Read(path);
        if (content.Problem is { } problem)
        {
            AddProblem(problem);
        }
        else
        {
            Add(new SourceEntry(path, FileVersion.Of(content.Bytes!, blob)));
        }
    }

    /// <summary>Whether a path that was asked for came up in any way.</summary>
    public bool IsAccountedFor(string path) => Skipped.Contains(path) || seen.Contains(path);

    /// <summary>Names a file that may well be there, in a folder that can't be read.</summary>
    public void AddHidden(string path, string folder) => AddProblem(root.Problem(ProblemCodes.Unreadable, path,
        $"The folder {folder} can't be read, so the file does not count as deleted. Check the folder's permissions."));

    public void AddProblem(ItemProblem problem)
    {
        problems.Add(problem);
        seen.Add(problem.Path ?? problem.Id);
    }

    public void Note(string text) => notes.Add(text);

    public void MarkIncomplete() => complete = false;

    /// <param name="folder">Ends in <c>/</c>; the root itself is <c>/</c>.</param>
    public void AddUnreadableFolder(string folder)
    {
        complete = false;
        if (asked is null)
        {
            AddProblem(root.Problem(
                ProblemCodes.Unreadable, folder, "The folder can't be read, so nothing is deleted. Check its permissions."));
            return;
        }

        foreach (var path in globs.Matching(asked.Where(path => folder == "/" || path.StartsWith(folder, StringComparison.Ordinal))))
        {
            AddHidden(path, folder);
        }
    }

    /// <summary>Paths that were asked for and did not come up count as skipped, not as gone.</summary>
    public void SkipMissing() => Skipped.UnionWith((asked ?? new HashSet<string>()).Where(path => !seen.Contains(path)));

    /// <summary>
    /// A link to a file inside the root is an item of its own, unless its target is an item already: then it would only be the same text
    /// twice (and the same id). Links that lead elsewhere are named. A scope that holds the target holds the link.
    /// </summary>
    public void AddLinks(IReadOnlyList<FoundLink> links, Action<FoundLink> add)
    {
        var listed = globs.Matching(links.Where(link => link.Kind == LinkKind.File).Select(link => link.Target));
        foreach (var link in links)
        {
            if (link.Kind == LinkKind.File && listed.Contains(link.Target))
            {
                doubled.Add(link.Path);
            }
            else if (link.Kind == LinkKind.File && (IsAsked(link.Path) || IsAsked(link.Target)))
            {
                add(link);
            }
            else if (link.Kind != LinkKind.File && IsAsked(link.Path))
            {
                AddProblem(Refusal(link));
            }
        }

        if (doubled.Count > 0 && asked is null)
        {
            var more = doubled.Count > NamedInNotes ? ", ..." : "";
            notes.Add($"{doubled.Count} symbolic link(s) lead to files that are listed under their own path, and are not listed twice: "
                + string.Join(", ", doubled.Order(StringComparer.Ordinal).Take(NamedInNotes)) + more);
        }
    }

    public SourceListing ToListing()
    {
        entries.Sort((one, other) => string.CompareOrdinal(one.Locator, other.Locator));
        return new(entries, complete, problems)
        {
            Skipped = Skipped,
            Notes = notes,
            Unmatched = complete ? globs.Unmatched([.. seen.Concat(Skipped).Concat(doubled)
            .Where(path => !RootFolder.HasDottedParts(path))]) : [],
        };
    }

    private ItemProblem Refusal(FoundLink link) => link.Kind switch
    {
        LinkKind.Outside => root.Problem(ProblemCodes.OutsideRoot, link.Path,
            "The symbolic link leads out of the root. Replace it by the file, or exclude it."),
        LinkKind.Ignored => root.Problem(ProblemCodes.OutsideRoot, link.Path,
            $"The symbolic link leads to {link.Target}, which git ignores. Replace it by the file, or exclude it."),
        LinkKind.Folder => root.Problem(ProblemCodes.Unreadable, link.Path,
            $"The symbolic link leads to the folder {link.Target}. Include that folder by its own path, and exclude the link."),
        _ => root.Problem(ProblemCodes.Unreadable, link.Path,
            $"The symbolic link leads to {link.Target}, which is not there. Mend or exclude it."),
    };
}
