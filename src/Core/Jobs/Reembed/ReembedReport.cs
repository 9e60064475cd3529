using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Model;

namespace EmbSync.Core.Jobs.Reembed;

/// <summary>What <c>reembed</c> of embsync's own store says, dry or not; its members are the JSON, version 1.</summary>
/// <param name="Status"><c>planned</c> (dry run), <c>done</c>, <c>partial</c> (some texts failed, no switch), <c>stopped</c>,
/// <c>failed</c>, <c>lost</c> (the store itself went away), <c>interrupted</c>.</param>
/// <param name="Current">What searches used before.</param>
/// <param name="TypeChanges">Dimension, and with it the type of the public view's vectors, is another.</param>
/// <param name="Switched">Searches use the target now.</param>
/// <param name="Pinned">Syncs keep it although the configuration says otherwise.</param>
/// <param name="LeftToAnother">Another process of the same reembed builds the index and switches.</param>
public sealed record ReembedReport(
    int SchemaVersion,
    bool DryRun,
    long? RunId,
    string Status,
    string Space,
    SignatureReport Current,
    SignatureReport Target,
    bool TypeChanges,
    ReembedChunks Chunks,
    int Requests,
    TokenReport Tokens,
    CostReport Cost,
    ReembedSeconds Seconds,
    RecallReport? Recall,
    bool IndexBuilt,
    bool Switched,
    bool Pinned,
    bool LeftToAnother,
    IReadOnlyList<SyncError> Errors,
    IReadOnlyList<string> Notes)
{
    /// <summary>Of the requests, those that were sent again because the one before brought nothing usable.</summary>
    public int Retries { get; init; }

    /// <summary>The pin was taken away, and nothing else was done.</summary>
    public bool Unpinned { get; init; }

    public static ReembedReport Planned(ReembedPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var purchase = plan.Purchase;
        return new(1, true, null, "planned", plan.Space, SignatureReport.Of(plan.Active.Signature), SignatureReport.Of(plan.Target),
            plan.TypeChanges,
            new(plan.Backlog.Chunks, plan.Backlog.Missing, 0, plan.Reused, 0), purchase.Requests, new(
            purchase.Tokens, null) { CalibratedBy = purchase.CalibratedBy },
            new("USD", purchase.Cost, null) { PriceFrom = purchase.PriceFrom }, new(purchase.Seconds, 0, purchase.Seconds), null, false,
            plan.Switches, plan.Pins, false, [], plan.Notes);
    }

    /// <param name="actualCost">USD; null where the price is unknown.</param>
    public static ReembedReport Executed(
        ReembedPlan plan, ReembedOutcome outcome, long? run, decimal? actualCost, TimeSpan elapsed, string status)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(outcome);
        var bought = outcome.Bought;
        var embedding = Math.Round(outcome.EmbeddingTime.TotalSeconds, 2);
        return Planned(plan) with
        {
            DryRun = false,
            RunId = run,
            Status = status,
            Chunks = new(plan.Backlog.Chunks, plan.Backlog.Missing, bought.Embedded, plan.Reused,
            embedding > 0 ? Math.Round(bought.Embedded / embedding, 1) : 0),
            Requests = bought.Requests,
            Retries = bought.Retries,
            Tokens = new(plan.Purchase.Tokens, bought.Billed) { Covered = bought.Covered, CalibratedBy = plan.Purchase.CalibratedBy },
            Cost = new("USD", plan.Purchase.Cost, actualCost) { PriceFrom = plan.Purchase.PriceFrom },
            Seconds = new(embedding, Math.Round(outcome.IndexTime.TotalSeconds, 2), Math.Round(elapsed.TotalSeconds, 2)),
            Recall = outcome.Recall is { } recall ? new(Math.Round(recall.Recall, 4), recall.Queries, recall.Nearest, recall.EfSearch)
            : null,
            IndexBuilt = outcome.IndexBuilt,
            Switched = outcome.Switched,
            LeftToAnother = outcome.LeftToAnother,
            Errors = [.. bought.Failures.Select(SyncError.Of)],
            Notes = [.. plan.Notes, .. outcome.Notes],
        };
    }

    /// <summary>As receipts are kept, so that <c>runs</c> shows it and later estimates learn from it.</summary>
    internal SyncReport AsReceipt() => new(
        1, false, RunId, Status, Target.Model, Target.Dimension, new(0, 0, 0, 0, 0, 0, Errors.Count),
        new(Chunks.Embedded, Chunks.Reused, 0), Requests, Tokens, Cost,
        Seconds.Embedding, Errors, 0, Notes) { Retries = Retries };
}

public sealed record SignatureReport(string Provider, string Model, int Dimension)
{
    internal static SignatureReport Of(EmbeddingSignature signature) => new(signature.Provider, signature.Model, signature.Dimension);

    public override string ToString() => Text.Of($"{Provider} {Model}, {Text.Noun(Dimension, $"{Dimension} dimension")}");
}

/// <param name="Total">Distinct texts that are stored.</param>
/// <param name="Missing">Of these, without a vector of the target when it began.</param>
/// <param name="Embedded">Bought.</param>
/// <param name="Reused">Vectors that were there: of a retired generation, or of a reembed that was cut off.</param>
/// <param name="PerSecond">Embedded in a second, without the index.</param>
public sealed record ReembedChunks(int Total, int Missing, int Embedded, int Reused, double PerSecond);

/// <param name="Embedding">Requests and commits, without the index.</param>
/// <param name="Index">Building and checking it.</param>
public sealed record ReembedSeconds(double Embedding, double Index, double Total);

/// <param name="Recall">0 to 1, at <paramref name="Nearest"/>, of the index against exact search.</param>
public sealed record RecallReport(double Recall, int Queries, int Nearest, int EfSearch);
