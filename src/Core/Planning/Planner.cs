using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Providers;

namespace EmbSync.Core.Planning;

/// <param name="Spaces">Never empty.</param>
/// <param name="Gate">What a run by itself (a hook, a build) may embed; null for a run that somebody asked for.</param>
/// <param name="CacheOnly">Only vectors are wanted: the commit is not on the store's branch.</param>
public sealed record PlanInput(
    SyncRequest Request,
    IReadOnlyList<SpaceInput> Spaces,
    IReadOnlyList<SourceSurvey> Surveys,
    LimitsConfig Limits,
    AutoIndex? Gate = null,
    bool CacheOnly = false)
{
    /// <summary>Hashes that have a vector in every space.</summary>
    public IReadOnlySet<ContentHash> Existing { get; } = Spaces.Count == 1 ? Spaces[0].Existing
        : Spaces.Skip(1).Aggregate((IEnumerable<ContentHash>)Spaces[0].Existing, (both, space) => both.Where(space.Existing.Contains))
            .ToHashSet();

    /// <summary>Only these items; null for all.</summary>
    public IReadOnlySet<ItemKey>? Chosen { get; init; }

    /// <summary>What is blocked and counts no more.</summary>
    public KnownProblems Known { get; init; } = KnownProblems.None;

    /// <summary>Blocked items of a source that count.</summary>
    public IEnumerable<ItemProblem> BlockedIn(SourceSurvey survey)
    {
        ArgumentNullException.ThrowIfNull(survey);
        return survey.Problems.Where(
            problem => (Chosen is null || Chosen.Contains(new(problem.Source, problem.Id))) && !Known.Covers(problem));
    }

    /// <summary>Searches of some space still use a generation before.</summary>
    public bool ModelChanged => Spaces.Any(space => space.Target.ModelChanged);

    public StaleReasons Reasons => Spaces.Aggregate(StaleReasons.None, (reasons, space) => reasons | space.Target.Reasons);
}

/// <param name="Existing">Those hashes of read items that have a vector in the target generation.</param>
public sealed record SpaceInput(GenerationTarget Target, IReadOnlySet<ContentHash> Existing, PurchaseTerms Terms);

/// <summary>Makes the plan: values in, a value out.</summary>
public static class Planner
{
    public static SyncPlan Plan(PlanInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var request = input.Request;
        var chosen = input.Chosen;
        var classified = Classification.Of(input).Where(item => chosen is null || chosen.Contains(item.Key)).ToList();
        var purchases = new Purchases(input);
        foreach (var item in InOrder(classified.Where(item => item.Change != ItemChange.None)))
        {
            purchases.Add(item);
        }

        // What is gone is the first part's to delete: the bound holds for the run.
        var keepsOrphans = request.KeepOrphans || request.Rest is not null || chosen is not null || input.CacheOnly
            || input.Gate == AutoIndex.Off;
        var gone = input.Surveys.ToDictionary(
            survey => survey.Source, survey => chosen is null ? survey.Gone() : [], StringComparer.Ordinal);
        var moves = keepsOrphans ? [] : Moves.Match(gone.SelectMany(pair => pair.Value.Select(item => (pair.Key, item))), purchases.Items);
        var moved = moves.Values.ToHashSet();
        var deletions = new List<PlannedDeletion>();
        var refused = new List<RefusedDeletions>();
        var sources = new List<SourcePlan>();
        var violation = ModelChangeViolation(input, purchases.Items);
        foreach (var survey in input.Surveys)
        {
            var mine = keepsOrphans ? [] : DeletionGuard.Deletions(survey, gone[survey.Source], moved);
            sources.Add(SourceSummary.Of(
                survey, classified, input, chosen, gone[survey.Source].Count, keepsOrphans ? 0 : gone[survey.Source].Count - mine.Count));
            var refusal = DeletionGuard.Violation(survey, mine, input.Limits.MaxDelete, request.MaxDelete);
            if (request.DeletionsOnly)
            {
                violation ??= refusal;
            }
            else if (refusal is not null)
            {
                // What has moved is written under its new id, and loses nothing.
                refused.Add(new(survey.Source, mine.Count(deletion => !deletion.Moved), refusal));
                mine = [.. mine.Where(deletion => deletion.Moved)];
            }

            deletions.AddRange(mine);
        }

        // Rows that weren't read are priced by their length; a run with a limit leaves them to others.
        var unread = request.Limit is not null || input.Gate is not null ? [] : input.Surveys.SelectMany(survey => survey.Rows).ToList();
        var spaces = input.Spaces.Select((space, index) => new SpacePlan(
            space.Target, purchases.BuyIn(index),
            PurchaseEstimate.For(purchases.BuyIn(index).Count + unread.Sum(row => row.Chunks),
            purchases.TokensIn(index) + unread.Sum(row => row.Tokens), space.Terms), space.Terms,
            SourceSummary.CurrentIn(space, input.Surveys, classified, chosen))).ToList();
        return new(
            request,
            spaces,
            [.. purchases.Items.Select(item => moves.TryGetValue(item.Key, out var old) ? item with { Replaces = old } : item)],
            deletions,
            [.. input.Surveys.SelectMany(input.BlockedIn)],
            sources,
            DriftList.Types(input, classified),
            DriftList.Of(input, classified, chosen),
            purchases.Buy,
            PurchaseEstimate.Sum(spaces.Select(space => space.Purchase)),
            purchases.Reused,
            purchases.CutOff + (unread.Count > 0 ? 0 : input.Surveys.Sum(survey => survey.Unread)),
            violation,
            [.. input.Surveys.SelectMany(survey => survey.Notes).Distinct()])
        {
            Warnings = [.. input.Surveys.SelectMany(survey => survey.Warnings).Where(
                warning => (chosen is null || chosen.Contains(new(warning.Source, warning.Id))) && !input.Known.Covers(warning))
                .OrderBy(warning => warning.Code, StringComparer.Ordinal)
                    .ThenBy(warning => warning.Path ?? warning.Id, StringComparer.Ordinal).ThenBy(warning => warning.Line)],
            CacheOnly = input.CacheOnly,
            Known = input.Known,
            Accepted = [.. input.Surveys.SelectMany(survey => survey.Problems).Where(input.Known.Accepts)],
            Refused = refused,
            Held = purchases.Held,
            LaterNew = unread.Sum(row => row.Missing),
            LaterChanged = unread.Sum(row => row.Stale),
            Rest = RestOf(input),
            Passed = purchases.Passed + input.Surveys.Sum(survey => survey.Passed),
            Volatile = [.. input.Surveys.Where(survey => survey.IsVolatile).Select(survey => survey.Source)],
        };
    }

    /// <summary>Null for nothing; also where a run by itself may do nothing about any of them.</summary>
    private static RowSets? RestOf(PlanInput input)
    {
        var rest = new RowSets();
        foreach (var key in input.Gate == AutoIndex.Off ? [] : input.Surveys.SelectMany(survey => survey.Left))
        {
            rest.Add(key);
        }

        return rest.Count == 0 ? null : rest;
    }

    private static IEnumerable<PlannedItem> InOrder(IEnumerable<PlannedItem> items) => items
        .OrderByDescending(item => item.Item.Priority)
        .ThenByDescending(item => item.Item.UpdatedAt ?? DateTimeOffset.MinValue)
        .ThenBy(item => item.Key.Source, StringComparer.Ordinal)
        .ThenBy(item => item.Key.Id, StringComparer.Ordinal);

    private static string? ModelChangeViolation(PlanInput input, IReadOnlyList<PlannedItem> planned)
    {
        var items = planned.Count(item => item.Buy.Count > 0);
        if (input.Request.All || input.Request.DeletionsOnly || items <= input.Limits.OnModelChange)
        {
            return null;
        }

        if (input.Spaces.FirstOrDefault(space => space.Target.IsAdded) is { Target: var added })
        {
            return $"the configuration has a space '{added.Space}' that the store has not: {Text.Count(items, "item")} would be embedded for it. "
                + "See the cost with 'embsync sync --all --dry-run', then run 'embsync sync --all'. Searches of other spaces go on meanwhile";
        }

        return input.Spaces.FirstOrDefault(space => space.Target.ModelChanged) is { Target: var target }
            ? $"the configuration says {target.Signature.Model} with {target.Signature.Dimension} dimensions, the active generation is "
                + $"{target.Active!.Signature.Model} with {target.Active.Signature.Dimension}: {Text.Count(items, "item")} would be embedded again. "
                + "See the cost with 'embsync sync --all --dry-run', then run 'embsync sync --all'. Searches go on meanwhile"
            : null;
    }
}
