using System.Runtime.CompilerServices;
using EmbSync.Core.Embedding;
using EmbSync.Core.Model;
using EmbSync.Core.Sources;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Sync;

/// <summary>Sends inputs and brings back answers; the request governor in production.</summary>
public delegate IAsyncEnumerable<EmbedAnswer> EmbedStream(IAsyncEnumerable<EmbedInput> inputs, CancellationToken cancellationToken);

/// <param name="CacheOnly">Keep what is bought and write no item: a run beside the store's branch.</param>
public sealed record ExecutionOptions(SpendLimit Spend, PurchaseTerms Terms, bool CacheOnly);

/// <summary>
/// Applies a plan. What needs no purchase is written first, then chunks are bought in the order of the plan; each answer is committed
/// before anything else happens, together with the items that it completes. So whatever was paid is kept, an item is stored only
/// with all its vectors, and a rerun goes on where this run stopped.
/// </summary>
public sealed class SyncExecutor(
    IStore store, IStoreWriter writer, EmbedStream embed, IReadOnlyDictionary<string, ISource> sources, ExecutionOptions options, IProgress<SyncProgress> progress)
{
    private const int WriteBatch = 256;

    private readonly Tally _tally = new();

    private int _itemsTotal;
    private int _chunksTotal;

    public async Task<SyncOutcome> ExecuteAsync(SyncPlan plan, int generation, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        (_itemsTotal, _chunksTotal) = (plan.Items.Count, plan.Buy.Count);
        Exception? stopped = null;
        try
        {
            await WriteFreeAsync(plan, generation, cancellationToken);
            await BuyAsync(plan, generation, cancellationToken);
            await DeleteAsync(plan, generation, cancellationToken);
        }
        catch (Exception exception) when (exception is EmbSyncException or OperationCanceledException)
        {
            stopped = exception;
        }

        return _tally.Outcome(stopped);
    }

    /// <summary>Items all of whose vectors are there.</summary>
    private async Task WriteFreeAsync(SyncPlan plan, int generation, CancellationToken cancellationToken)
    {
        if (options.CacheOnly)
        {
            return;
        }

        var needed = plan.Buy;
        foreach (var batch in plan.Items.Where(item => !item.Item.Hashes.Any(needed.Contains)).Chunk(WriteBatch))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var ready = new List<Written>(batch.Length);
            foreach (var planned in batch)
            {
                if (await LoadAsync(planned, cancellationToken) is not { } item)
                {
                    continue;
                }

                if ((await MissingAsync(item, planned, plan, generation, cancellationToken)).Count > 0)
                {
                    _tally.Fail(Changed(planned));
                    continue;
                }

                ready.Add(new(planned, item));
            }

            await CommitAsync(generation, [], ready, plan.Request.Reindex, cancellationToken);
        }
    }

    private async Task BuyAsync(SyncPlan plan, int generation, CancellationToken cancellationToken)
    {
        if (plan.Buy.Count == 0)
        {
            return;
        }

        var waiting = new WaitingItems();
        await foreach (var answer in embed(InputsAsync(plan, generation, waiting, cancellationToken), cancellationToken))
        {
            var vectors = new List<VectorRow>(answer.Results.Count);
            foreach (var result in answer.Results)
            {
                if (result.Failure is { } failure)
                {
                    _tally.FailAll(waiting.Fail(result.Input.Hash, failure), failure);
                }
                else
                {
                    vectors.Add(new(result.Input.Hash, result.Vector, result.Input.Tokens));
                    waiting.Arrived(result.Input.Hash);
                }
            }

            _tally.Answer(answer, vectors);
            // Paid is paid: an interruption waits for this commit.
            await CommitAsync(generation, vectors, waiting.TakeReady(), plan.Request.Reindex, CancellationToken.None);
        }

        await CommitAsync(generation, [], waiting.TakeReady(), plan.Request.Reindex, CancellationToken.None);
        if (_tally.OverBudget)
        {
            throw new GuardException("the budget of this run is used up; what was bought is kept, and the next run goes on from here");
        }
    }

    private async IAsyncEnumerable<EmbedInput> InputsAsync(
        SyncPlan plan, int generation, WaitingItems waiting, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var sent = 0L;
        foreach (var planned in plan.Items.Where(item => item.Item.Hashes.Any(plan.Buy.Contains)))
        {
            if (await LoadAsync(planned, cancellationToken) is not { } item)
            {
                continue;
            }

            var missing = await MissingAsync(item, planned, plan, generation, cancellationToken);
            var inputs = waiting.Add(new(planned, item), missing, out var failure);
            if (failure is not null)
            {
                _tally.FailAll([planned], failure);
            }

            foreach (var input in inputs)
            {
                sent += input.Tokens;
                if (!options.Spend.Allows(sent, options.Terms))
                {
                    _tally.OverBudget = true;
                    yield break;
                }

                yield return input;
            }
        }
    }

    /// <summary>Chunks of the item as it was read that have no vector. What the plan doesn't know (the file changed since) is looked up.</summary>
    private async Task<IReadOnlyList<Chunk>> MissingAsync(
        Item item, PlannedItem planned, SyncPlan plan, int generation, CancellationToken cancellationToken)
    {
        var known = planned.Item.Hashes.ToHashSet();
        var unknown = item.Chunks.Select(chunk => chunk.Hash).Where(hash => !known.Contains(hash) && !plan.Buy.Contains(hash)).ToHashSet();
        var found = unknown.Count == 0 ? unknown : await store.ReadExistingAsync(generation, unknown, cancellationToken);
        return [.. item.Chunks.Where(chunk => plan.Buy.Contains(chunk.Hash) || (unknown.Contains(chunk.Hash) && !found.Contains(chunk.Hash)))];
    }

    private async Task<Item?> LoadAsync(PlannedItem planned, CancellationToken cancellationToken)
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

        if (outcome.Item!.Key != planned.Key)
        {
            _tally.Fail(Changed(planned));
            return null;
        }

        return outcome.Item;
    }

    private static ItemProblem Changed(PlannedItem planned) => new(
        ProblemCodes.Unreadable, planned.Key.Source, planned.Key.Id, planned.Item.Path, null, "changed while the run was under way; run again");

    private async Task DeleteAsync(SyncPlan plan, int generation, CancellationToken cancellationToken)
    {
        if (options.CacheOnly)
        {
            return;
        }

        foreach (var batch in plan.Deletions.Chunk(WriteBatch))
        {
            cancellationToken.ThrowIfCancellationRequested();
            await writer.CommitAsync(new(generation, [], [], [.. batch.Select(deletion => deletion.Key)]), cancellationToken);
            _tally.Deleted += batch.Length;
        }
    }

    private async Task CommitAsync(
        int generation, IReadOnlyList<VectorRow> vectors, IReadOnlyList<Written> ready, bool replace, CancellationToken cancellationToken)
    {
        var items = options.CacheOnly ? [] : ready;
        if (vectors.Count > 0 || items.Count > 0)
        {
            await writer.CommitAsync(
                new(generation, vectors, [.. items.Select(item => item.Item)], []) { ReplaceVectors = replace }, cancellationToken);
        }

        _tally.Commit(items);
        progress.Report(new(_tally.Items, _itemsTotal, _tally.Embedded, _chunksTotal, _tally.Tokens, _tally.FailureCount));
    }
}
