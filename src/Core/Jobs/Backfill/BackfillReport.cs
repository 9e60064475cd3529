using System.Text.Json.Serialization;
using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Planning;

namespace EmbSync.Core.Jobs.Backfill;

/// <summary>What <c>backfill</c> says, dry or not; its members are the JSON as documented, version 1.</summary>
/// <param name="RunId">Receipt in the store; null when nothing was to be done.</param>
/// <param name="Status"><c>planned</c> (dry run), <c>done</c>, <c>partial</c>, <c>stopped</c>, <c>failed</c>, <c>lost</c> (the store itself
/// went away), <c>interrupted</c>.</param>
/// <param name="QueueEmpty">Nothing is left but what failed.</param>
public sealed record BackfillReport(
    int SchemaVersion, bool DryRun, long? RunId, string Status, bool QueueEmpty, BackfillRoundsReport Rounds, BackfillItems Items,
    int Chunks, int Requests, TokenReport Tokens, CostReport Cost,
    double Seconds, IReadOnlyList<SyncError> Errors, IReadOnlyList<string> Notes)
{
    /// <summary>See <see cref="SyncReport.Told"/>.</summary>
    [JsonIgnore]
    public IReadOnlySet<(string Source, string Id, string Code)> Told { get; init; } = new HashSet<(string, string, string)>();

    /// <summary>Of the requests, those that were sent again.</summary>
    public int Retries { get; init; }

    /// <summary>The same for each space.</summary>
    public IReadOnlyList<SpaceReport> Spaces { get; init; } = [];

    internal static BackfillReport Planned(SyncPlan plan, BackfillRequest request, string? violation)
    {
        return new(
            1, true, null, "planned", plan.Pending == 0, RoundsOf(request, 0), new(plan.Total, 0, plan.Pending, plan.Blocked.Count),
            plan.Purchase.Chunks, plan.Purchase.Requests,
            new(plan.Purchase.Tokens, null) { CalibratedBy = plan.Purchase.CalibratedBy }, new("USD", plan.Purchase.Cost, null)
            { PriceFrom = plan.Purchase.PriceFrom }, plan.Purchase.Seconds,
            [.. plan.Blocked.Select(SyncError.Of)], violation is null ? plan.Notes : [.. plan.Notes, "a backfill would stop: " + violation])
        {
            Told = plan.Told,
            Spaces = [.. plan.Spaces.Select(space => SpaceReport.Of(space, null))],
        };
    }

    internal static BackfillReport Executed(
        SyncPlan plan, BackfillRequest request, BackfillOutcome outcome, long? run, decimal? cost, TimeSpan elapsed, string status)
    {
        var bought = outcome.Bought;
        List<SyncError> errors = [.. plan.Blocked.Concat(bought.Failures.Where(failure => !plan.Known.Covers(failure))).Select(
            SyncError.Of)];
        var left = outcome.Left ?? plan.Pending;
        return new(
            1, false, run, status, outcome.IsQueueEmpty, RoundsOf(request, outcome.Rounds),
            new(plan.Total, outcome.Done, left, errors.Count), bought.Embedded, bought.Requests,
            new(plan.Purchase.Tokens, bought.Billed) { Covered = bought.Covered, CalibratedBy = plan.Purchase.CalibratedBy },
            new("USD", plan.Purchase.Cost, cost) { PriceFrom = plan.Purchase.PriceFrom }, Math.Round(elapsed.TotalSeconds, 2), errors,
            plan.Notes)
        {
            Retries = bought.Retries,
            Told = plan.Told,
            Spaces = [.. plan.Spaces.Select(
            (space, index) => SpaceReport.Of(space, index < bought.Spaces.Count ? bought.Spaces[index] : new(0, 0, 0, null, 0, null)))],
        };
    }

    /// <summary>As receipts are kept, so that <c>runs</c> shows it and later estimates learn from it.</summary>
    internal SyncReport AsReceipt() => new(
        1, false, RunId, Status, Spaces[0].Model, Spaces[0].Dimension, new(Items.Total, Items.Done, 0, 0, 0, 0, Errors.Count),
        new(Chunks, 0, 0), Requests, Tokens, Cost, Seconds, Errors, Items.Left, Notes)
    {
        Retries = Retries,
        Spaces = Spaces,
    };

    private static BackfillRoundsReport RoundsOf(BackfillRequest request, int done) =>
        new(done, request.Rounds, request.Limit, request.Pause.TotalSeconds);
}

/// <param name="Asked">At most.</param>
/// <param name="Limit">Chunks a round.</param>
/// <param name="PauseSeconds">Between two.</param>
public sealed record BackfillRoundsReport(int Done, int Asked, int Limit, double PauseSeconds);

/// <param name="Done">Have their vectors since it began, whoever bought them.</param>
/// <param name="Left">Still lack vectors, failed ones among them.</param>
public sealed record BackfillItems(int Total, int Done, int Left, int Failed);
