using EmbSync.Core.Jobs.Reembed;
using EmbSync.Core.Jobs.Sync;

namespace EmbSync.Core.Jobs.Columns;

/// <summary>What <c>reembed --table</c> says, dry or not; its members are the JSON, version 1.</summary>
/// <param name="Status"><c>planned</c> (dry run), <c>done</c>, <c>partial</c> (some texts failed), <c>stopped</c>, <c>failed</c>,
/// <c>interrupted</c>.</param>
/// <param name="Current">What made the vectors that are there; null where nobody knows.</param>
/// <param name="Mode"><c>inplace</c>, <c>shadow</c> or <c>relaxed</c>.</param>
/// <param name="Batches">Requests, and statements that write.</param>
/// <param name="Indexes">Built, or to be built.</param>
/// <param name="Switched">The new vectors are in the column's place.</param>
public sealed record ColumnReembedReport(
    int SchemaVersion, bool DryRun, string Status, string Table, string Column, SignatureReport? Current, SignatureReport Target,
    string CurrentType, string TargetType, bool TypeChanges,
    string Mode, ColumnReembedRows Rows, int Batches, TokenReport Tokens, CostReport Cost, ReembedSeconds Seconds,
    IReadOnlyList<string> Indexes, bool Switched, IReadOnlyList<SyncError> Errors,
    IReadOnlyList<string> Notes)
{
    public static ColumnReembedReport Planned(ColumnPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var purchase = plan.Purchase;
        return new(1, true, "planned", plan.Table, plan.Column, plan.Current is null ? null : SignatureReport.Of(plan.Current),
            SignatureReport.Of(plan.Target), plan.CurrentType, plan.TargetType,
            plan.TypeChanges, plan.Mode.ToString().ToLowerInvariant(), new(plan.Rows, plan.Due, 0, plan.Empty, 0), purchase.Requests, new(
            purchase.Tokens, null),
            new("USD", purchase.Cost, null) { PriceFrom = purchase.PriceFrom }, new(purchase.Seconds, 0, purchase.Seconds), [], false, [],
            []);
    }

    public static ColumnReembedReport Executed(ColumnPlan plan, ColumnOutcome outcome, TimeSpan elapsed, string status)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(outcome);
        var seconds = Math.Round(outcome.EmbeddingTime.TotalSeconds, 2);
        return Planned(plan) with
        {
            DryRun = false,
            Status = status,
            Rows = new(plan.Rows, plan.Due, outcome.Updated, plan.Empty, seconds > 0 ? Math.Round(outcome.Updated / seconds, 1) : 0),
            Batches = outcome.Bought.Requests,
            Tokens = new(plan.Purchase.Tokens, outcome.Bought.Billed) { Covered = outcome.Bought.Covered },
            Cost = new("USD", plan.Purchase.Cost, plan.Terms.CostOf(outcome.Bought.Tokens)) { PriceFrom = plan.Purchase.PriceFrom },
            Seconds = new(seconds, Math.Round(outcome.IndexTime.TotalSeconds, 2), Math.Round(elapsed.TotalSeconds, 2)),
            Indexes = outcome.Indexes,
            Switched = outcome.Switched,
            Errors = [.. outcome.Bought.Failures.Select(SyncError.Of)],
        };
    }
}

/// <param name="Total">With text.</param>
/// <param name="Due">Of these: without a vector of the target when it began.</param>
/// <param name="Empty">Without text: without a vector afterwards.</param>
/// <param name="PerSecond">Updated in a second, without the index.</param>
public sealed record ColumnReembedRows(long Total, long Due, long Updated, long Empty, double PerSecond);
