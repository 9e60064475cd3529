using EmbSync.Core.Model;

namespace EmbSync.Core.Planning;

/// <summary>A file and the id that it says is its own; the path where it says none.</summary>
public readonly record struct IdClaim(string Path, string Id);

/// <summary>
/// Two files that claim one id are two items. Which of them has the id is a function of the files that there are, and of nothing that
/// happened before:
/// a full sync, one with a scope and one into an empty store agree. Vectors don't depend on ids, so a change of ids buys nothing.
/// </summary>
public static class DuplicateIds
{
    /// <summary>Folders that things are put away in: a file elsewhere comes before those in them.</summary>
    private static readonly HashSet<string> Attics = new(StringComparer.OrdinalIgnoreCase)
    {
        "_archive", ".archive", "archive", "archived", "archives", "attic", "backup", "backups", "closed", "completed", "deleted",
            "deprecated", "done", "draft", "drafts", "obsolete", "old", "removed", "trash", ".trash",
    };

    /// <summary>
    /// The id of each file, by path: its path is a file's own; of those that claim another id the first has it, and the others go by their
    /// paths. First is a
    /// file that lies in no folder for what is put away, then one in fewer folders, then the one whose path comes first by its characters.
    /// </summary>
    /// <param name="held">Ids that can't be given to anybody: of stored items whose files can't be read now.</param>
    public static IReadOnlyDictionary<string, string> Assign(IReadOnlyCollection<IdClaim> claims, IReadOnlySet<string> held)
    {
        ArgumentNullException.ThrowIfNull(claims);
        ArgumentNullException.ThrowIfNull(held);
        var displaced = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            var owners = new Dictionary<string, string>(claims.Count, StringComparer.Ordinal);
            foreach (var claim in claims.Where(claim => claim.Id == claim.Path || displaced.Contains(claim.Path)))
            {
                owners[claim.Path] = claim.Path;
            }

            var before = displaced.Count;
            foreach (var claim in claims.Where(claim => claim.Id != claim.Path && !displaced.Contains(claim.Path)).OrderBy(
                claim => claim.Path, First.Instance))
            {
                if (held.Contains(claim.Id) || !owners.TryAdd(claim.Id, claim.Path))
                {
                    displaced.Add(claim.Path);
                }
            }

            if (displaced.Count == before)
            {
                return owners.ToDictionary(owner => owner.Value, owner => owner.Key, StringComparer.Ordinal);
            }
        }
    }

    /// <summary>One for each id that several files claim, with their paths.</summary>
    /// <param name="isNew">Whether a file was not known as it is.</param>
    public static IEnumerable<SourceWarning> Warnings(
        string source, IEnumerable<IdClaim> claims, IReadOnlyDictionary<string, string> ids, Func<string, bool> isNew)
    {
        ArgumentNullException.ThrowIfNull(ids);
        foreach (var group in claims.GroupBy(claim => claim.Id, claim => claim.Path, StringComparer.Ordinal)
            .Where(group => group.Skip(1).Any()).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            var paths = group.OrderBy(path => ids.GetValueOrDefault(path) != group.Key).ThenBy(path => path, First.Instance).ToList();
            var keeps = ids.GetValueOrDefault(paths[0]) == group.Key;
            yield return new(ProblemCodes.DuplicateId, source, group.Key, keeps ? paths[1] : paths[0], null,
                $"The id '{group.Key}' is claimed by {Named(paths)}: {(keeps ? $"{paths[0]} has it, and {(paths.Count == 2 ? "the other goes" : "the others go")} by the path" : "all go by their paths")}."
                    + " Give each an id of its own, or exclude what is put away.",
                paths.Any(isNew));
        }
    }

    private static string Named(List<string> paths)
    {
        const int Most = 4;
        var shown = paths.Count > Most ? paths.Take(Most - 1).Append($"{paths.Count - Most + 1} more") : paths;
        return string.Join(" and ", shown);
    }

    private sealed class First : IComparer<string>
    {
        public static readonly First Instance = new();

        public int Compare(string? x, string? y) =>
            Rank(x!).CompareTo(Rank(y!)) is not 0 and var order ? order : string.CompareOrdinal(x, y);

        private static (bool IsPutAway, int Folders) Rank(string path)
        {
            var names = path.Split('/');
            return (names.SkipLast(1).Any(Attics.Contains), names.Length);
        }
    }
}
