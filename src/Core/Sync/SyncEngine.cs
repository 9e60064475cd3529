using EmbSync.Core.Model;
using EmbSync.Core.Reporting;

namespace EmbSync.Core.Sync;

/// <param name="Stopped">Why the run ended early; null when it was walked to its end.</param>
public sealed record SyncResult(SyncReport Report, ExitCode ExitCode, Exception? Stopped);

/// <summary>
/// The one path: source, item, chunk, plan, embed, store, report. <c>status</c> and <c>sync --dry-run</c> stop at the plan, which
/// writes nothing and buys nothing; <c>sync</c> walks it all.
/// </summary>
public sealed class SyncEngine(Workspace workspace, TimeProvider clock)
{
    private readonly PlanMaker _planMaker = new(workspace);

    public async Task<StatusReport> StatusAsync(SyncRequest request, int? listLimit, CancellationToken cancellationToken)
    {
        var plan = await _planMaker.MakeAsync(request, cancellationToken);
        return StatusReport.Of(plan.Plan, workspace.Config.Project, workspace.StoreDescription, plan.Commit, listLimit);
    }

    public async Task<SyncReport> DryRunAsync(SyncRequest request, SpendLimit spend, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(spend);
        var plan = (await _planMaker.MakeAsync(request, cancellationToken)).Plan;
        var report = SyncReport.Planned(plan);
        return (plan.Violation ?? spend.Violation(plan.Purchase, workspace.Terms)) is { } violation
            ? report with { Notes = [.. report.Notes, "a sync would stop: " + violation] }
            : report;
    }

    /// <exception cref="GuardException">Deletions, budget or a change of model are beyond bounds: nothing was begun.</exception>
    /// <exception cref="LockedException">Another run writes.</exception>
    public async Task<SyncResult> RunAsync(
        SyncRequest request, SpendLimit spend, IProgress<SyncProgress> progress, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        var made = await _planMaker.MakeAsync(request, cancellationToken);
        Check(made.Plan, spend);
        if (made.Plan.IsEmpty && !made.HasBookkeeping)
        {
            return Finished(made.Plan, SyncOutcome.Nothing, null, started);
        }

        await using var writer = await workspace.Store.BeginWriteAsync(workspace.Config.Project, cancellationToken);
        if ((await workspace.Store.ReadHeadAsync(cancellationToken)).Revision != made.Head.Revision)
        {
            // Somebody wrote between plan and lock: what they bought must not be bought again.
            made = await _planMaker.MakeAsync(request, cancellationToken);
            Check(made.Plan, spend);
        }

        return await new SyncRun(workspace, writer, clock, progress).ExecuteAsync(made, spend, started, cancellationToken);
    }

    private void Check(SyncPlan plan, SpendLimit spend)
    {
        if ((plan.Violation ?? spend.Violation(plan.Purchase, workspace.Terms)) is { } violation)
        {
            throw new GuardException(violation);
        }
    }

    private SyncResult Finished(SyncPlan plan, SyncOutcome outcome, long? runId, long started)
    {
        var partial = plan.Blocked.Count > 0;
        return new(
            SyncReport.Executed(plan, outcome, runId, null, clock.GetElapsedTime(started), partial ? "partial" : "done"),
            partial ? ExitCode.Partial : ExitCode.Done,
            null);
    }
}
