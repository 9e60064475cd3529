using EmbSync.Core.Buying;
using EmbSync.Core.Model;
using EmbSync.Core.Planning;

namespace EmbSync.Core.Jobs.Sync;

/// <summary>
/// A run over more rows than are held at a time, part by part: each is planned, bought and written like a run of its own, with its receipt.
/// The
/// first part's plan prices all of them, and the bounds on spending hold for all together. What is to be done is decided when the run
/// begins: each part takes of what
/// the ones before left, so that a row is bought at most once, whatever it says at the next look, and a run ends though rows keep coming.
/// </summary>
internal sealed class SyncParts(SpendLimit spend, SyncRequest request, IProgress<SyncProgress> progress)
{
    public async Task<SyncResult> RunAsync(Func<SyncRequest, SpendLimit, IProgress<SyncProgress>, Task<SyncResult>> run)
    {
        var whole = await run(request, spend, progress);
        while (GoesOn(whole))
        {
            SyncResult part;
            try
            {
                part = await run(request with { Rest = whole.Rest }, whole.Report.LeftOf(spend), new OffsetProgress(
                    progress, whole.Report));
            }
            catch (Exception exception) when (exception is EmbSyncException or OperationCanceledException)
            {
                // What the parts before did and spent is still to be told.
                var (status, exitCode) = Verdict.Of(exception, hasFailures: false);
                return whole with { Report = whole.Report with { Status = status }, ExitCode = exitCode, Stopped = exception };
            }

            whole = part with
            {
                Report = Sum(whole.Report, part.Report),
                ExitCode = part.ExitCode == ExitCode.Done ? whole.ExitCode : part.ExitCode,
                HasWritten = whole.HasWritten || part.HasWritten,
            };
        }

        return whole;
    }

    private bool GoesOn(SyncResult result) =>
        result.Rest is not null && result.Stopped is null && result.ExitCode is ExitCode.Done or ExitCode.Partial
            && request is { Limit: null, MaxBatches: null };

    /// <summary>Progress of a part, shown as that of the whole.</summary>
    private sealed class OffsetProgress(IProgress<SyncProgress> progress, SyncReport done) : IProgress<SyncProgress>
    {
        private readonly int _batches = done.Requests - done.Retries;
        private readonly int _items = done.Items.New + done.Items.Changed + done.Items.Metadata;

        public void Report(SyncProgress value) => progress.Report(new(
            value.ItemsDone + _items, value.ItemsTotal + _items, value.ChunksEmbedded + done.Chunks.Embedded, value.ChunksTotal
            + done.Chunks.Embedded,
            value.Tokens + (done.Tokens.Billed ?? 0), value.Failures + done.Errors.Count)
        {
            Batches = value.Batches + _batches,
            BatchesTotal = value.BatchesTotal + _batches,
        });
    }

    private static SyncReport Sum(SyncReport one, SyncReport next)
    {
        List<SyncError> errors = [.. one.Errors.Concat(next.Errors).DistinctBy(error => (error.Source, error.Id, error.Code))];
        var (a, b) = (one.Items, next.Items);
        var (added, changed, metadata) = (a.New + b.New, a.Changed + b.Changed, a.Metadata + b.Metadata);
        return next with
        {
            Status = next.Status == "done" && errors.Count > 0 ? "partial" : next.Status,
            Items = new(b.Total, added, changed, metadata,
            Math.Max(0, b.Total - added - changed - metadata - errors.Count - next.Remaining), a.Deleted
            + b.Deleted, errors.Count) { Refused = Math.Max(a.Refused, b.Refused) },
            Chunks = new(one.Chunks.Embedded + next.Chunks.Embedded, one.Chunks.Reused + next.Chunks.Reused,
            one.Chunks.Deleted + next.Chunks.Deleted),
            Requests = one.Requests + next.Requests,
            Retries = one.Retries + next.Retries,
            Tokens = Sum(one.Tokens, next.Tokens),
            Cost = Sum(one.Cost, next.Cost),
            Seconds = Math.Round(one.Seconds + next.Seconds, 2),
            Errors = errors,
            Notes = [.. one.Notes.Concat(next.Notes).Distinct()],
            Spent = one.Spent is null && next.Spent is null ? null : (one.Spent ?? 0) + (next.Spent ?? 0),
            Sources = one.Sources,
            Refused = one.Refused.Count > 0 ? one.Refused : next.Refused,
            Held = [.. one.Held, .. next.Held],
            Volatile = [.. one.Volatile.Union(next.Volatile)],
            Warnings = one.Warnings.And(next.Warnings),
            Spaces = [.. one.Spaces.Zip(next.Spaces, (first, second) => second with
            {
                Chunks = first.Chunks + second.Chunks, Requests = first.Requests
                    + second.Requests, Tokens = Sum(first.Tokens, second.Tokens), Cost = Sum(first.Cost, second.Cost),
            })],
        };
    }

    /// <summary>The first estimate is that of the whole.</summary>
    private static TokenReport Sum(TokenReport one, TokenReport next) => one with
    {
        Billed = one.Billed is null && next.Billed is null ? null : (one.Billed ?? 0) + (next.Billed ?? 0),
        Covered = one.Covered is null && next.Covered is null ? null : (one.Covered ?? 0) + (next.Covered ?? 0),
    };

    private static CostReport Sum(CostReport one, CostReport next) => one with { Actual = one.Actual + next.Actual };
}
