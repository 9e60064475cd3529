using EmbSync.Core.Buying;
using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Model;
using EmbSync.Core.Planning;
using EmbSync.Core.Storage;
using EmbSync.Core.Storage.Spool;

namespace EmbSync.Core.Jobs.Backfill;

/// <param name="Stopped">Why it ended early; null when the rounds were done or nothing was left.</param>
public sealed record BackfillResult(BackfillReport Report, ExitCode ExitCode, Exception? Stopped);

/// <summary>
/// Embeds what lacks vectors, most urgent first, in rounds. Processes on several machines may do it at once over one store: each leases
/// texts from one queue, and no lock is held while they are embedded.
/// </summary>
public sealed class BackfillEngine(Workspace workspace, TimeProvider clock)
{
    /// <summary>What is to be done and what it would cost. Buys and writes nothing.</summary>
    public async Task<BackfillReport> DryRunAsync(BackfillRequest request, SpendLimit spend, CancellationToken cancellationToken)
    {
        var plan = await PlanAsync(request, cancellationToken);
        return BackfillReport.Planned(plan, request, spend.Violation(plan.Purchase, plan.Spaces.All(space => space.Terms.IsFree)));
    }

    /// <exception cref="LockedException">Another run writes for longer than the workspace waits.</exception>
    /// <exception cref="UsageException">The provider can't be used as configured, or another model is configured than the one in
    /// use.</exception>
    public async Task<BackfillResult> RunAsync(
        BackfillRequest request, SpendLimit spend, IProgress<BackfillProgress> progress, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        var plan = await PlanAsync(request, cancellationToken);
        if (spend.Violation(plan.Purchase, plan.Spaces.All(space => space.Terms.IsFree)) is { } violation)
        {
            return Result(plan, request, new(SyncOutcome.Nothing with { Stopped = new GuardException(violation) }, 0, 0, null, false),
                null, started);
        }

        if (plan.Pending == 0)
        {
            return Result(plan, request, new(SyncOutcome.Nothing, 0, 0, 0, true), null, started);
        }

        using var providers = SpaceProviders.Open(workspace, plan);
        var builds = new List<IGenerationBuild>();
        try
        {
            await BeginAsync(plan, builds, cancellationToken);
            await workspace.Store.RequireRoomAsync(plan.Spaces.Sum(space => VectorBytes(request, space)), cancellationToken);
            var bill = new Bill(spend, [.. plan.Spaces.Select(space => space.Terms)]);
            var receipt = new Receipt(builds[0], BuildRuns.Backfill, workspace.Git.Repository?.HeadCommit, bill, clock);
            await receipt.OpenAsync(plan.Pending, cancellationToken);
            var outcome = await receipt.KeepAsync(async () =>
            {
                using var embedding = providers.OpenEmbedding(workspace, new SyncRequest { Command = BuildRuns.Backfill }, bill);
                using var rounds = new BackfillRounds(workspace, request, builds, embedding.Streams, bill, plan, clock, progress);
                return await rounds.RunAsync(cancellationToken);
            });
            var result = Result(plan, request, outcome, receipt.Id, started);
            var end = await receipt.CloseAsync(new(
                VerdictOf(plan, outcome), outcome.Bought.Stopped, plan.Pending, outcome.Bought.Written, RunDetails.Of(
                result.Report.AsReceipt())));
            return new(result.Report with { Status = end.Status, Notes = [.. result.Report.Notes, .. end.Notes] }, end.ExitCode,
                end.Stopped);
        }
        finally
        {
            foreach (var build in builds)
            {
                await build.DisposeAsync();
            }
        }
    }

    /// <summary>Least size of what this process buys; the text is not counted.</summary>
    private long VectorBytes(BackfillRequest request, SpacePlan space) =>
        Math.Min(space.Purchase.Chunks, (long)request.Rounds * request.Limit) * VectorCodec.Size(
            workspace.Config.Store.Vectors, space.Target.Signature.Dimension);

    private async Task<SyncPlan> PlanAsync(BackfillRequest request, CancellationToken cancellationToken)
    {
        var plan = (await new PlanMaker(workspace)
            .MakeAsync(new() { Command = BuildRuns.Backfill, KeepOrphans = true, Sources = request.Sources }, cancellationToken)).Plan;
        return plan.ModelChanged
            ? throw new UsageException("the configuration names another model than the one that is searched: a backfill would mix them. Run 'embsync reembed' first (or 'embsync sync --all'), then go on")
            : plan;
    }

    private async Task BeginAsync(SyncPlan plan, List<IGenerationBuild> builds, CancellationToken cancellationToken)
    {
        await using var writer = await workspace.BeginWriteAsync(cancellationToken);
        if (workspace.Spool is { } folder && new SpoolReplay(folder, beside: true) is { IsWaiting: true } spool)
        {
            await spool.PlayAsync(writer, await workspace.Store.ReadHeadAsync(cancellationToken),
                plan.Spaces.ToDictionary(space => space.Name, space => space.Target.Signature), cancellationToken);
        }

        foreach (var target in plan.Spaces.Select(space => space.Target))
        {
            var build = await writer.BeginBuildAsync(target.Space, target.Signature, cancellationToken);
            builds.Add(build);
            if (target.Active is null)
            {
                // Nothing to search yet: what comes in is searchable at once, and coverage says how much there is.
                await writer.ActivateAsync(build.Generation.Id, cancellationToken);
            }
        }
    }

    private static Verdict VerdictOf(SyncPlan plan, BackfillOutcome outcome) =>
        Verdict.Of(outcome.Bought.Stopped, plan.Blocked.Count + outcome.Bought.Failures.Count(failure => !plan.Known.Covers(failure)) > 0);

    private BackfillResult Result(SyncPlan plan, BackfillRequest request, BackfillOutcome outcome, long? run, long started)
    {
        var (status, code) = VerdictOf(plan, outcome);
        return new(BackfillReport.Executed(plan, request, outcome, run, SyncRun.CostOf(plan, outcome.Bought),
            clock.GetElapsedTime(started), status), code, outcome.Bought.Stopped);
    }
}
