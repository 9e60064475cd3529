using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using EmbSync.Core.Buying;
using EmbSync.Core.Model;
using EmbSync.Core.Planning;
using EmbSync.Core.Providers;
using EmbSync.Core.Sources;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Jobs.Sync;

/// <summary>
/// Applies a plan. What needs no purchase is written first, then chunks are bought in the order of the plan; each answer is committed
/// before anything else happens, together with the items that it completes. So whatever was paid is kept, an item is stored only
/// with all its vectors, and a rerun goes on where this run stopped.
/// </summary>
/// <param name="bill">Counts what is bought, in the spaces of the plan.</param>
public sealed class SyncExecutor(
    IStore store, IStoreWriter writer, EmbedStream embed, IReadOnlyDictionary<string, ISource> sources, Bill bill,
    IProgress<SyncProgress> progress)
{
    private const int WriteBatch = 256;

    /// <summary>Items in the transaction of a switch: some hundred megabytes where their text is long.</summary>
    private const int SwitchBatch = 5_000;

    private static readonly HashSet<ContentHash> Nothing = [];

    private readonly Tally _tally = new(bill);

    /// <summary>Why a source can't be asked any more: what is under way still comes in, and nothing else is bought.</summary>
    private volatile EmbSyncException? _sourceFailure;

    private int _itemsTotal;
    private int _chunksTotal;
    private int _batchesTotal;

    /// <param name="generations">Of each space, in the order of the plan.</param>
    public async Task<SyncOutcome> ExecuteAsync(SyncPlan plan, IReadOnlyList<int> generations, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        (_itemsTotal, _chunksTotal, _batchesTotal) = (plan.Items.Count + plan.LaterNew + plan.LaterChanged, plan.Purchase.Chunks,
            plan.Purchase.Requests);
        Exception? stopped = null;
        try
        {
            if (plan.CacheOnly || plan.ModelChanged)
            {
                await VectorsFirstAsync(plan, generations, cancellationToken);
            }
            else
            {
                await WriteAsync(plan.Items.Where(item => !item.Item.Hashes.Any(plan.Buy.Contains)), plan, generations, Nothing,
                    cancellationToken);
                await BuyAsync(plan, generations, writesItems: true, cancellationToken);
                await DeleteAsync(plan, generations, cancellationToken);
            }
        }
        catch (Exception exception) when (exception is EmbSyncException or OperationCanceledException)
        {
            stopped = exception;
        }

        return _tally.Outcome(stopped);
    }

    /// <summary>
    /// Under a change of model, searches go on in the generation before, which has no vectors for new text. Items with such text are
    /// written in the
    /// moment in which the new generation takes over: so each is found from its first commit on, and what it was before up to then.
    /// </summary>
    private async Task VectorsFirstAsync(SyncPlan plan, IReadOnlyList<int> generations, CancellationToken cancellationToken)
    {
        var whole = await BuyAsync(plan, generations, writesItems: false, cancellationToken);
        if (plan.CacheOnly || plan.Request.IsPartial || !whole)
        {
            return;
        }

        var failed = _tally.FailedKeys();
        var takeover = new Takeover(store, plan);
        var searchable = await takeover.SearchableAsync(cancellationToken);
        var items = plan.Items.Where(item => !failed.Contains((item.Key.Source, item.Key.Id))).ToLookup(
            item => item.Item.Hashes.All(searchable.Contains));
        await WriteAsync(items[true], plan, generations, plan.Buy, cancellationToken);
        await SwitchAsync([.. items[false]], takeover, plan, generations, cancellationToken);
        await DeleteAsync(plan, generations, cancellationToken);
    }

    /// <summary>
    /// All in one transaction, but where there are so many that they don't fit in memory: then what the rest said before is out of sight
    /// for the
    /// seconds until it is written.
    /// </summary>
    private async Task SwitchAsync(
        List<PlannedItem> items, Takeover takeover, SyncPlan plan, IReadOnlyList<int> generations, CancellationToken cancellationToken)
    {
        foreach (var batch in items.Chunk(SwitchBatch))
        {
            var ready = await ReadyAsync(batch, plan, generations, plan.Buy, cancellationToken);
            if (_tally.Activated.Count > 0)
            {
                await CommitAsync(generations[0], [], ready, plan.Request.Reindex, cancellationToken);
                continue;
            }

            var changed = takeover.Changed.ToList();
            List<int> taking = [.. plan.Spaces.Index().Where(space => changed.Contains(space.Item)).Select(
                space => generations[space.Index])];
            var written = ready.Select(item => item.Planned.Key).Concat(items.Skip(SwitchBatch).Select(item => item.Key)).ToHashSet();
            foreach (var generation in taking)
            {
                if (!await takeover.CoversAllAsync(generation, written, cancellationToken))
                {
                    _tally.Waiting = written.Count;
                    return;
                }
            }

            await CommitAsync(generations[0], [], ready, plan.Request.Reindex, cancellationToken, taking);
            _tally.Activated = [.. changed.Select(space => space.Name)];
        }
    }

    /// <summary>Items all of whose vectors are there.</summary>
    /// <param name="bought">Of the plan's purchases: those that are made.</param>
    private async Task WriteAsync(
        IEnumerable<PlannedItem> items, SyncPlan plan, IReadOnlyList<int> generations, IReadOnlySet<ContentHash> bought,
        CancellationToken cancellationToken)
    {
        foreach (var batch in items.Chunk(WriteBatch))
        {
            await CommitAsync(generations[0], [], await ReadyAsync(batch, plan, generations, bought, cancellationToken),
                plan.Request.Reindex, cancellationToken);
        }
    }

    /// <summary>With their text. One that says something else by now, whose vectors nobody has bought, is left for the next run.</summary>
    private async Task<List<Written>> ReadyAsync(
        IReadOnlyList<PlannedItem> batch, SyncPlan plan, IReadOnlyList<int> generations, IReadOnlySet<ContentHash> bought,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var ready = new List<Written>(batch.Count);
        foreach (var planned in batch)
        {
            if (await LoadAsync(planned, plan, cancellationToken) is not { } item)
            {
                continue;
            }

            if ((await MissingAsync(item, planned, plan, generations, cancellationToken)).Any(one => !bought.Contains(one.Chunk.Hash)))
            {
                _tally.Fail(Changed(planned));
                continue;
            }

            ready.Add(new(planned, item));
        }

        return ready;
    }

    /// <summary>Answers whether every purchase of the plan was made or failed for good.</summary>
    private async Task<bool> BuyAsync(SyncPlan plan, IReadOnlyList<int> generations, bool writesItems, CancellationToken cancellationToken)
    {
        if (plan.Buy.Count == 0)
        {
            return true;
        }

        var waiting = new WaitingItems();
        await new BuyingLoop(embed, bill).RunAsync(
            InputsAsync(plan, generations, waiting, cancellationToken), StoreAsync, cancellationToken, SettleAsync);
        return waiting.HasSettled(plan.Spaces);

        async Task StoreAsync(EmbedAnswer answer, IReadOnlyList<VectorRow> vectors)
        {
            foreach (var result in answer.Results)
            {
                if (result.Failure is { } failure)
                {
                    _tally.FailAll(waiting.Fail(result.Input, failure), failure);
                }
                else
                {
                    waiting.Arrived(result.Input);
                }
            }

            _tally.Count(vectors);
            var ready = waiting.TakeReady();
            await CommitAsync(generations[answer.Space], vectors, writesItems ? ready : [], plan.Request.Reindex, CancellationToken.None);
        }

        async Task SettleAsync()
        {
            if (_sourceFailure is { } failed)
            {
                ExceptionDispatchInfo.Throw(failed);
            }

            await CommitAsync(generations[0], [], writesItems ? waiting.TakeReady() : [], plan.Request.Reindex, CancellationToken.None);
        }
    }

    private async IAsyncEnumerable<EmbedInput> InputsAsync(
        SyncPlan plan, IReadOnlyList<int> generations, WaitingItems waiting, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var planned in plan.Items.Where(item => item.Item.Hashes.Any(plan.Buy.Contains)))
        {
            if (await LoadAsync(planned, plan, cancellationToken) is not { } item)
            {
                continue;
            }

            var missing = await MissingAsync(item, planned, plan, generations, cancellationToken);
            var inputs = waiting.Add(new(planned, item), missing, out var failure);
            if (failure is not null)
            {
                _tally.FailAll([planned], failure);
            }

            foreach (var input in inputs)
            {
                if (_sourceFailure is not null)
                {
                    yield break;
                }

                yield return input;
            }
        }
    }

    /// <summary>
    /// Chunks of the item as it was read that have no vector, in which space. What the plan doesn't know (the file changed since) is looked
    /// up.
    /// </summary>
    private async Task<IReadOnlyList<(int Space, Chunk Chunk)>> MissingAsync(
        Item item, PlannedItem planned, SyncPlan plan, IReadOnlyList<int> generations, CancellationToken cancellationToken)
    {
        var known = planned.Item.Hashes.ToHashSet();
        var unknown = item.Chunks.Select(chunk => chunk.Hash).Where(hash => !known.Contains(hash) && !plan.Buy.Contains(hash)).ToHashSet();
        var found = new List<IReadOnlySet<ContentHash>>(plan.Spaces.Count);
        foreach (var generation in generations)
        {
            found.Add(unknown.Count == 0 ? unknown : await store.ReadExistingAsync(generation, unknown, cancellationToken));
        }

        // Chunk by chunk, so that all spaces have work from the start of a long item.
        return [.. item.Chunks.SelectMany(chunk => plan.Spaces.Index()
            .Where(one => one.Item.Buy.Contains(chunk.Hash) || (unknown.Contains(chunk.Hash) && !found[one.Index].Contains(chunk.Hash)))
            .Select(one => (one.Index, chunk)))];
    }

    private async Task<Item?> LoadAsync(PlannedItem planned, SyncPlan plan, CancellationToken cancellationToken)
    {
        if (planned.Item.Loaded is { } loaded)
        {
            return loaded;
        }

        var outcome = await sources[planned.Key.Source].ReadAsync(planned.Item.Entry, cancellationToken);
        if (outcome.Problem is { } problem)
        {
            _tally.Fail(problem);
            return null;
        }

        if (outcome.Item!.Key != planned.Key with { Id = planned.Item.Claim }
            || (plan.Exactly && outcome.Item.ContentDigest != planned.Item.ContentDigest))
        {
            _tally.Fail(Changed(planned));
            return null;
        }

        return ReadItem.Settled(outcome.Item, planned.Key);
    }

    private static ItemProblem Changed(PlannedItem planned) => new(
        ProblemCodes.Unreadable, planned.Key.Source, planned.Key.Id, planned.Item.Path, null,
        "changed while the run was under way; run again");

    private async Task DeleteAsync(SyncPlan plan, IReadOnlyList<int> generations, CancellationToken cancellationToken)
    {
        foreach (var batch in plan.Deletions.Where(deletion => !deletion.Moved).Chunk(WriteBatch))
        {
            cancellationToken.ThrowIfCancellationRequested();
            await writer.CommitAsync(new(generations[0], [], [], [.. batch.Select(deletion => deletion.Key)]), cancellationToken);
            _tally.Deleted += batch.Length;
        }
    }

    /// <summary>A row that left its source's scope since it was read is not written.</summary>
    private async Task<IReadOnlyList<Written>> InScopeAsync(IReadOnlyList<Written> items, CancellationToken cancellationToken)
    {
        var gone = new HashSet<ItemKey>();
        foreach (var group in items.GroupBy(item => item.Planned.Key.Source))
        {
            if (sources[group.Key] is IRowSource rows)
            {
                var present = await rows.PresentAsync([.. group.Select(item => item.Planned.Key.Id)], cancellationToken);
                gone.UnionWith(group.Select(item => item.Planned.Key).Where(key => !present.Contains(key.Id)));
            }
        }

        foreach (var left in items.Where(item => gone.Contains(item.Planned.Key)))
        {
            _tally.Fail(Changed(left.Planned));
        }

        return gone.Count == 0 ? items : [.. items.Where(item => !gone.Contains(item.Planned.Key))];
    }

    private async Task CommitAsync(
        int generation, IReadOnlyList<VectorRow> vectors, IReadOnlyList<Written> items, bool replace, CancellationToken cancellationToken,
        IReadOnlyList<int>? taking = null)
    {
        try
        {
            items = _sourceFailure is null ? await InScopeAsync(items, cancellationToken) : [];
        }
        catch (EmbSyncException failure) when (vectors.Count > 0)
        {
            // A source that fails now costs no vector that is paid: its items are written by the next run, for nothing.
            (_sourceFailure, items) = (failure, []);
        }

        var moved = items.Select(item => item.Planned.Replaces).OfType<ItemKey>().ToList();
        if (vectors.Count > 0 || items.Count > 0 || taking is not null)
        {
            await writer.CommitAsync(
                new(generation, vectors, [.. items.Select(item => item.Item)], moved)
                { ReplaceVectors = replace, Activates = taking ?? [] }, cancellationToken);
        }

        _tally.Commit(items);
        _tally.Deleted += moved.Count;
        progress.Report(new(_tally.Items, _itemsTotal, _tally.Embedded, _chunksTotal, bill.Tokens, _tally.FailureCount)
            { Batches = bill.Batches, BatchesTotal = _batchesTotal });
    }
}
