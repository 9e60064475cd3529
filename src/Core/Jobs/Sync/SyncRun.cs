using EmbSync.Core.Buying;
using EmbSync.Core.Model;
using EmbSync.Core.Planning;
using EmbSync.Core.Providers;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Jobs.Sync;

/// <summary>One execution that writes, under the writer's lock: receipt, generation, executor, switch, record.</summary>
/// <param name="providers">Null when the plan buys nothing.</param>
internal sealed class SyncRun(
    Workspace workspace, IStoreWriter writer, SpaceProviders? providers, TimeProvider clock, IProgress<SyncProgress> progress)
{
    public async Task<SyncResult> ExecuteAsync(MadePlan made, SpendLimit spend, long started, CancellationToken cancellationToken)
    {
        var plan = made.Plan;
        var generations = new List<Generation>(plan.Spaces.Count);
        foreach (var target in plan.Spaces.Select(space => space.Target))
        {
            var generation = await writer.OpenGenerationAsync(target.Space, target.Signature, cancellationToken);
            generations.Add(generation);
            if (target.Active is null && !plan.CacheOnly)
            {
                // Nothing to search yet: what comes in is searchable at once, and coverage says how much there is.
                await writer.ActivateAsync(generation.Id, cancellationToken);
            }
        }

        await RefuseSharedAsync(plan, generations, cancellationToken);
        await workspace.Store.RequireRoomAsync(plan.Spaces.Sum(space => VectorBytes(plan, space)), cancellationToken);
        var bill = new Bill(spend, [.. plan.Spaces.Select(space => space.Terms)]);
        var receipt = new Receipt(writer, plan.Request.Command, made.Commit, bill, clock);
        if (!plan.IsEmpty)
        {
            await receipt.OpenAsync(ItemsOf(plan), cancellationToken);
        }

        var outcome = await receipt.KeepAsync(DoneAsync);
        return await FinishedAsync(plan, outcome, bill, receipt, started);

        async Task<SyncOutcome> DoneAsync()
        {
            var applied = await AppliedAsync(plan, [.. generations.Select(generation => generation.Id)], bill, cancellationToken);
            return applied.Stopped is null ? await CompletedAsync(made, generations, applied, cancellationToken) : applied;
        }
    }

    /// <summary>Least size of what this run buys; the text is not counted.</summary>
    private long VectorBytes(SyncPlan plan, SpacePlan space)
    {
        var chunks = plan.Request.MaxBatches is { } most
            ? Math.Min(space.Purchase.Chunks, (long)most * workspace.Config.Embeddings.BatchSize) : space.Purchase.Chunks;
        return chunks * VectorCodec.Size(workspace.Config.Store.Vectors, space.Target.Signature.Dimension);
    }

    private static int ItemsOf(SyncPlan plan) => plan.Items.Count + plan.Deletions.Count + plan.Blocked.Count;

    /// <summary>What processes of a backfill have in their queue, they buy.</summary>
    /// <exception cref="LockedException">There are such processes.</exception>
    private async Task RefuseSharedAsync(SyncPlan plan, List<Generation> generations, CancellationToken cancellationToken)
    {
        foreach (var generation in plan.Buy.Count == 0 ? [] : generations.Where(one => one.State == GenerationState.Active))
        {
            if (await workspace.Store.ReadQueueAsync(generation.Id, cancellationToken) is { Free: 0, Leased: 0 })
            {
                continue;
            }

            await using var build = await writer.BeginBuildAsync(generation.Space, generation.Signature, cancellationToken);
            if (await build.TryOwnAsync(TimeSpan.Zero, cancellationToken) != BuildShare.Alone)
            {
                throw new LockedException($"a backfill or reembed is embedding for {workspace.StoreDescription}: what this run would buy is in its queue. Nothing was bought. Wait for it to end, then run again");
            }

            // Left by processes that are gone.
            await build.WithdrawAsync(cancellationToken);
        }
    }

    private async Task<SyncOutcome> AppliedAsync(
        SyncPlan plan, IReadOnlyList<int> generations, Bill bill, CancellationToken cancellationToken)
    {
        if (plan.IsEmpty)
        {
            return SyncOutcome.Nothing;
        }

        using var paid = OpenEmbedding(plan, bill, out var refusal);
        if (refusal is not null)
        {
            return SyncOutcome.Nothing with { Stopped = refusal };
        }

        var sources = workspace.Sources.ToDictionary(source => source.Name, StringComparer.Ordinal);
        return await new SyncExecutor(workspace.Store, writer, paid is null ? NothingToBuy : paid.Stream, sources, bill, progress)
            .ExecuteAsync(plan, generations, cancellationToken);
    }

    private SpaceEmbedding? OpenEmbedding(SyncPlan plan, Bill bill, out EmbSyncException? refusal)
    {
        refusal = null;
        try
        {
            return providers?.OpenEmbedding(workspace, plan.Request, bill);
        }
        catch (EmbSyncException exception)
        {
            refusal = exception;
            return null;
        }
    }

    /// <summary>A plan without purchases that meets a changed file reports the file; it never buys.</summary>
    private static IAsyncEnumerable<EmbedAnswer> NothingToBuy(IAsyncEnumerable<EmbedInput> inputs, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("a plan without purchases asked for embeddings");

    private async Task<SyncOutcome> CompletedAsync(
        MadePlan made, IReadOnlyList<Generation> generations, SyncOutcome outcome, CancellationToken cancellationToken)
    {
        try
        {
            var takeover = new Takeover(workspace.Store, made.Plan);
            foreach (var (space, generation) in made.Plan.Spaces.Zip(generations).Where(
                pair => !outcome.Activated.Contains(pair.First.Name)))
            {
                if (space.Target.ModelChanged && await takeover.CoversAllAsync(generation.Id, Takeover.Nothing, cancellationToken))
                {
                    await writer.ActivateAsync(generation.Id, cancellationToken);
                    outcome = outcome with { Activated = [.. outcome.Activated, space.Name] };
                }

                if (space.Target.PinIsOver)
                {
                    await writer.ActivateAsync(generation.Id, cancellationToken);
                }
            }

            foreach (var record in outcome.Waiting > 0 ? [] : made.Records)
            {
                await writer.RecordSourceAsync(record, cancellationToken);
            }

            return outcome;
        }
        catch (Exception exception) when (exception is EmbSyncException or OperationCanceledException)
        {
            return outcome with { Stopped = exception };
        }
    }

    private async Task<SyncResult> FinishedAsync(SyncPlan plan, SyncOutcome outcome, Bill bill, Receipt receipt, long started)
    {
        var verdict = Verdict.Of(
            outcome.Stopped, plan.Blocked.Count + outcome.Failures.Count(failure => !plan.Known.Covers(failure)) + plan.Refused.Count > 0);
        var report = SyncReport.Executed(plan, outcome, receipt.Id, bill.Cost, clock.GetElapsedTime(started), verdict.Status);
        foreach (var target in plan.Spaces.Select(space => space.Target).Where(
            target => target.ModelChanged && !outcome.Activated.Contains(target.Space)))
        {
            report = report with
            {
                Notes = [.. report.Notes, Text.Of($"searches still use {target.Active!.Signature.Model} with {Text.Count(target.Active.Signature.Dimension, "dimension")}: the new generation takes over when a full run ('embsync sync') has every stored item in it")
                    + (outcome.Waiting == 0 ? "" : $". {Text.Count(outcome.Waiting, "item")} with text that the old one lacks {(outcome.Waiting == 1 ? "waits" : "wait")} for that, paid")],
            };
        }

        var end = await receipt.CloseAsync(new(verdict, outcome.Stopped, ItemsOf(plan), outcome.Written, RunDetails.Of(report))
            { Remark = plan.Refused.Select(refused => refused.Message).FirstOrDefault() });
        return new(report with { Status = end.Status, Notes = [.. report.Notes, .. end.Notes] }, end.ExitCode, end.Stopped)
            { Rest = plan.Rest, HasWritten = true };
    }

    /// <summary>USD of what was bought, each space by its own price; null where one of them is unknown.</summary>
    public static decimal? CostOf(SyncPlan plan, SyncOutcome outcome) => plan.Spaces
        .Select((space, index) => space.Terms.CostOf(index < outcome.Spaces.Count ? outcome.Spaces[index].Tokens : 0))
        .Aggregate((one, other) => one + other);
}
