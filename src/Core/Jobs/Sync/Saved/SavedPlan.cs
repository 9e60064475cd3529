using EmbSync.Core.Model;
using EmbSync.Core.Planning;

namespace EmbSync.Core.Jobs.Sync.Saved;

/// <summary>
/// A plan as a file: what a sync would do, item by item, with its price, and what it was made from, so that it can be reviewed and
/// then applied exactly. Its members are the JSON, version 1. Holds no text of any item, no vector and no secret.
/// </summary>
/// <param name="Kind">Always <see cref="FileKind"/>: tells the file from any other JSON.</param>
/// <param name="Commit">Commit that was read, or HEAD under the work tree; for people: what counts is whether the items are the
/// same.</param>
/// <param name="Configuration">The settings in effect that shape a plan, by path; secrets and settings of pace are not among them.</param>
/// <param name="Violation">Why applying it would be refused as it stands (budget, change of model); null when it would not.</param>
public sealed record SavedPlan(
    int SchemaVersion,
    string Kind,
    string Project,
    string? Commit,
    SavedStore Store,
    IReadOnlyDictionary<string, string> Configuration,
    SyncRequest Request,
    IReadOnlyList<SavedGeneration> Generations,
    SavedEstimate Estimate,
    string? Violation,
    IReadOnlyList<SavedItem> Items,
    IReadOnlyList<SavedDeletion> Deletions,
    IReadOnlyList<SyncError> Blocked)
{
    public const string FileKind = "embsync plan";

    /// <summary>What the deletion guard keeps: applying the plan does all else, and leaves with 5.</summary>
    public IReadOnlyList<RefusedDeletions> Refused { get; init; } = [];

    public const int Version = 1;

    internal static SavedPlan Of(MadePlan made, Workspace workspace, string? violation)
    {
        var plan = made.Plan;
        return new(
            Version,
            FileKind,
            workspace.ProjectOf(made.Head),
            made.Commit,
            new(workspace.StoreDescription, made.Head.Revision),
            PlanSettings.Of(workspace.Config),
            plan.Request,
            [.. plan.Spaces.Select(space => SavedGeneration.Of(space))],
            new(plan.Purchase.Chunks, plan.ReusedChunks, plan.Purchase.Requests, plan.Purchase.Tokens, plan.Purchase.Cost,
            plan.Purchase.Seconds),
            violation,
            [.. plan.Items.Select(item => SavedItem.Of(item, plan.Spaces))],
            [.. plan.Deletions.Select(deletion => new SavedDeletion(deletion.Key.Source, deletion.Key.Id, deletion.Path, deletion.Moved))],
            [.. plan.Blocked.Select(SyncError.Of)]) { Refused = plan.Refused };
    }
}

/// <param name="Place">Backend and place, without secrets.</param>
/// <param name="Revision">Grows with every write; see <see cref="Storage.StoreHead"/>.</param>
public sealed record SavedStore(string Place, long Revision);

/// <param name="Chunks">To buy in this space.</param>
/// <param name="Cost">USD; null where the price is unknown.</param>
public sealed record SavedGeneration(
    string Space, string Provider, string Model, int Dimension, string Fingerprint, int Chunks, long Tokens, decimal? Cost)
{
    internal static SavedGeneration Of(SpacePlan space)
    {
        var signature = space.Target.Signature;
        return new(space.Name, signature.Provider, signature.Model, signature.Dimension, signature.Fingerprint, space.Buy.Count,
            space.Purchase.Tokens, space.Purchase.Cost);
    }
}

/// <param name="Cost">USD; null where the price is unknown.</param>
public sealed record SavedEstimate(int Chunks, int Reused, int Requests, long Tokens, decimal? Cost, double Seconds);

/// <param name="Change"><c>new</c>, <c>changed</c> or <c>metadata</c>.</param>
/// <param name="Reasons">Why: <c>missing</c>, <c>metadata</c>, or what made it stale.</param>
/// <param name="Buy">Hashes that this item is the first to buy.</param>
/// <param name="Tokens">Estimated tokens of what it buys.</param>
/// <param name="Cost">USD of them; null where the price is unknown.</param>
/// <param name="Digest">Of the item as it was read: text, metadata and place.</param>
/// <param name="Replaces">Id that it had before, with its source; null unless it moved.</param>
public sealed record SavedItem(
    string Source,
    string Id,
    string? Path,
    string Title,
    string Change,
    IReadOnlyList<string> Reasons,
    int Chunks,
    IReadOnlyList<string> Buy,
    long Tokens,
    decimal? Cost,
    string Digest,
    string? Replaces)
{
    internal static SavedItem Of(PlannedItem planned, IReadOnlyList<SpacePlan> spaces)
    {
        var item = planned.Item;
        var chunks = item.Hashes.Zip(item.Tokens).DistinctBy(chunk => chunk.First).Where(
            chunk => planned.Buy.Contains(chunk.First)).ToList();
        var (tokens, cost) = (0L, (decimal?)0m);
        foreach (var space in spaces)
        {
            var text = chunks.Where(chunk => space.Buy.Contains(chunk.First)).Sum(chunk => (long)chunk.Second);
            var billed = space.Terms.IsFree ? text : space.Terms.Calibrated(text);
            (tokens, cost) = (tokens + billed, cost + space.Terms.CostOf(billed));
        }

        return new(
            planned.Key.Source,
            planned.Key.Id,
            item.Path,
            item.Title,
            planned.Change.ToString().ToLowerInvariant(),
            planned.Change == ItemChange.Metadata ? ["metadata"] : planned.State == ItemState.Missing ? ["missing"]
            : planned.Reasons.Names(),
            item.Hashes.Count,
            [.. planned.Buy.Select(hash => hash.ToString())],
            tokens,
            cost,
            ContentHash.OfSequence([item.ContentDigest, item.RecordDigest]).ToString(),
            planned.Replaces?.ToString());
    }
}

/// <param name="Moved">Its content goes on under another id: nothing is lost.</param>
public sealed record SavedDeletion(string Source, string Id, string? Path, bool Moved);
