namespace EmbSync.Core.Git;

/// <summary>
/// Ancestry inside a shallow clone. libgit2 knows nothing of its borders and fails as soon as a walk steps over one, also where git finds
/// the answer well inside them (a checkout of depth 2 asked for <c>HEAD^1</c>).
/// </summary>
/// <param name="parents">Parents' ids of a commit.</param>
/// <param name="borders">Commits whose parents were not fetched, as the file <c>shallow</c> lists them.</param>
internal sealed class ShallowHistory(Func<string, IReadOnlyList<string>> parents, IReadOnlySet<string> borders)
{
    /// <summary>A best common ancestor among those that were fetched; null when there is none among them.</summary>
    public string? MergeBase(string one, string other)
    {
        var ancestors = Ancestors(one);
        var meetings = new List<string>();
        var seen = new HashSet<string> { other };
        var queue = new Queue<string>(seen);
        while (queue.TryDequeue(out var commit))
        {
            if (ancestors.Contains(commit))
            {
                meetings.Add(commit);
                continue;
            }

            foreach (var parent in ParentsOf(commit).Where(seen.Add))
            {
                queue.Enqueue(parent);
            }
        }

        return meetings.FirstOrDefault(meeting =>
            !meetings.Exists(better => better != meeting && Ancestors(better).Contains(meeting)));
    }

    public bool IsAncestor(string ancestor, string descendant) => Ancestors(descendant).Contains(ancestor);

    /// <summary>The commit and all before it that were fetched.</summary>
    private HashSet<string> Ancestors(string commit)
    {
        var found = new HashSet<string>(StringComparer.Ordinal) { commit };
        var queue = new Queue<string>(found);
        while (queue.TryDequeue(out var next))
        {
            foreach (var parent in ParentsOf(next).Where(found.Add))
            {
                queue.Enqueue(parent);
            }
        }

        return found;
    }

    private IReadOnlyList<string> ParentsOf(string commit) => borders.Contains(commit) ? [] : parents(commit);
}
