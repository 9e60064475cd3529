using EmbSync.Core.Buying;
using EmbSync.Core.Configuration;
using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Model;
using EmbSync.Core.Planning;
using EmbSync.Core.Providers;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Jobs.Reembed;

/// <param name="Stopped">Why it ended early; null when it was walked to its end.</param>
public sealed record ReembedResult(ReembedReport Report, ExitCode ExitCode, Exception? Stopped);

/// <summary>
/// Another model or dimension for embsync's own store: a new generation is filled beside the one that is searched, indexed, checked, and
/// takes
/// over in one short transaction. Killed anywhere and run again, it goes on from what is there.
/// </summary>
/// <param name="workspace">Its configuration names the target.</param>
/// <param name="configured">What the configuration says without flags; null for a space that it no longer has.</param>
public sealed class StoreReembed(Workspace workspace, EmbeddingSignature? configured, TimeProvider clock)
{
    /// <summary>Reads only.</summary>
    /// <exception cref="StoreException">Nothing is stored yet.</exception>
    /// <exception cref="UsageException">There is nothing to go back to.</exception>
    public async Task<ReembedPlan> PlanAsync(ReembedRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var store = workspace.Store;
        var head = await store.ReadHeadAsync(cancellationToken);
        var active = head.Active(request.Space) ?? throw new StoreException(
            $"nothing is indexed yet in space '{request.Space}' of {workspace.StoreDescription}: there is nothing to embed again. Run 'embsync sync', which uses the configured model");
        var target = request.Unpin ? active.Signature : request.Rollback ? ReembedPlan.RollbackOf(head, request.Space).Signature
            : workspace.SignatureOf(request.Space);
        var existing = head.Generations.FirstOrDefault(
            one => one.Space == request.Space && one.Signature.Fingerprint == target.Fingerprint);
        var backlog = await store.ReadBacklogAsync(existing?.Id, active.Id, cancellationToken);
        var listed = workspace.TermsOf(target);
        var terms = listed.IsFree ? listed
            : listed with { Past = PastReceipts.Of(await store.ReadRunsAsync(PastReceipts.Most, cancellationToken), target.Model) };
        return new(request.Space, active, target, existing, configured ?? target, backlog,
            PurchaseEstimate.For(backlog.Missing, backlog.Tokens, terms), Notes(backlog)) { Terms = terms };
    }

    /// <summary>What a run would do and cost. Buys and writes nothing.</summary>
    public async Task<ReembedReport> DryRunAsync(ReembedRequest request, SpendLimit spend, CancellationToken cancellationToken)
    {
        var plan = await PlanAsync(request, cancellationToken);
        var report = ReembedReport.Planned(plan);
        return Violation(plan, spend) is { } violation ? report with { Notes = [.. report.Notes, "a reembed would stop: " + violation] }
            : report;
    }

    /// <exception cref="LockedException">Another run builds another generation of the space, or writes for longer than the workspace
    /// waits.</exception>
    /// <exception cref="UsageException">The provider can't be used as configured.</exception>
    /// <exception cref="ProviderRefusedException">It doesn't know the model, or refuses the key: nothing was written.</exception>
    public async Task<ReembedResult> RunAsync(
        ReembedRequest request, SpendLimit spend, IProgress<ReembedProgress> progress, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        var plan = await PlanAsync(request, cancellationToken);
        if (request.Unpin)
        {
            return await UnpinAsync(plan, started, cancellationToken);
        }

        if (plan.IsNothing)
        {
            return Result(plan, ReembedOutcome.Nothing, null, started);
        }

        if (Violation(plan, spend) is { } violation)
        {
            return Result(plan, ReembedOutcome.Nothing with
                { Bought = SyncOutcome.Nothing with { Stopped = new GuardException(violation) } }, null, started);
        }

        await workspace.Store.RequireRoomAsync(
            (long)plan.Backlog.Missing * VectorCodec.Size(workspace.Config.Store.Vectors, plan.Target.Dimension), cancellationToken);
        using var provider = plan.Backlog.Missing == 0 ? null : workspace.OpenProvider(plan.Target);
        var bill = new Bill(spend, [plan.Terms]);
        await ProbeAsync(provider, bill, cancellationToken);
        await using var build = await BeginAsync(plan, cancellationToken);
        var receipt = new Receipt(build, BuildRuns.CommandOf(plan.Space), workspace.Git.Repository?.HeadCommit, bill, clock);
        await receipt.OpenAsync(plan.Backlog.Missing, cancellationToken);
        var outcome = await receipt.KeepAsync(
            () => new GenerationBuilding(workspace, build, plan, request, bill, clock, progress).RunAsync(provider, cancellationToken));
        var result = Result(plan, outcome, receipt.Id, started);
        var end = await receipt.CloseAsync(new(
            Verdict.Of(outcome.Stopped, outcome.Bought.Failures.Count > 0), outcome.Stopped, plan.Backlog.Missing, outcome.Bought.Embedded,
            RunDetails.Of(result.Report.AsReceipt())));
        return new(result.Report with { Status = end.Status, Notes = [.. result.Report.Notes, .. end.Notes] }, end.ExitCode, end.Stopped);
    }

    /// <summary>The next sync follows the configuration again.</summary>
    private async Task<ReembedResult> UnpinAsync(ReembedPlan plan, long started, CancellationToken cancellationToken)
    {
        if (plan.Active.IsPinned)
        {
            await using var writer = await workspace.BeginWriteAsync(cancellationToken);
            await writer.ActivateAsync(plan.Active.Id, pin: false, cancellationToken);
        }

        var result = Result(plan, ReembedOutcome.Nothing, null, started);
        return result with { Report = result.Report with { Unpinned = plan.Active.IsPinned, Pinned = false } };
    }

    /// <summary>
    /// A model whose vectors nobody knows beforehand is asked for one: a slip in its name, or a dimension that it doesn't make, is found
    /// out before
    /// anything is written. It costs a token or two.
    /// </summary>
    private async Task ProbeAsync(IEmbeddingProvider? provider, Bill bill, CancellationToken cancellationToken)
    {
        if (provider is { IsFree: false } && ModelCatalog.Find(provider.Signature.Model) is null)
        {
            var governor = workspace.OpenGovernor(provider);
            governor.Unclaimed = bill.Add;
            await governor.EmbedQueryAsync("embsync", cancellationToken);
        }
    }

    private Task<IGenerationBuild> BeginAsync(ReembedPlan plan, CancellationToken cancellationToken) => workspace.PatientlyAsync(async () =>
    {
        await using var writer = await workspace.TryBeginWriteAsync(cancellationToken);
        return await writer.BeginBuildAsync(plan.Space, plan.Target, cancellationToken);
    }, cancellationToken);

    private ReembedResult Result(ReembedPlan plan, ReembedOutcome outcome, long? run, long started)
    {
        var (status, code) = Verdict.Of(outcome.Stopped, outcome.Bought.Failures.Count > 0);
        return new(ReembedReport.Executed(plan, outcome, run, plan.Terms.CostOf(outcome.Bought.Tokens), clock.GetElapsedTime(started),
            status), code, outcome.Stopped);
    }

    private static string? Violation(ReembedPlan plan, SpendLimit spend) =>
        spend.Violation(plan.Purchase, plan.Terms.IsFree, byParts: false);

    private static List<string> Notes(Backlog backlog) => backlog.WithoutText == 0 ? [] :
        [$"{Text.Count(backlog.WithoutText, "chunk")} {(backlog.WithoutText == 1 ? "is" : "are")} stored without text (store.keepText): it is read from the sources again"];
}
