using EmbSync.Core.Model;

namespace EmbSync.Core.Git;

/// <summary>What <c>--since</c> is asked.</summary>
/// <param name="Reference">As given; checked here.</param>
/// <param name="Prefix">The root's path from the top of the repository; empty when it is the top.</param>
/// <param name="At">Full id of the commit that is read instead of the work tree; null for the work tree.</param>
/// <param name="Recorded">Commit of the source's last complete sync; null for none.</param>
public sealed record SinceQuery(string Reference, string Prefix, string? At, string? Recorded)
{
    /// <summary>Version (<c>git:BLOBID</c>, ...) of each stored item by its path from the root.</summary>
    public IReadOnlyDictionary<string, string> Stored { get; init; } = new Dictionary<string, string>();

    /// <summary>Those of the paths that the source is about.</summary>
    public Func<IEnumerable<string>, IReadOnlySet<string>> Matching { get; init; } = paths => paths.ToHashSet(StringComparer.Ordinal);
}

/// <param name="Paths">What to look at, relative to the root.</param>
/// <param name="HeadCommit">The commit that the run is at: HEAD, or the one read by <c>--at</c>.</param>
/// <param name="HasRecord">The source's last complete sync is known, so nothing outside the paths can have changed since.</param>
/// <param name="Notes">For people, on stderr.</param>
public sealed record ScopedPaths(IReadOnlySet<string> Paths, string HeadCommit, bool HasRecord, IReadOnlyList<string> Notes);

/// <summary>
/// The paths a <c>--since</c> run looks at. With a record of the last complete sync the store is right afterwards on any history, whatever
/// ref was given, since a path outside the scope is equal in all of: the store and the recorded commit's tree, that tree and HEAD's, HEAD
/// and the work tree. The ref only adds to that, so which merge base is taken does not matter where several are best (criss-cross merges).
/// </summary>
public static class SinceScope
{
    /// <exception cref="GitException">No commit yet, unknown ref, or a shallow clone that doesn't reach the merge base.</exception>
    public static ScopedPaths Resolve(GitRepository repository, SinceQuery query)
    {
        ArgumentNullException.ThrowIfNull(repository);
        ArgumentNullException.ThrowIfNull(query);
        var reference = repository.ResolveCommit(query.Reference);
        var head = query.At ?? repository.HeadCommit
            ?? throw new GitException("HEAD has no commit yet, so there is nothing to compare with. Commit first, or run without --since.");
        var notes = new List<string>();
        var paths = new HashSet<string>(
            repository.ChangedPaths(Base(repository, query.Reference, reference, head, notes), head), StringComparer.Ordinal);

        // A dirty work tree may have been stored, or files may have gone missing, when the recorded commit was checked out.
        var hasRecord = query.Recorded is { } known && repository.HasCommit(known);
        var unlike = new HashSet<string>(StringComparer.Ordinal);
        if (hasRecord)
        {
            paths.UnionWith(repository.ChangedPaths(query.Recorded!, head));
            unlike = UnlikeStored(repository, query);
        }
        else
        {
            notes.Add(query.Recorded is null
                ? "No complete sync is recorded: items that --since leaves out may be missing. Run once without --since."
                : $"The last complete sync was at {query.Recorded}, which is not in this clone: items that --since leaves out may be missing. "
                    + "Fetch the whole history, or run once without --since.");
            unlike.UnionWith(query.Stored.Where(item => !item.Value.StartsWith("git:", StringComparison.Ordinal)).Select(item => item.Key));
        }

        if (query.At is null && !repository.IsBare)
        {
            paths.UnionWith(repository.Status(query.Prefix.Length == 0 ? null : [query.Prefix]).Dirty);
        }

        unlike.UnionWith(query.Matching(BelowPrefix(paths, query.Prefix)));
        return new(unlike, head, hasRecord, notes);
    }

    private static string Base(GitRepository repository, string given, string reference, string head, List<string> notes)
    {
        if (repository.MergeBase(reference, head) is { } common)
        {
            return common;
        }

        notes.Add($"{given} and the commit at hand have no common history: everything that differs between them is looked at.");
        return reference;
    }

    /// <summary>
    /// Paths whose stored version is not the recorded commit's: changed, untracked or deleted in the work tree back then, or set aside.
    /// </summary>
    private static HashSet<string> UnlikeStored(GitRepository repository, SinceQuery query)
    {
        var tree = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in repository.Tree(query.Recorded!, query.Prefix))
        {
            tree[Relative(entry.Path, query.Prefix)] = "git:" + entry.Blob;
        }

        var unlike = query.Matching(tree.Keys).Where(path => query.Stored.GetValueOrDefault(path) != tree[path]);
        var matching = query.Matching(query.Stored.Keys);   // what narrower patterns leave out is gone from the source
        return query.Stored.Keys.Where(path => !tree.ContainsKey(path) || !matching.Contains(path)).Concat(unlike).ToHashSet(
            StringComparer.Ordinal);
    }

    private static IEnumerable<string> BelowPrefix(IEnumerable<string> paths, string prefix) => prefix.Length == 0 ? paths
        : paths.Where(path => path.StartsWith(prefix + "/", StringComparison.Ordinal)).Select(path => Relative(path, prefix));

    private static string Relative(string path, string prefix) => prefix.Length == 0 ? path : path[(prefix.Length + 1)..];
}
