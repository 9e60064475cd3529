using EmbSync.Core.Model;

namespace EmbSync.Core.Planning;

/// <summary>The counts of one source.</summary>
internal static class SourceSummary
{
    /// <summary>Items whose text as it is now has its vectors in the generation of this space that is searched.</summary>
    public static int CurrentIn(SpaceInput space, IReadOnlyList<SourceSurvey> surveys, IReadOnlyList<PlannedItem> classified,
        IReadOnlySet<ItemKey>? chosen) =>
        space.Target.ModelChanged ? 0
        : surveys.Sum(survey => survey.Unchanged.Count(item => chosen is null || chosen.Contains(new(survey.Source, item.Id)))
            + survey.Rows.Sum(row => row.Unchanged))
            + classified.Count(item => item.Change != ItemChange.New
                && (item.Reasons & (StaleReasons.Content | StaleReasons.Pipeline)) == 0 && item.Item.Hashes.All(space.Existing.Contains));

    public static SourcePlan Of(
        SourceSurvey survey, IReadOnlyList<PlannedItem> classified, PlanInput input, IReadOnlySet<ItemKey>? chosen, int gone, int withheld)
    {
        var items = classified.Where(item => item.Key.Source == survey.Source).ToList();
        var unchanged = survey.Unchanged.Where(item => chosen is null || chosen.Contains(new(survey.Source, item.Id))).ToList();
        var blocked = input.BlockedIn(survey).Count();

        // Searches still use the generation before: whole as the new one may be for an item, it is not what people search.
        var same = unchanged.Count + survey.Rows.Sum(row => row.Unchanged);
        var (current, stale) = input.ModelChanged ? (0, same) : (same, 0);
        var chunks = unchanged.Sum(item => item.Chunks) + survey.Rows.Sum(row => row.UnchangedChunks);
        return new(
            survey.Source,
            survey.Type,
            survey.Pipeline,
            survey.Configured,
            survey.Complete,
            same + survey.Unread + items.Count + blocked,
            current + items.Count(item => item.State == ItemState.Current),
            survey.Rows.Sum(row => row.Missing) + items.Count(item => item.State == ItemState.Missing),
            stale + survey.Rows.Sum(row => row.Stale) + items.Count(item => item.State == ItemState.Stale),
            gone,
            blocked,
            items.Count(item => item.Change == ItemChange.Metadata),
            withheld,
            chunks + survey.Rows.Sum(row => row.Chunks) + items.Sum(item => item.Item.Hashes.Count),
            chunks + items.Sum(item => item.Item.Hashes.Count(input.Existing.Contains)),
            survey.StoredTotal);
    }
}
