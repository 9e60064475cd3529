using System.Text.Json.Serialization;
using EmbSync.Core.Jobs.Runs;
using EmbSync.Core.Model;
using EmbSync.Core.Planning;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Jobs.Sync;

/// <summary>What <c>status</c> says; its members are the JSON as documented, version 1.</summary>
/// <param name="Commit">Commit that was read, or HEAD under the work tree; null without git.</param>
/// <param name="Coverage">0 to 1: items whose text as it is now has its vectors, of all items.</param>
/// <param name="Drift">Trimmed by <c>--limit</c>; counts never are.</param>
/// <param name="Notes">What people should know about how this was found out.</param>
public sealed record StatusReport(
    int SchemaVersion,
    string Project,
    string Store,
    string? Commit,
    IReadOnlyList<SpaceStatus> Spaces,
    ItemCounts Items,
    ChunkCounts Chunks,
    double Coverage,
    IReadOnlyList<SourceStatus> Sources,
    IReadOnlyList<TypeStatus> Types,
    EstimateReport Estimate,
    IReadOnlyList<DriftEntry> Drift,
    IReadOnlyList<string> Notes)
{
    /// <summary>The last ones, newest first, where they were asked for.</summary>
    public IReadOnlyList<RunStatus> Runs { get; init; } = [];

    /// <summary>Blocked items by code; the counts are whole.</summary>
    public IReadOnlyList<BlockedGroup> Blocked { get; init; } = [];

    /// <summary>What could not be taken as it stands; trimmed by <c>--limit</c>, counts never are.</summary>
    public WarningReport Warnings { get; init; } = WarningReport.None;

    /// <summary>The tree that took the store's place, as people read it; null where the store was asked.</summary>
    [JsonIgnore]
    public string? Against { get; init; }

    [JsonIgnore]
    public bool HasDrift => Items.Missing + Items.Stale + Items.Orphaned + Items.Blocked > 0 || HasUnmatched;

    [JsonIgnore]
    internal IReadOnlyList<SyncError> BlockedEntries =>
        [.. Drift.Where(drift => drift.State == "blocked").Select(
            drift => new SyncError(drift.Source, drift.Id, drift.Code, drift.Sentence, drift.Path, drift.Line))];

    /// <summary>A pattern of the configuration matches nothing: what it was to take is not in step.</summary>
    [JsonIgnore]
    public bool HasUnmatched => Warnings.Groups.Any(group => group.Code == ProblemCodes.NoMatch);

    /// <summary>Without the warnings that are known already.</summary>
    public static StatusReport OfNews(SyncPlan plan, string project, string store, string? commit, int? limit)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return Of(plan with { Warnings = [.. plan.Warnings.Where(warning => warning.IsNew)] }, project, store, commit, limit);
    }

    public static StatusReport Of(SyncPlan plan, string project, string store, string? commit, int? limit)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var sources = plan.Sources;
        var counts = new ItemCounts(plan.Total, sources.Sum(s => s.Current), sources.Sum(s => s.Missing), sources.Sum(s => s.Stale),
            sources.Sum(s => s.Orphaned), sources.Sum(s => s.Blocked), sources.Sum(s => s.Metadata)) { Accepted = plan.Accepted.Count };
        var unmatched = plan.Warnings.Where(warning => warning.Code == ProblemCodes.NoMatch).Select(warning => warning.Source).ToHashSet(
            StringComparer.Ordinal);
        var coverage = counts.Total == 0 && unmatched.Count > 0 ? 0 : Share(counts.Current, counts.Total);
        return new(
            1,
            project,
            store,
            commit,
            [.. plan.Spaces.Select(space => new SpaceStatus(
                space.Name, space.Target.Signature.Provider, space.Target.Signature.Model, space.Target.Signature.Dimension,
                plan.Spaces.Count == 1 ? coverage : Share(space.Current, plan.Total)))],
            counts,
            new(sources.Sum(s => s.ChunksTotal), sources.Sum(s => s.ChunksEmbedded)),
            coverage,
            [.. sources.Select(s => new SourceStatus(s.Source, s.Type, s.Total, s.Current, s.Missing, s.Stale, s.Orphaned, s.Blocked,
            s.Total == 0 && unmatched.Contains(s.Source) ? 0 : Share(s.Current, s.Total)))],
            [.. plan.Types.Select(t => new TypeStatus(t.Type, t.Total, t.Embedded, t.Total - t.Embedded, Share(t.Embedded, t.Total)))],
            EstimateReport.Of(plan.Purchase),
            [.. plan.Drift.Take(limit ?? int.MaxValue).Select(DriftEntry.Of)],
            [.. plan.Notes, .. plan.Violation is { } violation ? ["a sync would stop: " + violation] : Array.Empty<string>(),
            .. plan.Refused.Select(refused => "a sync would refuse deletions: " + refused.Message)])
        {
            Warnings = WarningReport.Of(plan.Warnings, limit ?? int.MaxValue),
            Blocked = BlockedGroup.Of(plan.Blocked.Select(problem => problem.Code)),
        };
    }

    /// <summary>1 where there is nothing to cover; rounded down, so that 1 means all.</summary>
    private static double Share(int part, int whole) => whole == 0 ? 1 : Math.Floor(10_000.0 * part / whole) / 10_000;
}

/// <param name="Status">See <see cref="RunEntry.Status"/>.</param>
/// <param name="Completed">Null while there is no end.</param>
public sealed record RunStatus(
    long Id, string Command, string Status, int ItemsTotal, int ItemsProcessed, DateTimeOffset Started, DateTimeOffset? Completed)
{
    public static RunStatus Of(RunRecord run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return new(run.Id, run.Command, run.Status, run.ItemsTotal, run.ItemsProcessed, run.StartedAt, run.CompletedAt);
    }
}

public sealed record SpaceStatus(string Name, string Provider, string Model, int Dimension, double Coverage);

/// <param name="Metadata">Of the current ones: those whose title, path or metadata a sync would update.</param>
public sealed record ItemCounts(int Total, int Current, int Missing, int Stale, int Orphaned, int Blocked, int Metadata)
{
    /// <summary>Blocked, and accepted by the configuration: counted nowhere else.</summary>
    public int Accepted { get; init; }
}

public sealed record ChunkCounts(int Total, int Embedded);

public sealed record SourceStatus(
    string Name, string Type, int Total, int Current, int Missing, int Stale, int Orphaned, int Blocked, double Coverage);

public sealed record TypeStatus(string Type, int Total, int Embedded, int Pending, double Coverage);

/// <param name="Cost">USD; null where the price is unknown.</param>
/// <param name="Chunks">Chunks to buy, each text once.</param>
/// <param name="CalibratedBy">Past runs whose bills the tokens are learned from.</param>
/// <param name="PriceFrom"><c>embeddings.prices</c> or the month of the built-in table; null where it is unknown or nothing is
/// paid.</param>
public sealed record EstimateReport(
    int Chunks, int Requests, long Tokens, decimal? Cost, double Seconds, int CalibratedBy, string? PriceFrom)
{
    internal static EstimateReport Of(PurchaseEstimate purchase) =>
        new(purchase.Chunks, purchase.Requests, purchase.Tokens, purchase.Cost, purchase.Seconds, purchase.CalibratedBy,
            purchase.PriceFrom);
}

public sealed record DriftEntry(
    string Source, string Id, string? Path, string State, IReadOnlyList<string> Reasons, string Title, int? Line, string? Message)
{
    internal static DriftEntry Of(Drift drift) => new(
        drift.Source, drift.Id, drift.Path, drift.State.ToString().ToLowerInvariant(), drift.Reasons, drift.Title, drift.Line,
        drift.Message);

    /// <summary>Code for warnings and annotations.</summary>
    internal string Code => State switch
    {
        "missing" => ProblemCodes.Missing,
        "stale" => ProblemCodes.Stale,
        "orphaned" => ProblemCodes.Orphaned,
        _ => Reasons.Count > 0 ? Reasons[0] : "EMB1100",
    };

    /// <summary>One sentence on what it is and what mends it.</summary>
    internal string Sentence => State switch
    {
        "missing" => $"'{Name}' has no embedding yet; run 'embsync sync'",
        "stale" => $"'{Name}' changed since it was embedded ({string.Join(", ", Reasons)}); run 'embsync sync'",
        "orphaned" => $"'{Name}' is gone from the source and still in the index; run 'embsync sync'",
        _ => Message ?? "can't be used",
    };

    private string Name => string.IsNullOrEmpty(Title) ? Id : Title;
}
