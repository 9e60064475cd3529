using EmbSync.Core.Embedding;
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
        var made = await _planMaker.MakeAsync(request, cancellationToken);
        return StatusReport.Of(made.Plan, workspace.Config.Project, workspace.StoreDescription, made.Commit, listLimit);
    }

    public async Task<SyncReport> DryRunAsync(SyncRequest request, SpendLimit spend, CancellationToken cancellationToken)
    {
        var plan = (await _planMaker.MakeAsync(request, cancellationToken)).Plan;
        var report = SyncReport.Planned(plan);
        return Violation(plan, spend) is { } violation ? report with { Notes = [.. report.Notes, "a sync would stop: " + violation] } : report;
    }

    /// <summary>
    /// Deletions, budget or a change of model beyond bounds come as a result with status <c>stopped</c>: nothing was begun then.
    /// </summary>
    /// <exception cref="LockedException">Another run writes.</exception>
    /// <exception cref="UsageException">The provider can't be used as configured.</exception>
    public async Task<SyncResult> RunAsync(
        SyncRequest request, SpendLimit spend, IProgress<SyncProgress> progress, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        var made = await _planMaker.MakeAsync(request, cancellationToken);
        if (Violation(made.Plan, spend) is { } violation)
        {
            return Stopped(made.Plan, violation, started);
        }

        if (made.Plan.IsEmpty && !made.HasBookkeeping)
        {
            return InStep(made.Plan, started);
        }

        // A provider that can't be used as configured is found out before anything is written.
        using var provider = OpenProvider(made.Plan);
        await using var writer = await workspace.Store.BeginWriteAsync(workspace.Config.Project, cancellationToken);
        if ((await workspace.Store.ReadHeadAsync(cancellationToken)).Revision != made.Head.Revision)
        {
            // Somebody wrote between plan and lock: what they bought must not be bought again.
            made = await _planMaker.MakeAsync(request, cancellationToken);
            if (Violation(made.Plan, spend) is { } later)
            {
                return Stopped(made.Plan, later, started);
            }
        }

        using var late = provider is null ? OpenProvider(made.Plan) : null;
        return await new SyncRun(workspace, writer, provider ?? late, clock, progress).ExecuteAsync(made, spend, started, cancellationToken);
    }

    private IEmbeddingProvider? OpenProvider(SyncPlan plan) =>
        plan.Buy.Count == 0 ? null : workspace.OpenProvider(plan.Target.Signature);

    private string? Violation(SyncPlan plan, SpendLimit spend) => plan.Violation ?? spend.Violation(plan.Purchase, workspace.Terms);

    private SyncResult Stopped(SyncPlan plan, string violation, long started) => new(
        SyncReport.Executed(plan, SyncOutcome.Nothing, null, workspace.Terms.CostOf(0), clock.GetElapsedTime(started), "stopped"),
        ExitCode.Guard,
        new GuardException(violation));

    private SyncResult InStep(SyncPlan plan, long started)
    {
        var partial = plan.Blocked.Count > 0;
        return new(
            SyncReport.Executed(plan, SyncOutcome.Nothing, null, workspace.Terms.CostOf(0), clock.GetElapsedTime(started), partial ? "partial" : "done"),
            partial ? ExitCode.Partial : ExitCode.Done,
            null);
    }
}
