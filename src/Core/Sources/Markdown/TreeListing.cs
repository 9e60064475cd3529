using System.Text;
using EmbSync.Core.Git;

namespace EmbSync.Core.Sources.Markdown;

/// <summary>Lists the tree of a commit; the work tree doesn't count. Works in bare repositories.</summary>
/// <param name="prefix">The root's path from the top of the repository; empty when it is the top.</param>
internal sealed class TreeListing(Globs globs, GitRepository repository, string prefix)
{
    // Links are resolved by the code that does it on disk, in a tree that hangs here: what leads elsewhere has left the tree.
    private static readonly string Mount = Path.GetFullPath("/\u0001tree");
    private const int LongestTarget = 4096;

    public void List(string commit, ListingDraft draft, CancellationToken cancellationToken)
    {
        var start = prefix.Length == 0 ? "" : prefix + "/";
        var files = new Dictionary<string, GitEntry>(StringComparer.Ordinal);
        foreach (var entry in repository.Tree(commit, prefix).Where(entry => entry.Kind != GitEntryKind.Submodule))
        {
            files[entry.Path[start.Length..]] = entry;
        }

        var links = new List<FoundLink>();
        foreach (var path in globs.Matching(files.Keys))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (files[path].Kind == GitEntryKind.Link)
            {
                links.Add(Find(path, files));
            }
            else if (draft.IsAsked(path))
            {
                draft.Add(Entry(path, files[path]));
            }
        }

        draft.AddLinks(links, link => draft.Add(Entry(link.Path, files[link.Target])));
    }

    private static SourceEntry Entry(string path, GitEntry file) => new(path, FileVersion.OfBlob(file.Blob)) { Blob = file.Blob };

    private FoundLink Find(string path, Dictionary<string, GitEntry> files)
    {
        string? TargetOf(string place) => RealPath.Below(Mount, place) is { } inner && files.TryGetValue(inner, out var entry)
            && entry.Kind == GitEntryKind.Link && repository.BlobSize(entry.Blob) <= LongestTarget
            ? Encoding.UTF8.GetString(repository.ReadBlob(entry.Blob))
            : null;
        try
        {
            if (RealPath.Below(Mount, RealPath.Of(Path.Combine(Mount, path), TargetOf)) is not { } target)
            {
                return new(path, "", LinkKind.Outside);
            }

            var kind = files.TryGetValue(target, out var file) ? (file.Kind == GitEntryKind.File ? LinkKind.File : LinkKind.Missing)
                : files.Keys.Any(other => other.StartsWith(target + "/", StringComparison.Ordinal)) ? LinkKind.Folder
                : LinkKind.Missing;
            return new(path, target, kind);
        }
        catch (IOException)
        {
            return new(path, "itself, in a circle", LinkKind.Missing);
        }
    }
}
