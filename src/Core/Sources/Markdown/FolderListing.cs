namespace EmbSync.Core.Sources.Markdown;

/// <summary>Lists the files below the root without git: every version is a hash, and nothing knows of <c>.gitignore</c>.</summary>
internal sealed class FolderListing(RootFolder root, Globs globs)
{
    public void List(ListingDraft draft, CancellationToken cancellationToken)
    {
        var walk = new FolderWalk(root.Path, globs.Prefixes, folder => !RootFolder.IsOwn(Path.GetFileName(folder)));
        var files = walk.Files().ToHashSet(StringComparer.Ordinal);
        walk.Unreadable.ForEach(draft.AddUnreadableFolder);
        var links = new List<FoundLink>();
        foreach (var path in globs.Matching(files))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (DiskLink.IsLink(root, path))
            {
                links.Add(DiskLink.Find(root, path, target => !target.Split('/').Any(RootFolder.IsOwn)));
            }
            else if (draft.IsAsked(path))
            {
                draft.AddHashed(path, null);
            }
        }

        draft.AddLinks(links, link => draft.AddHashed(link.Path, null));
    }
}
