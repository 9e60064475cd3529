using EmbSync.Core.Buying;
using EmbSync.Core.Jobs.Reembed;
using EmbSync.Core.Model;
using EmbSync.Core.Planning;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Jobs.Backfill;

/// <summary>What one process did of a backfill.</summary>
/// <param name="Bought">Its purchases, and the items that it stored.</param>
/// <param name="Rounds">Rounds in which it bought something.</param>
/// <param name="Done">Items that have their vectors since it began, whoever bought them.</param>
/// <param name="Left">Items that still lack vectors; null where it wasn't looked.</param>
/// <param name="IsQueueEmpty">Nothing was left to buy, but for what failed.</param>
public sealed record BackfillOutcome(SyncOutcome Bought, int Rounds, int Done, int? Left, bool IsQueueEmpty);

/// <summary>The rounds of one process.</summary>
internal sealed class BackfillRounds(
    Workspace workspace, BackfillRequest request, IReadOnlyList<IGenerationBuild> builds, IReadOnlyList<EmbedStream> streams, Bill bill,
    SyncPlan plan,
    TimeProvider clock, IProgress<BackfillProgress> progress) : IDisposable
{
    /// <summary>Between two looks at a lock or at the leases of others.</summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>Glances without work before it is looked whether who has the leases is still there.</summary>
    private const int LooksForTheDead = 8;

    /// <summary>Others feed or sync for seconds; what was bought is to be seen in searches when this ends.</summary>
    private static readonly TimeSpan EndPatience = TimeSpan.FromMinutes(2);

    private readonly List<BuildPurchase> _purchases = [.. builds.Select((build, index) => new BuildPurchase(
        build, new ChunkTexts(workspace), bill, index, workspace.Config.Embeddings.BatchSize, clock, new Progress<ReembedProgress>()))];
    private BackfillFeed? _feeder;
    private readonly int _total = plan.Pending;
    private readonly long _begun = clock.GetTimestamp();
    private readonly SemaphoreSlim _feeding = new(1, 1);
    private volatile QueueFill? _last;
    private int _rounds;
    private int _idle;
    private bool _isOver;

    private BackfillFeed Feed =>
        _feeder ??= new(workspace, request, builds, hash => _purchases.Exists(purchase => purchase.HasFailed(hash)));

    public async Task<BackfillOutcome> RunAsync(CancellationToken cancellationToken)
    {
        Exception? stopped = null;
        try
        {
            await RoundsAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is EmbSyncException or OperationCanceledException)
        {
            stopped = exception;
        }

        try
        {
            await EndAsync(isHurried: stopped is OperationCanceledException);
        }
        catch (EmbSyncException exception)
        {
            stopped ??= exception;
        }

        var failures = _purchases.SelectMany(purchase => purchase.Tally.Outcome(null).Failures).Concat(Feed.Failures).DistinctBy(
            failure => (failure.Source, failure.Id)).ToList();
        return new(
            bill.On(SyncOutcome.Nothing with { New = Feed.Written, Failures = failures, Stopped = stopped }),
            _rounds, Math.Max(0, _total - (_last?.Pending ?? _total)), _last?.Pending, _isOver);
    }

    public void Dispose() => _feeding.Dispose();

    private async Task RoundsAsync(CancellationToken cancellationToken)
    {
        for (var isOver = false; !isOver && _rounds < request.Rounds;)
        {
            using var passing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            using var fed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
#pragma warning disable CA2025 // The task has ended before the sources go: the finally below waits for it.
            var feeding = FeedMeanwhileAsync(fed, passing.Token, cancellationToken);
#pragma warning restore CA2025
            try
            {
                isOver = await RoundAsync(fed.Token);
            }
            finally
            {
                await passing.CancelAsync();
                await feeding;
            }

            _isOver = isOver;
            if (!isOver && _rounds < request.Rounds)
            {
                await TryFeedAsync(TimeSpan.Zero, cancellationToken);
                Report();
                await Task.Delay(_last is { ToBuy: 0 } ? TimeSpan.Zero : request.Pause, clock, cancellationToken);
            }
        }
    }

    /// <summary>Buys a round's worth; answers whether nothing is left.</summary>
    private async Task<bool> RoundAsync(CancellationToken cancellationToken)
    {
        _idle = 0;
        for (var got = 0; got < request.Limit;)
        {
            var left = request.Limit - got;
            var bought = (await Task.WhenAll(_purchases.Select((purchase, index) =>
                purchase.BuyQueuedAsync(streams[index], left, cancellationToken)))).Max();
            _rounds += got == 0 && bought > 0 ? 1 : 0;
            got += bought;
            if (bought == 0 && await IsOverAsync(cancellationToken))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A queue that runs dry would hold up all that share it.</summary>
    /// <param name="fed">Cancelled when it fails: a round would wait for ever for what nobody brings.</param>
    private async Task FeedMeanwhileAsync(CancellationTokenSource fed, CancellationToken passing, CancellationToken cancellationToken)
    {
        try
        {
            while (!passing.IsCancellationRequested)
            {
                if ((await QueuesAsync(cancellationToken)).Any(queue => !queue.IsWhole && queue.Free < Feed.Low))
                {
                    await TryFeedAsync(TimeSpan.Zero, cancellationToken);
                }

                await Task.Delay(PollInterval, clock, passing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        catch
        {
            await fed.CancelAsync();
            throw;
        }
    }

    /// <summary>Nothing was free: is there nothing left, or do others have it?</summary>
    private async Task<bool> IsOverAsync(CancellationToken cancellationToken)
    {
        var queues = await QueuesAsync(cancellationToken);
        if (queues.All(queue => queue is { Free: 0, IsWhole: true }) && queues.Sum(queue => queue.Leased) <= _purchases.Sum(
            purchase => purchase.Failed))
        {
            return true;
        }

        // Leases of processes that are gone end with the first one that is alone.
        foreach (var build in ++_idle % LooksForTheDead == 0 ? builds : [])
        {
            switch (await build.TryOwnAsync(TimeSpan.Zero, cancellationToken))
            {
                case BuildShare.Alone:
                    await build.ShareAsync(cancellationToken);
                    break;
                case BuildShare.Left:
                    throw new LockedException($"another process is about to finish space '{build.Generation.Space}'; run again");
            }
        }

        await Task.Delay(PollInterval, clock, cancellationToken);
        return false;
    }

    private async Task<IReadOnlyList<QueueState>> QueuesAsync(CancellationToken cancellationToken)
    {
        var queues = new List<QueueState>();
        foreach (var build in builds)
        {
            queues.Add(await workspace.Store.ReadQueueAsync(build.Generation.Id, cancellationToken));
        }

        return queues;
    }

    /// <summary>False where another process has the lock: it feeds, or syncs.</summary>
    private async Task<bool> TryFeedAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        await _feeding.WaitAsync(cancellationToken);
        try
        {
            await using var writer = await workspace.With(wait).BeginWriteAsync(cancellationToken);
            _last = await Feed.FeedAsync(writer, offers: true, cancellationToken);
            return true;
        }
        catch (LockedException)
        {
            return false;
        }
        finally
        {
            _feeding.Release();
        }
    }

    /// <summary>
    /// Leases go back. The last one that leaves stores what is complete, so that it is searchable, and leaves no text in the queue; those
    /// before it leave
    /// that to who is still there. One at a time, so that there is a last one.
    /// </summary>
    /// <param name="isHurried">Somebody waits for the process to end: what is bought is kept, and stored with its items by the next run,
    /// for nothing.</param>
    private async Task EndAsync(bool isHurried)
    {
        foreach (var purchase in _purchases)
        {
            await purchase.ReleaseAsync();
        }

        if (isHurried)
        {
            foreach (var build in builds)
            {
                if (await build.TryOwnAsync(TimeSpan.Zero, CancellationToken.None) == BuildShare.Alone)
                {
                    await build.WithdrawAsync(CancellationToken.None);
                }
            }

            return;
        }

        if (await IsLastAsync())
        {
            // All is stored and searchable: an index takes minutes, in which others may write.
            foreach (var build in builds)
            {
                await build.DisposeAsync();
                await workspace.Store.EnsureIndexAsync(build.Generation.Id, new Progress<IndexProgress>(), CancellationToken.None);
            }
        }
    }

    private async Task<bool> IsLastAsync()
    {
        await using var writer = await workspace.With(EndPatience).BeginWriteAsync(CancellationToken.None);
        var isLast = true;
        foreach (var build in builds)
        {
            if (await build.TryOwnAsync(TimeSpan.Zero, CancellationToken.None) != BuildShare.Alone)
            {
                isLast = false;
                await build.DisposeAsync();
            }
        }

        if (!isLast)
        {
            // What it alone knows the text of; the rest is with who is still there.
            await Feed.StoreOfferedAsync(writer, plan, CancellationToken.None);
            return false;
        }

        _last = await Feed.FeedAsync(writer, offers: false, CancellationToken.None);
        foreach (var build in builds)
        {
            await build.WithdrawAsync(CancellationToken.None);
        }

        return true;
    }

    private void Report()
    {
        var done = Math.Max(0, _total - (_last?.Pending ?? _total));
        var embedded = _purchases.Sum(purchase => purchase.Tally.Embedded);
        var elapsed = clock.GetElapsedTime(_begun);
        var left = Math.Max(0, plan.Purchase.Chunks - embedded);
        progress.Report(new(
            _rounds, request.Rounds, done, _total, embedded, _purchases.Sum(purchase => purchase.Tally.FailureCount),
            embedded == 0 ? null : elapsed / embedded * left, bill.Cost, plan.Purchase.Cost is { } all && plan.Purchase.Chunks > 0
            ? all * left / plan.Purchase.Chunks : null));
    }
}
