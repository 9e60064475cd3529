using EmbSync.Core.Buying;
using EmbSync.Core.Model;
using EmbSync.Core.Providers;
using EmbSync.Core.Storage;
using EmbSync.Core.Storage.Spool;

namespace EmbSync.Core.Jobs.Reembed;

/// <summary>
/// The steps of one reembed: fill, own, index, check, switch. What syncs added meanwhile is filled in before the switch, which happens only
/// when the generation covers all that is stored, looked at under the writer's lock.
/// </summary>
internal sealed class GenerationBuilding(
    Workspace workspace, IGenerationBuild build, ReembedPlan plan, ReembedRequest request, Bill bill, TimeProvider clock,
    IProgress<ReembedProgress> progress)
{
    /// <summary>Syncs that bring new text each time between fill and switch; from then on they wait.</summary>
    private const int MostRounds = 3;

    /// <summary>
    /// Live inserts into an HNSW index cost four times as much a row as a build of the whole: dearer from a fifth of the rows on
    /// (measured).
    /// </summary>
    private const int DearShare = 5;

    /// <summary>A worker that has nothing to do any more is gone within this.</summary>
    private static readonly TimeSpan OwnPatience = TimeSpan.FromSeconds(30);

    /// <summary>By then a sync has ended; all is paid, and not to be lost for want of patience.</summary>
    private static readonly TimeSpan SwitchPatience = TimeSpan.FromMinutes(10);

    /// <summary>At k = 10 over 50 queries one miss is 0.002.</summary>
    private static readonly RecallRequest Sample = new(50, 10, Seed: 20_250_401);

    private ReembedOutcome _outcome = ReembedOutcome.Nothing;
    private BuildPurchase? _purchase;

    /// <param name="provider">Null when nothing was missing; opened then only if something comes in meanwhile.</param>
    public async Task<ReembedOutcome> RunAsync(IEmbeddingProvider? provider, CancellationToken cancellationToken)
    {
        Exception? stopped = null;
        IEmbeddingProvider? late = null;
        try
        {
            await StepsAsync(() => provider ?? (late ??= workspace.OpenProvider(plan.Target)), cancellationToken);
        }
        catch (Exception exception) when (exception is EmbSyncException or OperationCanceledException)
        {
            stopped = exception;
        }
        finally
        {
            late?.Dispose();
        }

        return _outcome with { Bought = _purchase?.Tally.Outcome(stopped) ?? bill.On(SyncOutcome.Nothing with { Stopped = stopped }) };
    }

    private async Task StepsAsync(Func<IEmbeddingProvider> provider, CancellationToken cancellationToken)
    {
        await PlayAsync(cancellationToken);
        if (request.DropIndexFirst && plan is { Switches: true, Existing: not null }
            && plan.Backlog.Missing > plan.Backlog.Chunks / DearShare)
        {
            await build.DropIndexAsync(cancellationToken);
        }

        if (!await FillAsync(provider, cancellationToken) || await build.TryOwnAsync(OwnPatience, cancellationToken) != BuildShare.Alone)
        {
            _outcome = _outcome with { LeftToAnother = true };
            return;
        }

        for (var round = 1; ; round++)
        {
            await FillAsync(provider, cancellationToken);
            if (_purchase is { Tally.FailureCount: > 0 })
            {
                return;
            }

            await IndexAsync(cancellationToken);
            await using var writer = await Patient().BeginWriteAsync(cancellationToken);
            if ((await MissingAsync(cancellationToken)).Missing > 0)
            {
                if (round < MostRounds)
                {
                    continue;
                }

                await FillAsync(provider, cancellationToken);
                if (_purchase is { Tally.FailureCount: > 0 })
                {
                    return;
                }
            }

            // Another process of the same reembed may have been first.
            var before = (await workspace.Store.ReadHeadAsync(cancellationToken)).Active(plan.Space);
            await writer.ActivateAsync(build.Generation.Id, plan.Pins, cancellationToken);
            _outcome = _outcome with { Switched = before?.Id != build.Generation.Id };
            return;
        }
    }

    /// <summary>What an earlier run paid for and could not commit comes in first.</summary>
    private async Task PlayAsync(CancellationToken cancellationToken)
    {
        if (workspace.Spool is not { } folder || new SpoolReplay(folder) is not { IsWaiting: true } spool)
        {
            return;
        }

        await using var writer = await workspace.BeginWriteAsync(cancellationToken);
        var notes = await spool.PlayAsync(
            writer, await workspace.Store.ReadHeadAsync(cancellationToken), SpoolReplay.NoTargets, cancellationToken);
        _outcome = _outcome with { Notes = notes };
    }

    /// <summary>False when another process has taken over.</summary>
    private async Task<bool> FillAsync(Func<IEmbeddingProvider> provider, CancellationToken cancellationToken)
    {
        var begun = clock.GetTimestamp();
        try
        {
            if ((await MissingAsync(cancellationToken)).Missing == 0)
            {
                return true;
            }

            using var paid = workspace.OpenPaid(provider(), bill);
            _purchase ??= new(build, new ChunkTexts(workspace), bill, 0, workspace.Config.Embeddings.BatchSize, clock, progress);
            return await _purchase.RunAsync(paid.EmbedAsync, cancellationToken);
        }
        finally
        {
            _outcome = _outcome with { EmbeddingTime = _outcome.EmbeddingTime + clock.GetElapsedTime(begun) };
        }
    }

    private async Task IndexAsync(CancellationToken cancellationToken)
    {
        var begun = clock.GetTimestamp();
        var bought = _purchase?.Tally.Embedded ?? 0;
        try
        {
            var built = await build.EnsureIndexAsync(
                request.ConcurrentIndex, new IndexSteps(progress, bought, plan, bill), cancellationToken);
            _outcome = _outcome with { IndexBuilt = _outcome.IndexBuilt || built };
            if (build.Generation.State == GenerationState.Active || request.MinRecall <= 0)
            {
                return;
            }

            var recall = await build.MeasureRecallAsync(Sample, cancellationToken);
            _outcome = _outcome with { Recall = recall };
            if (recall is { } found && found.Recall < request.MinRecall)
            {
                if (request.Rollback)
                {
                    // It was searched before, and whoever goes back has a reason to.
                    _outcome = _outcome with { Notes = [.. _outcome.Notes, Text.Of($"its index finds {found.Recall:0.000} of the {found.Nearest} nearest at store.index.efSearch {found.EfSearch}: raise that, or build the index anew, for more")] };
                    return;
                }

                throw new GuardException(Text.Of($"the new index finds {found.Recall:0.000} of the {found.Nearest} nearest at store.index.efSearch {found.EfSearch}, less than {request.MinRecall:0.###} (--min-recall): searches stay with the generation before. ")
                    + "Raise store.index.efSearch, or store.index.m and efConstruction and build anew with 'embsync reembed'; all vectors are kept");
            }
        }
        finally
        {
            _outcome = _outcome with { IndexTime = _outcome.IndexTime + clock.GetElapsedTime(begun) };
        }
    }

    private Task<Backlog> MissingAsync(CancellationToken cancellationToken) =>
        workspace.Store.ReadBacklogAsync(build.Generation.Id, null, cancellationToken);

    private Workspace Patient() => workspace.Wait >= SwitchPatience ? workspace : workspace.With(SwitchPatience);

    private sealed class IndexSteps(IProgress<ReembedProgress> progress, int bought, ReembedPlan plan, Bill bill) : IProgress<IndexProgress>
    {
        public void Report(IndexProgress value) => progress.Report(new(value.Phase, value.Done, bought, plan.Backlog.Missing, bill.Tokens));
    }
}
