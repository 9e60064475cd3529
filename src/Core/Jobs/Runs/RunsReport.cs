using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Jobs.Runs;

/// <summary>What <c>runs</c> says, newest first; its members are the JSON, version 1.</summary>
public sealed record RunsReport(int SchemaVersion, string Store, IReadOnlyList<RunEntry> Runs)
{
    public static RunsReport Of(string store, IEnumerable<RunRecord> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        return new(1, store, [.. runs.Select(RunEntry.Of)]);
    }
}

/// <summary>The receipt of one run that wrote.</summary>
/// <param name="Status">running, done, partial, failed, stopped, interrupted, abandoned (the process ended before the run did).</param>
/// <param name="Seconds">From start to end; null while there is no end.</param>
/// <param name="Items">Null where the run never said how it ended, as are the figures after it.</param>
/// <param name="TokensSpent">Billed where the provider said so, else estimated from the texts that were answered.</param>
/// <param name="Error">Why it ended early; null where it didn't.</param>
public sealed record RunEntry(
    long Id,
    string Command,
    string Status,
    string? Commit,
    DateTimeOffset StartedAt,
    DateTimeOffset? CompletedAt,
    double? Seconds,
    int ItemsTotal,
    int ItemsProcessed,
    SyncItems? Items,
    SyncChunks? Chunks,
    string? Model,
    int? Dimension,
    int? Requests,
    int? Retries,
    long TokensSpent,
    TokenReport? Tokens,
    CostReport? Cost,
    IReadOnlyList<SyncError> Failures,
    string? Error)
{
    public static RunEntry Of(RunRecord run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var report = RunDetails.Read(run.Details);
        return new(
            run.Id, run.Command, run.Status, run.Commit, run.StartedAt, run.CompletedAt,
            run.CompletedAt is { } end ? Math.Round((end - run.StartedAt).TotalSeconds, 2) : null,
            run.ItemsTotal, run.ItemsProcessed, report?.Items, report?.Chunks, report?.Model, report?.Dimension, report?.Requests,
            report?.Retries,
            run.Tokens, report?.Tokens, report?.Cost, report?.Errors ?? [], run.Error);
    }
}
