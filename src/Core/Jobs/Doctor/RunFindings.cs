using EmbSync.Core.Jobs.Runs;
using EmbSync.Core.Model;
using EmbSync.Core.Storage;
using EmbSync.Core.Storage.Inspection;

namespace EmbSync.Core.Jobs.Doctor;

/// <summary>What the receipts say: runs that fail, end early or are slow.</summary>
internal static class RunFindings
{
    /// <summary>Seconds a request, beyond which a run is called slow: hosted endpoints answer a full batch in 0.2 to 1 s.</summary>
    private const double SlowSeconds = 5;

    /// <summary>Requests from which on averages mean something.</summary>
    private const int EnoughRequests = 5;

    /// <summary>Share of requests that were sent again, from which on the pace doesn't fit the provider's limits.</summary>
    private const double OftenAgain = 0.2;

    /// <param name="runs">Newest first.</param>
    public static IEnumerable<Finding> Of(IEnumerable<RunRecord> runs)
    {
        if (runs.FirstOrDefault(run => run.Status != RunRecord.Running) is not { } record)
        {
            yield break;
        }

        var run = RunEntry.Of(record);
        var subject = Text.Of($"run {run.Id}");
        var what = Text.Of($"'{Plain.Line(run.Command)}' of {run.StartedAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC");
        var seeRun = Mend.Command(Text.Of($"embsync runs {run.Id}"));
        if (run.Status == "failed")
        {
            yield return Finding.Of(FindingKind.RunFailed, subject, $"{what} failed: {Plain.Line(run.Error ?? "no message")}", Mend.Hint(
                "Mend what the message says, then run it again: it goes on where it stopped."));
        }
        else if (run.Status == "partial")
        {
            var codes = run.Failures.GroupBy(failure => failure.Code).OrderBy(group => group.Key, StringComparer.Ordinal).Select(
                group => Text.Of($"{group.Count():N0} with {group.Key}"));
            yield return Finding.Of(FindingKind.RunFailed, subject, $"{what} set items aside: {string.Join(", ", codes)}.", seeRun);
        }
        else if (run.Status is "stopped" or "interrupted" or RunRecord.Abandoned)
        {
            yield return Finding.Of(FindingKind.RunStopped, subject,
                $"{what} ended early ({run.Status}){(run.Error is { } error ? $": {Plain.Line(error)}" : ".")}", Mend.Command(
                "embsync sync --dry-run"));
        }

        if (run.Requests is >= EnoughRequests and var requests && run.Retries is { } again && again >= OftenAgain * requests)
        {
            yield return Finding.Of(FindingKind.SlowRuns, subject, Text.Of($"{what} sent {again:N0} of {Text.Count(requests, "request")} again: the provider is busy, or allows less than was asked of it."),
                Mend.Hint("Say the provider's limits under embeddings.rate, or lower embeddings.concurrency."));
        }
        else if (run.Command != "repair" && run.Requests is >= EnoughRequests and var sent && run.Seconds / sent > SlowSeconds)
        {
            yield return Finding.Of(FindingKind.SlowRuns, subject, Text.Of($"{what} took {run.Seconds / sent:0.0} s a request."),
                Mend.Hint("Raise embeddings.concurrency or embeddings.batch.size; lower embeddings.batch.sleepMs and embeddings.rate if they hold it back; share the work: embsync backfill on several machines."));
        }
    }
}
