namespace EmbSync.Core.Git;

public enum GitEntryKind
{
    File,
    Link,
    Submodule,
}

/// <summary>A path in an index or a commit's tree.</summary>
/// <param name="Path">From the top of the repository, with <c>/</c>. Bytes that are no UTF-8 come as U+FFFD.</param>
/// <param name="Blob">Object id, 40 hexadecimal digits: the content's, a link's target's, or a submodule's commit.</param>
public readonly record struct GitEntry(string Path, string Blob, GitEntryKind Kind);

/// <summary>How work tree, index and HEAD differ. Paths from the top of the repository; renames are a deletion and an addition.</summary>
/// <param name="Changed">Tracked, there, and with other content or another type than the index has.</param>
/// <param name="Untracked">Not tracked and not ignored. A repository inside the repository comes as one path that ends in <c>/</c>.</param>
/// <param name="Deleted">Tracked and not in the work tree, without those in <paramref name="Skipped"/>. A folder that can't be read looks
/// so too.</param>
/// <param name="Conflicted">Unmerged.</param>
/// <param name="Staged">The index differs from HEAD.</param>
/// <param name="Skipped">Left out of the work tree on purpose (sparse checkout).</param>
/// <param name="Unwatched">Tracked and there, but git was told not to look (assume-unchanged, skip-worktree): compare the bytes.</param>
public sealed record GitStatus(
    IReadOnlySet<string> Changed,
    IReadOnlySet<string> Untracked,
    IReadOnlySet<string> Deleted,
    IReadOnlySet<string> Conflicted,
    IReadOnlySet<string> Staged,
    IReadOnlySet<string> Skipped,
    IReadOnlySet<string> Unwatched)
{
    /// <summary>Every path that may have other content than HEAD.</summary>
    public IEnumerable<string> Dirty => Changed.Concat(Untracked).Concat(Deleted).Concat(Conflicted).Concat(Staged).Concat(Unwatched);
}
