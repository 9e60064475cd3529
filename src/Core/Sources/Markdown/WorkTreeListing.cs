using EmbSync.Core.Git;

namespace EmbSync.Core.Sources.Markdown;

/// <summary>
/// Lists the work tree by git's index and status. Clean files cost nothing: their version is in the index. Changed and untracked ones
/// (not ignored) are read and hashed; those gone from the work tree are not listed.
/// </summary>
/// <param name="prefix">The root's path from the top of the work tree; empty when it is the top.</param>
internal sealed class WorkTreeListing(RootFolder root, Globs globs, GitRepository repository, string prefix)
{
    private readonly string start = prefix.Length == 0 ? "" : prefix + "/";

    public void List(ListingDraft draft, IReadOnlySet<string>? asked, CancellationToken cancellationToken)
    {
        if (asked is { Count: 0 })
        {
            return;
        }

        var status = repository.Status(Under(asked ?? globs.Prefixes.AsEnumerable()));
        var tracked = new Dictionary<string, GitEntry>(StringComparer.Ordinal);
        foreach (var entry in repository.IndexEntries().Where(entry => entry.Kind != GitEntryKind.Submodule && IsBelow(entry.Path)))
        {
            tracked[entry.Path[start.Length..]] = entry;
        }

        var untracked = status.Untracked.Where(path => IsBelow(path) && !path.EndsWith('/')).Select(path => path[start.Length..]);
        var links = new List<FoundLink>();
        foreach (var path in globs.Matching(tracked.Keys.Concat(untracked)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var known = tracked.TryGetValue(path, out var entry);
            var full = start + path;
            if (known && status.Skipped.Contains(full))
            {
                draft.Skipped.Add(path);
                continue;
            }

            if (known && (status.Deleted.Contains(full) || (status.Conflicted.Contains(full) && !Path.Exists(root.Full(path)))))
            {
                continue;
            }

            var clean = known && !status.Changed.Contains(full) && !status.Conflicted.Contains(full) && !status.Unwatched.Contains(full);
            if (clean ? entry.Kind == GitEntryKind.Link : DiskLink.IsLink(root, path))
            {
                links.Add(DiskLink.Find(root, path, target => tracked.ContainsKey(target) || !repository.IsIgnored(start + target)));
            }
            else if (!draft.IsAsked(path))
            {
                continue;
            }
            else if (clean)
            {
                draft.Add(new(path, FileVersion.OfBlob(entry.Blob)));
            }
            else
            {
                draft.AddHashed(path, known ? entry.Blob : null);
            }
        }

        draft.AddLinks(links, link => draft.AddHashed(link.Path, tracked.TryGetValue(link.Target, out var target) ? target.Blob : null));
        NameUnreadable(draft, asked, tracked.Keys, cancellationToken);
    }

    private bool IsBelow(string path) => path.StartsWith(start, StringComparison.Ordinal);

    private List<string>? Under(IEnumerable<string> paths)
    {
        var list = paths.Select(path => path.Length == 0 ? prefix : start + path).ToList();
        return list.Contains("") ? null : list;
    }

    /// <summary>
    /// To git, files in a folder that can't be read are deleted, and untracked ones were never there. So the folders themselves are tried:
    /// all when everything is listed, else those on the way to what was asked for and not found.
    /// </summary>
    private void NameUnreadable(
        ListingDraft draft, IReadOnlySet<string>? asked, IEnumerable<string> tracked, CancellationToken cancellationToken)
    {
        if (asked is not null)
        {
            foreach (var path in globs.Matching(asked.Where(path => !draft.IsAccountedFor(path))))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (FolderWalk.FirstUnreadable(root.Path, path) is { } folder)
                {
                    draft.AddHidden(path, folder);
                }
            }

            return;
        }

        var folders = FoldersOf(tracked);
        var walk = new FolderWalk(
            root.Path, globs.Prefixes, folder => folders.Contains(folder) || !repository.IsIgnored($"{start}{folder}/"));
        foreach (var file in walk.Files())
        {
            _ = file;
            cancellationToken.ThrowIfCancellationRequested();
        }

        walk.Unreadable.ForEach(draft.AddUnreadableFolder);
    }

    private static HashSet<string> FoldersOf(IEnumerable<string> paths)
    {
        var folders = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in paths)
        {
            for (var end = path.LastIndexOf('/'); end > 0 && folders.Add(path[..end]); end = path.LastIndexOf('/', end - 1))
            {
            }
        }

        return folders;
    }
}
