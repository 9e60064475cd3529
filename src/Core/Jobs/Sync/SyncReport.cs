using System.Text.Json.Serialization;
using EmbSync.Core.Buying;
using EmbSync.Core.Model;
using EmbSync.Core.Planning;

namespace EmbSync.Core.Jobs.Sync;

/// <summary>What <c>sync</c> says, dry or not; its members are the JSON as documented, version 1.</summary>
/// <param name="RunId">Receipt in the store; null when nothing was written.</param>
/// <param name="Status"><c>planned</c> (dry run), <c>done</c>, <c>partial</c> (some items are blocked), <c>stopped</c>, <c>failed</c>,
/// <c>lost</c> (the store itself went away), <c>interrupted</c>.</param>
public sealed record SyncReport(
    int SchemaVersion,
    bool DryRun,
    long? RunId,
    string Status,
    string Model,
    int Dimension,
    SyncItems Items,
    SyncChunks Chunks,
    int Requests,
    TokenReport Tokens,
    CostReport Cost,
    double Seconds,
    IReadOnlyList<SyncError> Errors,
    int Remaining,
    IReadOnlyList<string> Notes)
{
    /// <summary>Of the requests, those that were sent again because the one before brought nothing usable.</summary>
    public int Retries { get; init; }

    /// <summary>The same for each space; <see cref="Model"/> and <see cref="Dimension"/> are the first one's.</summary>
    public IReadOnlyList<SpaceReport> Spaces { get; init; } = [];

    /// <summary>What each source was found to need.</summary>
    public IReadOnlyList<SyncSource> Sources { get; init; } = [];

    /// <summary>What the deletion guard kept, or would keep.</summary>
    public IReadOnlyList<RefusedDeletions> Refused { get; init; } = [];

    /// <summary>What could not be taken as it stands of items that are new or changed; the first ones of each code are listed.</summary>
    public WarningReport Warnings { get; init; } = WarningReport.None;

    /// <summary>Blocked items that the run before named already: source, id and code.</summary>
    [JsonIgnore]
    public IReadOnlySet<(string Source, string Id, string Code)> Told { get; init; } = new HashSet<(string, string, string)>();

    /// <summary>
    /// Of the remaining, those that <c>embeddings.autoIndex</c> keeps from being embedded by a run that nobody asked for.
    /// </summary>
    [JsonIgnore]
    public IReadOnlyList<HeldItem> Held { get; init; } = [];

    /// <summary>Tokens, billed where the provider said so, else estimated of what it answered; null for nothing.</summary>
    [JsonIgnore]
    public long? Spent { get; init; }

    /// <summary>Sources whose rows are others at each look, though nobody changes them.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Volatile { get; init; } = [];

    /// <summary>What is left of the bounds for the next part of the same run, or its next round.</summary>
    public SpendLimit LeftOf(SpendLimit spend)
    {
        ArgumentNullException.ThrowIfNull(spend);
        return spend.After(Cost.Actual, Spent ?? Tokens.Billed ?? 0);
    }

    public static SyncReport Planned(SyncPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return new(
            1, true, null, "planned", plan.Spaces[0].Target.Signature.Model, plan.Spaces[0].Target.Signature.Dimension,
            Counted(plan, Count(plan, ItemChange.New) + plan.LaterNew, Count(plan, ItemChange.Changed) + plan.LaterChanged,
            Count(plan, ItemChange.Metadata), plan.Deletions.Count, plan.Blocked.Count),
            new(plan.Purchase.Chunks, plan.ReusedChunks, 0),
            plan.Purchase.Requests,
            new(plan.Purchase.Tokens, null) { CalibratedBy = plan.Purchase.CalibratedBy },
            new("USD", plan.Purchase.Cost, null) { PriceFrom = plan.Purchase.PriceFrom },
            plan.Purchase.Seconds,
            [.. plan.Blocked.Select(SyncError.Of)],
            plan.CutOff,
            plan.Notes)
        {
            Spaces = [.. plan.Spaces.Select(space => SpaceReport.Of(space, null))],
            Sources = [.. plan.Sources.Select(source => SyncSource.Of(source, !plan.Request.IsPartial))],
            Warnings = WarningReport.Of(plan.Warnings.Where(warning => warning.IsNew), null),
            Held = plan.Held,
            Refused = plan.Refused,
            Told = plan.Told,
        };
    }

    /// <param name="actualCost">USD; null where the price is unknown.</param>
    public static SyncReport Executed(SyncPlan plan, SyncOutcome outcome, long? runId, decimal? actualCost, TimeSpan elapsed, string status)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(outcome);
        var errors = plan.Blocked.Concat(outcome.Failures.Where(failure => !plan.Known.Covers(failure))).Select(SyncError.Of).ToList();
        var undone = plan.CacheOnly ? 0 : plan.Items.Count - outcome.New - outcome.Changed - outcome.Metadata - outcome.Failures.Count;
        return new(
            1, false, runId, status, plan.Spaces[0].Target.Signature.Model, plan.Spaces[0].Target.Signature.Dimension,
            Counted(plan, outcome.New, outcome.Changed, outcome.Metadata, outcome.Deleted, errors.Count),
            new(outcome.Embedded, outcome.Reused, 0),
            outcome.Requests,
            new(plan.Purchase.Tokens, outcome.Billed) { Covered = outcome.Covered, CalibratedBy = plan.Purchase.CalibratedBy },
            new("USD", plan.Purchase.Cost, actualCost) { PriceFrom = plan.Purchase.PriceFrom },
            Math.Round(elapsed.TotalSeconds, 2),
            errors,
            plan.CutOff + plan.LaterNew + plan.LaterChanged + Math.Max(0, undone),
            plan.Notes)
        {
            Retries = outcome.Retries,
            Told = plan.Told,
            Spent = outcome.Tokens,
            Volatile = plan.Volatile,
            Refused = plan.Refused,
            Sources = [.. plan.Sources.Select(source => SyncSource.Of(source, !plan.Request.IsPartial))],
            Warnings = WarningReport.Of(plan.Warnings.Where(warning => warning.IsNew), null),
            Held = plan.Held,
            Spaces = [.. plan.Spaces.Select((space, index) => SpaceReport.Of(
            space, index < outcome.Spaces.Count ? outcome.Spaces[index] : new(0, 0, 0, null, 0, null)))],
        };
    }

    private static SyncItems Counted(SyncPlan plan, int added, int changed, int metadata, int deleted, int failed) =>
        new(plan.Total, added, changed, metadata, plan.Unchanged, deleted, failed) { Refused = plan.Refused.Sum(refused => refused.Items) };

    private static int Count(SyncPlan plan, ItemChange change) => plan.Items.Count(item => item.Change == change);
}

/// <summary>What was bought in one space, or would be.</summary>
public sealed record SpaceReport(string Name, string Model, int Dimension, int Chunks, int Requests, TokenReport Tokens, CostReport Cost)
{
    /// <param name="outcome">Null for a plan.</param>
    internal static SpaceReport Of(SpacePlan space, SpaceOutcome? outcome) => new(
        space.Name, space.Target.Signature.Model, space.Target.Signature.Dimension, outcome?.Embedded ?? space.Buy.Count, outcome?.Requests
        ?? space.Purchase.Requests,
        new(space.Purchase.Tokens, outcome?.Billed) { Covered = outcome?.Covered, CalibratedBy = space.Purchase.CalibratedBy },
        new("USD", space.Purchase.Cost, outcome is null ? null : space.Terms.CostOf(outcome.Tokens))
        { PriceFrom = space.Purchase.PriceFrom });
}

/// <summary>What a source was found to need before anything was done.</summary>
/// <param name="New">Without vectors.</param>
/// <param name="Stale">Of another text, model, dimension or pipeline than their vectors.</param>
/// <param name="Orphaned">Stored, and gone from the source.</param>
public sealed record SyncSource(string Name, string Type, int Total, int New, int Stale, int Unchanged, int Orphaned, int Blocked)
{
    /// <summary>All of it was looked at: the errors name all its blocked items.</summary>
    public bool Whole { get; init; }

    internal static SyncSource Of(SourcePlan source, bool whole) =>
        new(source.Source, source.Type, source.Total, source.Missing, source.Stale, source.Current, source.Orphaned, source.Blocked)
            { Whole = whole };
}

public sealed record SyncItems(int Total, int New, int Changed, int Metadata, int Unchanged, int Deleted, int Failed)
{
    /// <summary>Gone from their source and kept, because there are more than may be deleted without asking.</summary>
    public int Refused { get; init; }

    /// <summary>
    /// Left out, because their input can't be used or the provider refuses it: the same as <see cref="Failed"/>, as everything else calls
    /// it.
    /// </summary>
    public int Blocked => Failed;
}

/// <param name="Deleted">Vectors dropped; a sync keeps them for reuse, <c>repair</c> collects them.</param>
public sealed record SyncChunks(int Embedded, int Reused, int Deleted);

/// <param name="Billed">By the provider's own count; null when it said nothing.</param>
public sealed record TokenReport(long Estimated, long? Billed)
{
    /// <summary>Tokens estimated from the text alone of what the bill is for; null without a bill.</summary>
    public long? Covered { get; init; }

    /// <summary>Past runs whose bills the estimate is learned from.</summary>
    public int CalibratedBy { get; init; }
}

public sealed record CostReport(string Currency, decimal? Estimated, decimal? Actual)
{
    /// <summary>
    /// Where the price is from: <c>embeddings.prices</c> or the month of the built-in table; null where it is unknown or nothing is paid.
    /// </summary>
    public string? PriceFrom { get; init; }
}

public sealed record SyncError(string Source, string Id, string Code, string Message, string? Path, int? Line)
{
    internal static SyncError Of(ItemProblem problem) =>
        new(problem.Source, problem.Id, problem.Code, problem.Message, problem.Path, problem.Line);
}
