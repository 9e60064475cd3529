using EmbSync.Core.Storage;

namespace EmbSync.Core.Planning;

/// <summary>How each item that was read stands against the store, and what a sync does to it.</summary>
internal static class Classification
{
    public static IEnumerable<PlannedItem> Of(PlanInput input) => input.Surveys.SelectMany(survey =>
    {
        var stored = survey.Stored.ToDictionary(item => item.Id, StringComparer.Ordinal);
        return survey.Read.Select(item => stored.TryGetValue(item.Key.Id, out var row)
            ? Stored(item, row, survey.Incomplete.Contains(row.Id), input)
            : new PlannedItem(item, ItemChange.New, ItemState.Missing, StaleReasons.None, []));
    });

    /// <param name="incomplete">The row lacks a vector in the target generation, or chunk rows.</param>
    private static PlannedItem Stored(ReadItem item, StoredItem stored, bool incomplete, PlanInput input)
    {
        var model = input.Reasons;
        if (stored.ContentDigest != item.ContentDigest)
        {
            // The same file read by another pipeline gives other text: the pipeline is why. A new version is a change of content.
            var text = stored.Version == item.Version ? StaleReasons.Pipeline
                : stored.Pipeline == item.Pipeline ? StaleReasons.Content
                : StaleReasons.Content | StaleReasons.Pipeline;
            return new(item, ItemChange.Changed, ItemState.Stale, text | model, []);
        }

        var same = stored.RecordDigest == item.RecordDigest && stored.Version == item.Version && stored.Pipeline == item.Pipeline;
        var change = incomplete || input.Request.Reindex || !item.Hashes.All(input.Existing.Contains) ? ItemChange.Changed
            : same ? ItemChange.None : ItemChange.Metadata;
        var state = model != StaleReasons.None ? ItemState.Stale
            : change == ItemChange.Changed && !input.Request.Reindex ? ItemState.Missing : ItemState.Current;
        return new(item, change, state, model, []);
    }
}
