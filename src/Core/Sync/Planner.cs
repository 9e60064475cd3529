using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Sync;

/// <param name="Existing">Those hashes of read items that have a vector in the target generation.</param>
/// <param name="GoneHashes">By source: chunk hashes of stored items that are gone.</param>
public sealed record PlanInput(
    SyncRequest Request,
    GenerationTarget Target,
    IReadOnlyList<SourceSurvey> Surveys,
    IReadOnlySet<ContentHash> Existing,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, IReadOnlyList<ContentHash>>> GoneHashes,
    LimitsConfig Limits,
    PurchaseTerms Terms);

/// <summary>Makes the plan: values in, a value out.</summary>
public static class Planner
{
    public static SyncPlan Plan(PlanInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var request = input.Request;
        var chosen = request.Ids.Count == 0 ? null : request.Ids.ToHashSet(StringComparer.Ordinal);
        var classified = input.Surveys
            .SelectMany(survey => Classified(survey, input))
            .Where(item => chosen is null || chosen.Contains(item.Key.Id))
            .ToList();
        var work = InOrder(classified.Where(item => item.Change != ItemChange.None));
        var (kept, cutOff) = Limited(work, request.Limit);
        var planned = WithPurchases(kept, input, out var buy, out var tokens, out var reused);

        var plannedHashes = input.Surveys.SelectMany(survey => survey.Read).SelectMany(item => item.Hashes).ToHashSet();
        var deletions = new List<PlannedDeletion>();
        var sources = new List<SourcePlan>();
        string? violation = ModelChangeViolation(input);
        foreach (var survey in input.Surveys)
        {
            var gone = chosen is null ? survey.Gone() : [];
            var mine = DeletionGuard.Deletions(survey, gone, input.GoneHashes.GetValueOrDefault(survey.Source, NoHashes), plannedHashes);
            if (!request.KeepOrphans)
            {
                violation ??= DeletionGuard.Violation(survey, mine, input.Limits.MaxDelete, request.MaxDelete);
                deletions.AddRange(mine);
            }

            sources.Add(Summary(survey, classified, gone.Count, gone.Count - mine.Count, chosen, input.Existing));
        }

        return new(
            request,
            input.Target,
            planned,
            deletions,
            [.. input.Surveys.SelectMany(survey => survey.Problems).Where(problem => chosen is null || chosen.Contains(problem.Id))],
            sources,
            DriftList.Types(input.Surveys, classified),
            DriftList.Of(input.Surveys, classified, chosen),
            buy,
            PurchaseEstimate.For(buy.Count, tokens, input.Terms),
            reused,
            cutOff,
            violation,
            [.. input.Surveys.SelectMany(survey => survey.Notes).Distinct()]);
    }

    private static readonly Dictionary<string, IReadOnlyList<ContentHash>> NoHashes = [];

    private static IEnumerable<PlannedItem> Classified(SourceSurvey survey, PlanInput input)
    {
        var stored = survey.Stored.ToDictionary(item => item.Id, StringComparer.Ordinal);
        return survey.Read.Select(item => Classified(
            item, stored.TryGetValue(item.Key.Id, out var row) ? row : null, input));
    }

    private static PlannedItem Classified(ReadItem item, StoredItem? row, PlanInput input)
    {
        var complete = item.Hashes.All(input.Existing.Contains);
        if (row is not { } stored)
        {
            return new(item, ItemChange.New, ItemState.Missing, StaleReasons.None, []);
        }

        var reasons = complete ? StaleReasons.None : input.Target.Reasons;
        if (stored.ContentDigest != item.ContentDigest)
        {
            // The same file read by another pipeline gives other text: the pipeline is why. A new version is a change of content.
            reasons |= stored.Version == item.Version ? StaleReasons.Pipeline
                : stored.Pipeline == item.Pipeline ? StaleReasons.Content
                : StaleReasons.Content | StaleReasons.Pipeline;
            return new(item, ItemChange.Changed, ItemState.Stale, reasons, []);
        }

        if (!complete)
        {
            return new(item, ItemChange.Changed, reasons == StaleReasons.None ? ItemState.Missing : ItemState.Stale, reasons, []);
        }

        var same = stored.RecordDigest == item.RecordDigest && stored.Version == item.Version && stored.Pipeline == item.Pipeline;
        var change = input.Request.Reindex ? ItemChange.Changed : same ? ItemChange.None : ItemChange.Metadata;
        return new(item, change, ItemState.Current, StaleReasons.None, []);
    }

    private static IEnumerable<PlannedItem> InOrder(IEnumerable<PlannedItem> items) => items
        .OrderByDescending(item => item.Item.Priority)
        .ThenByDescending(item => item.Item.UpdatedAt ?? DateTimeOffset.MinValue)
        .ThenBy(item => item.Key.Source, StringComparer.Ordinal)
        .ThenBy(item => item.Key.Id, StringComparer.Ordinal);

    /// <summary>The limit counts items that need vectors; what is free is always done.</summary>
    private static (List<PlannedItem> Kept, int CutOff) Limited(IEnumerable<PlannedItem> work, int? limit)
    {
        var kept = new List<PlannedItem>();
        var (taken, cutOff) = (0, 0);
        foreach (var item in work)
        {
            if (item.Change == ItemChange.Metadata || limit is null || taken++ < limit)
            {
                kept.Add(item);
            }
            else
            {
                cutOff++;
            }
        }

        return (kept, cutOff);
    }

    private static List<PlannedItem> WithPurchases(
        List<PlannedItem> items, PlanInput input, out HashSet<ContentHash> buy, out long tokens, out int reused)
    {
        buy = [];
        tokens = 0;
        reused = 0;
        var planned = new List<PlannedItem>(items.Count);
        foreach (var item in items)
        {
            if (item.Change == ItemChange.Metadata)
            {
                planned.Add(item);
                continue;
            }

            var mine = new List<ContentHash>();
            for (var i = 0; i < item.Item.Hashes.Count; i++)
            {
                var hash = item.Item.Hashes[i];
                if ((input.Request.Reindex || !input.Existing.Contains(hash)) && buy.Add(hash))
                {
                    mine.Add(hash);
                    tokens += item.Item.Tokens[i];
                }
                else
                {
                    reused++;
                }
            }

            planned.Add(item with { Buy = mine });
        }

        return planned;
    }

    private static string? ModelChangeViolation(PlanInput input)
    {
        var items = input.Surveys.Sum(survey => survey.Stored.Count);
        var target = input.Target;
        return target.ModelChanged && !input.Request.All && items > input.Limits.OnModelChange
            ? $"the configuration says {target.Signature.Model} with {target.Signature.Dimension} dimensions, the active generation is "
                + $"{target.Active!.Signature.Model} with {target.Active.Signature.Dimension}: all {items} items would be embedded again. "
                + "See the cost with 'embsync sync --all --dry-run', then run 'embsync sync --all'. Searches go on meanwhile"
            : null;
    }

    private static SourcePlan Summary(
        SourceSurvey survey, List<PlannedItem> classified, int gone, int withheld, HashSet<string>? chosen, IReadOnlySet<ContentHash> existing)
    {
        var items = classified.Where(item => item.Key.Source == survey.Source).ToList();
        var unchanged = survey.Unchanged.Where(item => chosen is null || chosen.Contains(item.Id)).ToList();
        var blocked = survey.Problems.Count(problem => chosen is null || chosen.Contains(problem.Id));
        var current = unchanged.Count + items.Count(item => item.State == ItemState.Current);
        return new(
            survey.Source,
            survey.Type,
            survey.Pipeline,
            survey.Configured,
            survey.Complete,
            unchanged.Count + items.Count + blocked,
            current,
            items.Count(item => item.State == ItemState.Missing),
            items.Count(item => item.State == ItemState.Stale),
            gone,
            blocked,
            items.Count(item => item.Change == ItemChange.Metadata),
            withheld,
            unchanged.Sum(item => item.Chunks) + items.Sum(item => item.Item.Hashes.Count),
            unchanged.Sum(item => item.Chunks) + items.Sum(item => item.Item.Hashes.Count(existing.Contains)),
            survey.Stored.Count);
    }
}
