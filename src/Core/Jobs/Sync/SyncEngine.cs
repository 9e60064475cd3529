using EmbSync.Core.Buying;
using EmbSync.Core.Jobs.Sync.Saved;
using EmbSync.Core.Model;
using EmbSync.Core.Planning;
using EmbSync.Core.Storage;
using EmbSync.Core.Storage.Spool;

namespace EmbSync.Core.Jobs.Sync;

/// <param name="Stopped">Why the run ended early; null when it was walked to its end.</param>
public sealed record SyncResult(SyncReport Report, ExitCode ExitCode, Exception? Stopped)
{
    /// <summary>Rows that differ and weren't looked at: another part of the same run does them. Null for none.</summary>
    public RowSets? Rest { get; init; }

    /// <summary>It had the right to write, and wrote: also where it only switched generations or recorded a source.</summary>
    public bool HasWritten { get; init; }

    /// <summary>All was done but the deletions that the guard refused: no reason for what comes after to stop.</summary>
    public bool IsRefusal => Stopped is GuardException && Report.Refused.Count > 0 && Report.Status is "done" or "partial";
}

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
        return StatusReport.Of(made.Plan, workspace.ProjectOf(made.Head), workspace.StoreDescription, made.Commit, listLimit);
    }

    /// <summary>The same, with the warnings alone that are not said of what is stored.</summary>
    internal async Task<StatusReport> NewsAsync(SyncRequest request, int? listLimit, CancellationToken cancellationToken)
    {
        var made = await _planMaker.MakeAsync(request, cancellationToken);
        return StatusReport.OfNews(made.Plan, workspace.ProjectOf(made.Head), workspace.StoreDescription, made.Commit, listLimit);
    }

    public async Task<SyncReport> DryRunAsync(SyncRequest request, SpendLimit spend, CancellationToken cancellationToken)
    {
        var plan = (await _planMaker.MakeAsync(request, cancellationToken)).Plan;
        return Planned(plan, Violation(plan, spend));
    }

    /// <summary>A dry run, with its plan in the form that is saved for review.</summary>
    public async Task<(SavedPlan Plan, SyncReport Report)> PlanAsync(
        SyncRequest request, SpendLimit spend, CancellationToken cancellationToken)
    {
        var made = await _planMaker.MakeAsync(request with { Whole = true }, cancellationToken);
        var violation = Violation(made.Plan, spend);
        return (SavedPlan.Of(made, workspace, violation), Planned(made.Plan, violation));
    }

    /// <summary>
    /// A budget or a change of model beyond bounds comes as a result with status <c>stopped</c>: nothing was begun then. Deletions beyond
    /// bounds are left out,
    /// and end an otherwise complete run as the guard does.
    /// </summary>
    /// <exception cref="LockedException">Another run writes.</exception>
    /// <exception cref="UsageException">The provider can't be used as configured.</exception>
    public async Task<SyncResult> RunAsync(
        SyncRequest request, SpendLimit spend, IProgress<SyncProgress> progress, CancellationToken cancellationToken) =>
        Told(await IndexedAsync(
            await new SyncParts(spend, request, progress)
            .RunAsync((part, left, shown) => RunAsync(part, null, left, shown, cancellationToken)), cancellationToken));

    /// <summary>
    /// Does exactly what the plan says. When source, configuration or store moved since it was made, that comes as a result with status
    /// <c>stopped</c>.
    /// </summary>
    /// <param name="maxBatches">At most so many requests; null for what the plan says.</param>
    /// <exception cref="LockedException">Another run writes.</exception>
    /// <exception cref="UsageException">The provider can't be used as configured.</exception>
    public async Task<SyncResult> ApplyAsync(
        SavedPlan plan, int? maxBatches, SpendLimit spend, IProgress<SyncProgress> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return Told(await IndexedAsync(
            await RunAsync(plan.Request with { MaxBatches = maxBatches ?? plan.Request.MaxBatches, Whole = true }, plan, spend, progress,
            cancellationToken), cancellationToken));
    }

    /// <summary>What applying would do now, or that it would be refused. Buys and writes nothing.</summary>
    public async Task<SyncResult> DryApplyAsync(SavedPlan plan, SpendLimit spend, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var (now, report) = await PlanAsync(plan.Request, spend, cancellationToken);
        return PlanComparison.Moved(plan, now) is { } moved
            ? new(report, ExitCode.Guard, new GuardException(NoLongerHolds(moved)))
            : new(report, ExitCode.Done, null);
    }

    /// <summary>
    /// Last of all, when the lock is gone and the receipt is written: all is stored and found by then, so that a run whose index can't be
    /// built is none that
    /// failed.
    /// </summary>
    private async Task<SyncResult> IndexedAsync(SyncResult result, CancellationToken cancellationToken)
    {
        if (!result.HasWritten || result.Stopped is not null)
        {
            return result;
        }

        try
        {
            await workspace.EnsureIndexesAsync(workspace.Spaces.Select(space => space.Name), cancellationToken);
            return result;
        }
        catch (EmbSyncException exception)
        {
            return result with { Report = WithoutIndex(result.Report, exception.Message) };
        }
        catch (OperationCanceledException exception)
        {
            var (status, exitCode) = Verdict.Of(exception, hasFailures: false);
            return result with { Report = WithoutIndex(result.Report with { Status = status },
                "interrupted"), ExitCode = exitCode, Stopped = exception };
        }
    }

    private static SyncReport WithoutIndex(SyncReport report, string why) => report with
    {
        Notes =
        [
            .. report.Notes,
            $"all is stored and can be searched, but the vector index could not be built, so that a search compares every vector ({why}). 'embsync repair' builds it, and so does the next sync that writes, if nothing is in its way",
        ],
    };

    private async Task<SyncResult> RunAsync(
        SyncRequest request, SavedPlan? reviewed, SpendLimit spend, IProgress<SyncProgress> progress, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        var made = await MakeAsync(request, reviewed, cancellationToken);
        if (Violation(made.Plan, spend) is { } violation)
        {
            return Stopped(made.Plan, violation, started);
        }

        if (made.Plan.IsEmpty && !made.HasBookkeeping)
        {
            return InStep(made.Plan, started);
        }

        // A provider that can't be used as configured is found out before anything is written.
        using var providers = OpenProviders(made.Plan);
        await using var writer = await workspace.BeginWriteAsync(cancellationToken);
        var moved = (await workspace.Store.ReadHeadAsync(cancellationToken)).Revision != made.Head.Revision;
        var played = moved && reviewed is not null ? null : await PlayAsync(writer, made, cancellationToken);
        if (moved || played is not null)
        {
            // Somebody wrote between plan and lock, or an earlier run's purchases came in: what is there must not be bought again.
            made = await MakeAsync(request, moved ? reviewed : await AtAsync(reviewed, cancellationToken), cancellationToken,
                spooled: false);
            made = made with { Plan = made.Plan with { Notes = [.. made.Plan.Notes, .. played ?? []] } };
            if (Violation(made.Plan, spend) is { } later)
            {
                return Stopped(made.Plan, later, started);
            }
        }

        using var late = providers is null ? OpenProviders(made.Plan) : null;
        return await new SyncRun(workspace, writer, providers ?? late, clock, progress).ExecuteAsync(
            made, spend, started, cancellationToken);
    }

    /// <summary>Deletions that were refused are the guard's to tell, after all else was done.</summary>
    private static SyncResult Told(SyncResult result) => result.Stopped is null && result.Report.Refused.Count > 0
        ? result with { ExitCode = ExitCode.Guard, Stopped = new GuardException(
            string.Join(". ", result.Report.Refused.Select(refused => refused.Message))) }
        : result;

    private static SyncReport Planned(SyncPlan plan, string? violation)
    {
        var report = SyncReport.Planned(plan);
        return report with
        {
            Notes = [.. report.Notes, .. violation is null ? Array.Empty<string>() : ["a sync would stop: " + violation],
                .. plan.Refused.Select(refused => "a sync would refuse deletions: " + refused.Message)],
        };
    }

    private async Task<MadePlan> MakeAsync(
        SyncRequest request, SavedPlan? reviewed, CancellationToken cancellationToken, bool spooled = true)
    {
        var made = await _planMaker.MakeAsync(request, cancellationToken, spooled);
        if (reviewed is null)
        {
            return made;
        }

        var moved = PlanComparison.Moved(reviewed, SavedPlan.Of(made, workspace, null));
        return made with
        {
            Plan = made.Plan with
            {
                Exactly = true,
                Violation = moved is null ? made.Plan.Violation : NoLongerHolds(moved),
            },
        };
    }

    private static string NoLongerHolds(string moved) =>
        $"the plan no longer holds: {moved}. Nothing was bought or written. Make it again with 'embsync sync --plan', and review it";

    /// <summary>The plan counts what waits as there: playing it back is no move of the store.</summary>
    private async Task<SavedPlan?> AtAsync(SavedPlan? reviewed, CancellationToken cancellationToken) =>
        reviewed is null ? null : reviewed with
            { Store = reviewed.Store with { Revision = (await workspace.Store.ReadHeadAsync(cancellationToken)).Revision } };

    /// <summary>Brings in what earlier runs paid for; null where nothing waits.</summary>
    private async Task<IReadOnlyList<string>?> PlayAsync(IStoreWriter writer, MadePlan made, CancellationToken cancellationToken) =>
        workspace.Spool is { } folder && new SpoolReplay(folder) is { IsWaiting: true } spool
            ? await spool.PlayAsync(
                writer, made.Head, made.Plan.Spaces.ToDictionary(space => space.Name, space => space.Target.Signature), cancellationToken)
            : null;

    private SpaceProviders? OpenProviders(SyncPlan plan) => plan.Buy.Count == 0 ? null : SpaceProviders.Open(workspace, plan);

    private static string? Violation(SyncPlan plan, SpendLimit spend) =>
        plan.Violation ?? spend.Violation(plan.Purchase, plan.Spaces.All(space => space.Terms.IsFree));

    private SyncResult Stopped(SyncPlan plan, string violation, long started) => new(
        SyncReport.Executed(plan, SyncOutcome.Nothing, null, SyncRun.CostOf(plan, SyncOutcome.Nothing), clock.GetElapsedTime(started),
        "stopped"),
        ExitCode.Guard,
        new GuardException(violation));

    private SyncResult InStep(SyncPlan plan, long started)
    {
        var partial = plan.Blocked.Count + plan.Refused.Count > 0;
        return new(
            SyncReport.Executed(plan, SyncOutcome.Nothing, null, SyncRun.CostOf(plan, SyncOutcome.Nothing), clock.GetElapsedTime(started),
            partial ? "partial" : "done"),
            partial ? ExitCode.Partial : ExitCode.Done,
            null)
        {
            Rest = plan.Rest,
        };
    }
}
