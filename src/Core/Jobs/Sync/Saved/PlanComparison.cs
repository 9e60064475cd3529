using EmbSync.Core.Model;

namespace EmbSync.Core.Jobs.Sync.Saved;

/// <summary>Whether a plan that was made again is still the one that was saved.</summary>
internal static class PlanComparison
{
    private const int Named = 3;

    /// <summary>
    /// What moved since; null when applying does exactly what was reviewed. Configuration, store and source are looked at in this order.
    /// </summary>
    public static string? Moved(SavedPlan saved, SavedPlan now) =>
        Configuration(saved, now) ?? Store(saved, now) ?? Source(saved, now);

    private static string? Configuration(SavedPlan saved, SavedPlan now)
    {
        if (saved.Project != now.Project)
        {
            return $"it is of project '{saved.Project}', this is '{now.Project}'";
        }

        var changed = saved.Configuration.Keys.Union(now.Configuration.Keys, StringComparer.Ordinal)
            .Where(key => saved.Configuration.GetValueOrDefault(key) != now.Configuration.GetValueOrDefault(key))
            .Order(StringComparer.Ordinal)
            .Select(key => $"{key} was {saved.Configuration.GetValueOrDefault(key, "not set")} and is {now.Configuration.GetValueOrDefault(key, "not set")}")
            .ToList();
        return changed.Count > 0 ? $"the configuration moved: {List(changed)}"
            : !saved.Generations.Select(one => (one.Space, one.Fingerprint))
                .SequenceEqual(now.Generations.Select(one => (one.Space, one.Fingerprint)))
                ? "the configuration moved: another model, dimension or role rules"
            : null;
    }

    private static string? Store(SavedPlan saved, SavedPlan now) =>
        saved.Store.Place != now.Store.Place ? $"the store moved: it was made for {saved.Store.Place}, this is {now.Store.Place}"
        : saved.Store.Revision != now.Store.Revision
            ? Text.Of($"the store moved: it was written since (revision {saved.Store.Revision} then, {now.Store.Revision} now)")
        : null;

    private static string? Source(SavedPlan saved, SavedPlan now)
    {
        var changed = Differing(saved.Items, now.Items, item => (item.Source, item.Id), Same)
            .Concat(Differing(saved.Deletions, now.Deletions, item => (item.Source, item.Id), (before, after) => before == after))
            .Concat(Differing(saved.Blocked, now.Blocked, item => (item.Source, item.Id), (before, after) => before == after))
            .Concat(saved.Refused.SequenceEqual(now.Refused) ? [] : now.Refused.Concat(saved.Refused).Select(
                refused => (refused.Source, Id: "(deletions)")))
            .Distinct().Select(key => $"{key.Source}/{Plain.Line(key.Id)}").ToList();
        var since = saved.Commit == now.Commit || saved.Commit is null || now.Commit is null ? ""
            : $" (commit {Short(saved.Commit)} then, {Short(now.Commit)} now)";
        return changed.Count > 0 ? $"the source moved{since}: {List(changed)}"
            : !saved.Items.Select(item => (item.Source, item.Id)).SequenceEqual(now.Items.Select(item => (item.Source, item.Id)))
                ? $"the source moved{since}: the order of work is another"
            : null;
    }

    /// <summary>Estimates may differ: they say what it costs, not what is done.</summary>
    private static bool Same(SavedItem before, SavedItem after) =>
        before.Digest == after.Digest && before.Path == after.Path && before.Change == after.Change && before.Replaces == after.Replaces
        && before.Reasons.SequenceEqual(after.Reasons) && before.Buy.SequenceEqual(after.Buy);

    private static IEnumerable<TKey> Differing<T, TKey>(
        IReadOnlyList<T> saved, IReadOnlyList<T> now, Func<T, TKey> key, Func<T, T, bool> same)
        where TKey : notnull
    {
        var before = saved.ToLookup(key);
        var after = now.ToLookup(key);
        return before.Select(group => group.Key).Union(after.Select(group => group.Key))
            .Where(one => before[one].Count() != after[one].Count() || !before[one].Zip(after[one]).All(
                pair => same(pair.First, pair.Second)));
    }

    private static string List(List<string> all) =>
        string.Join(", ", all.Take(Named)) + (all.Count > Named ? Text.Of($" and {all.Count - Named:N0} more") : "");

    private static string Short(string commit) => commit.Length > 10 ? commit[..10] : commit;
}
