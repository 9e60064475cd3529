using EmbSync.Core.Buying;
using EmbSync.Core.Configuration;
using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Model;
using EmbSync.Core.Planning;
using EmbSync.Core.Storage;
using EmbSync.Core.Storage.Spool;

namespace EmbSync.Core.Jobs.Repair;

/// <param name="Stopped">Why it ended early; null when it was walked to its end.</param>
public sealed record RepairResult(RepairReport Report, ExitCode ExitCode, Exception? Stopped);

/// <summary>
/// Two ways between sources, ledger and vectors: what is too much goes, what is broken is mended, and what is missing is named with its
/// price.
/// It buys nothing but the sample of <c>--verify</c>. Killed anywhere and run again, it does the rest.
/// </summary>
/// <param name="progress">A line before each step that takes time.</param>
public sealed class RepairEngine(Workspace workspace, TimeProvider clock, IProgress<string> progress)
{
    private const int DeleteBatch = 256;

    private readonly PlanMaker _planMaker = new(workspace);

    /// <summary>What a repair would do. Buys and writes nothing.</summary>
    public async Task<RepairResult> DryRunAsync(RepairRequest request, SpendLimit spend, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(spend);
        var found = await LookAsync(request, cancellationToken);
        var steps = found.Steps(RepairState.Planned).ToList();
        if (request.Verify > 0 && found.Made is { } seen)
        {
            var verifier = new Verifier(workspace, request, ActiveOf(seen.Head));
            await verifier.PrepareAsync(cancellationToken);
            steps.Add(new("verify", "", verifier.Estimate.Chunks, RepairState.Planned, "to be compared: "
                + Figures.Purchase(verifier.Estimate.Chunks, verifier.Estimate.Requests, verifier.Estimate.Tokens, verifier.Estimate.Cost,
                    verifier.Estimate.PriceFrom, 0, verifier.Estimate.Seconds)));
        }

        return Result(true, null, steps, [], found.Made?.Plan, null, null);
    }

    /// <exception cref="LockedException">Another run writes.</exception>
    /// <exception cref="StoreRefusedException">The store is another project's, or newer than this tool.</exception>
    public async Task<RepairResult> RunAsync(RepairRequest request, SpendLimit spend, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(spend);
        var head = await workspace.Store.ReadHeadAsync(cancellationToken);
        if (!head.Exists)
        {
            throw new StoreException(
                $"nothing was ever written to {workspace.StoreDescription}: there is nothing to repair. Run 'embsync sync'");
        }

        await using var writer = await workspace.BeginWriteAsync(cancellationToken);
        var active = ActiveOf(head);
        var run = new RepairRun(request, spend, new(spend, [.. active.Select(generation => workspace.TermsOf(generation.Signature))]),
            new Verifier(workspace, request, active));
        var receipt = new Receipt(writer, "repair", workspace.Git.Repository?.HeadCommit, run.Bill, clock);
        return await receipt.KeepAsync(() => RunAsync(run, writer, receipt, cancellationToken));
    }

    private static IReadOnlyList<Generation> ActiveOf(StoreHead head) =>
        [.. head.Generations.Where(one => one.State == GenerationState.Active)];

    private sealed record RepairRun(RepairRequest Request, SpendLimit Spend, Bill Bill, Verifier Verifier);

    private async Task<RepairResult> RunAsync(RepairRun run, IStoreWriter writer, Receipt receipt, CancellationToken cancellationToken)
    {
        var (request, done, verified) = (run.Request, new List<RepairStep>(), new List<Verification>());
        Exception? stopped = null;
        MadePlan? made = null;
        var verifying = TimeSpan.Zero;
        try
        {
            var found = await LookAsync(request, cancellationToken);
            if (found.Made is null)
            {
                await MendAsync(writer, receipt, found.Faults.Where(fault => fault.Kind == StoreFaultKind.MissingTable), found.Before,
                    done, cancellationToken);
                found = await LookAsync(request, cancellationToken);
            }

            made = found.Made;
            await MendAsync(writer, receipt, found, done, cancellationToken);
            if (request.Verify > 0)
            {
                await run.Verifier.PrepareAsync(cancellationToken);
                await receipt.OpenAsync(run.Verifier.Estimate.Chunks, cancellationToken);
                var begun = clock.GetTimestamp();
                try
                {
                    await run.Verifier.RunAsync(run.Spend, run.Bill, verified, cancellationToken);
                }
                finally
                {
                    verifying = clock.GetElapsedTime(begun);
                }
            }

            // What was deleted may be needed: what is left to buy is looked at again.
            made = (await LookAsync(request, cancellationToken)).Made;
        }
        catch (Exception exception) when (exception is EmbSyncException or OperationCanceledException)
        {
            stopped = exception;
        }

        var verdict = Verdict.Of(stopped, hasFailures: false);
        var end = await receipt.CloseAsync(new(
            verdict, stopped, done.Count, done.Count, run.Verifier.Spaces.Count == 0 ? null
            : RunDetails.Of(PurchaseReceipt.Of(
            run.Bill, receipt.Id, run.Verifier.Spaces, verified.Sum(one => one.Unreadable), verifying, verdict.Status))));
        return Result(false, receipt.Id, done, verified, made?.Plan, end, run.Verifier.Spaces.Count == 0 ? null : run);
    }

    private async Task<Findings> LookAsync(RepairRequest request, CancellationToken cancellationToken)
    {
        var before = clock.GetUtcNow() - request.Grace;
        var faults = await FindAsync(before, cancellationToken);
        var made = faults.Any(fault => fault.Kind == StoreFaultKind.MissingTable) ? null
            : await _planMaker.MakeAsync(new()
                { Command = "repair", Sources = request.Sources, MaxDelete = request.MaxDelete, DeletionsOnly = true }, cancellationToken);
        return new(made, faults, workspace.Spool is { } folder ? folder.Files().Count : 0, before, request.MaxDelete);
    }

    private async Task MendAsync(
        IStoreWriter writer, Receipt receipt, Findings found, List<RepairStep> done, CancellationToken cancellationToken)
    {
        if (found.Spooled > 0)
        {
            await receipt.OpenAsync(0, cancellationToken);
            var notes = await new SpoolReplay(workspace.Spool!).PlayAsync(
                writer, found.Made!.Head, SpoolReplay.NoTargets, cancellationToken);
            done.AddRange(notes.Select(note => new RepairStep("spool", workspace.Spool!.Folder, found.Spooled, RepairState.Done, note)));
        }

        if (found.Made!.Plan.Violation is { } violation)
        {
            done.Add(RepairStep.Refused("orphans", "", found.Orphans.Count, violation));
        }
        else
        {
            foreach (var batch in found.Orphans.Chunk(DeleteBatch))
            {
                cancellationToken.ThrowIfCancellationRequested();
                await receipt.OpenAsync(found.Orphans.Count, cancellationToken);
                await writer.CommitAsync(new(0, [], [], [.. batch.Select(deletion => deletion.Key)]), cancellationToken);
            }

            done.AddRange(found.OrphanSteps(RepairState.Done));
        }

        // Deleted items leave vectors behind, dropped tables leave views: each round may find what the one before made visible.
        var faults = await FindAsync(found.Before, cancellationToken);
        for (var round = 0; faults.Any(fault => found.Violation(fault) is null) && round < 3; round++)
        {
            await MendAsync(writer, receipt, faults.Where(fault => found.Violation(fault) is null), found.Before, done, cancellationToken);
            faults = await FindAsync(found.Before, cancellationToken);
        }

        done.AddRange(faults.Select(fault => found.Step(fault, RepairState.Left)));
        done.AddRange(found.HalfDone());
    }

    /// <summary>A retired generation of the configured model is what the next sync would buy again: it stays.</summary>
    private async Task<IReadOnlyList<StoreFault>> FindAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var wanted = (await workspace.Store.ReadHeadAsync(cancellationToken)).Generations
            .Where(generation => workspace.Spaces.Any(
                space => space.Name == generation.Space && space.Signature.Fingerprint == generation.Signature.Fingerprint))
            .Select(generation => generation.Id).ToHashSet();
        return [.. (await workspace.Store.FindFaultsAsync(before, cancellationToken))
            .Where(fault => fault.Kind != StoreFaultKind.RetiredGeneration || !wanted.Contains(fault.Generation))];
    }

    private async Task MendAsync(IStoreWriter writer, Receipt receipt, IEnumerable<StoreFault> faults, DateTimeOffset before,
        List<RepairStep> done, CancellationToken cancellationToken)
    {
        foreach (var fault in faults)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await receipt.OpenAsync(0, cancellationToken);
            progress.Report($"{RepairStep.Of(fault, RepairState.Planned, fault.Count).Name}: {fault.Subject}");
            if (await writer.MendAsync(fault, before, cancellationToken) is > 0 and var count)
            {
                done.Add(RepairStep.Of(fault, RepairState.Done, count));
            }
        }
    }

    private RepairResult Result(bool dry, long? id, IReadOnlyList<RepairStep> steps, IReadOnlyList<Verification> verified, SyncPlan? plan,
        RunEnd? end, RepairRun? bought)
    {
        var report = RepairReport.Of(workspace.StoreDescription, dry, id, steps, verified, plan, end?.Stopped);
        var code = end?.Stopped is not null ? end.ExitCode
            : !report.IsLeft ? ExitCode.Done : steps.Any(step => step.IsRefused) ? ExitCode.Guard : ExitCode.Drift;
        return new(bought is null ? report with { Notes = [.. report.Notes, .. end?.Notes ?? []] } : Priced(report, end!, bought), code,
            end?.Stopped);
    }

    private static RepairReport Priced(RepairReport report, RunEnd end, RepairRun run)
    {
        var bought = run.Bill.On(SyncOutcome.Nothing);
        var estimate = run.Verifier.Estimate;
        return report with
        {
            Requests = bought.Requests,
            Tokens = new(estimate.Tokens, bought.Billed) { Covered = bought.Covered },
            Cost = new("USD", estimate.Cost, run.Bill.Cost) { PriceFrom = estimate.PriceFrom },
            Notes = [.. report.Notes, .. end.Notes],
        };
    }

    /// <param name="Made">Null while a table is gone: nothing can be compared then.</param>
    /// <param name="Spooled">Files of paid vectors that wait for the store.</param>
    private sealed record Findings(
        MadePlan? Made, IReadOnlyList<StoreFault> Faults, int Spooled, DateTimeOffset Before, DeleteLimit? MaxDelete)
    {
        /// <summary>Spare vectors may be any share of all: only where every one seems so is it the chunks that are missing.</summary>
        private static readonly DeleteLimit AnyShare = new(1.0, null);

        /// <summary>What moved is written under its new name by a sync first.</summary>
        public IReadOnlyList<PlannedDeletion> Orphans => [.. (Made?.Plan.Deletions ?? []).Where(deletion => !deletion.Moved)];

        public IEnumerable<RepairStep> Steps(RepairState state)
        {
            var spool = Spooled == 0 ? [] : new[] { new RepairStep(
                "spool", "", Spooled, state, $"{Text.Count(Spooled, "file")} of paid vectors that wait for the store: to be played back") };
            var orphans = Made?.Plan.Violation is { } violation ? [RepairStep.Refused("orphans", "", Orphans.Count, violation)]
                : OrphanSteps(state);
            return [.. spool, .. orphans, .. Faults.Select(fault => Step(fault, state)), .. HalfDone()];
        }

        public RepairStep Step(StoreFault fault, RepairState state) =>
            RepairStep.Of(fault, state, fault.Count) is var step && Violation(fault) is { } violation
                ? RepairStep.Refused(step.Name, step.Subject, step.Amount, violation) : step;

        /// <summary>Why it must not be mended: all that was paid would go.</summary>
        public string? Violation(StoreFault fault) =>
            fault is not { Kind: StoreFaultKind.SpareVectors, Held: { } held } || fault.Count < held ? null : DeletionGuard.Violation(
            new(
                fault.Subject, (int)held, (int)held, Text.Of($"of {held:N0} vectors are of no stored chunk"),
                $"{fault.Subject} has {Text.Count(held, "vector")}, and no stored chunk is of any of them", "deleted",
                "Run 'embsync sync' first: it stores the items again and uses them."),
            AnyShare, MaxDelete);

        public IEnumerable<RepairStep> OrphanSteps(RepairState state) =>
            Orphans.GroupBy(deletion => deletion.Key.Source, StringComparer.Ordinal).Select(source => new RepairStep(
            "orphans", source.Key, source.Count(), state,
            $"{(state == RepairState.Planned ? "to be deleted:" : "deleted")} {Text.Count(source.Count(), "item")} gone from the source"));

        public IEnumerable<RepairStep> HalfDone() => (Made?.Head.Generations ?? [])
            .Where(generation => generation.State == GenerationState.Building).Select(generation => new RepairStep(
            "half-done", Text.Of($"{generation.Signature.Model}, {generation.Signature.Dimension}"), 1, RepairState.Left,
            Text.Of($"a reembed or a change of model is not done: go on with 'embsync reembed --model {generation.Signature.Model} --dimension {generation.Signature.Dimension}', or with a sync if it is the configured one")));
    }
}
