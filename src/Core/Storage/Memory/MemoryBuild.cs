using EmbSync.Core.Model;

namespace EmbSync.Core.Storage.Memory;

internal sealed class MemoryBuild(MemoryData data, StoredGeneration generation, TimeProvider clock) : IGenerationBuild
{
    private const string Store = "memory";
    private bool hasEnded;

    public Generation Generation => generation.Value;

    public Task<int> EnqueueAsync(CancellationToken cancellationToken) => Write(() =>
    {
        var (queue, known) = (Queue(), data.VectorsOf(generation.Value.Id));
        var wanted = data.Chunks().Select(chunk => chunk.Chunk.Hash).Where(hash => !known.ContainsKey(hash)).ToHashSet();
        foreach (var hash in queue.Keys.Except(wanted).Where(hash => known.ContainsKey(hash) || !Offers().ContainsKey(hash)).ToList())
        {
            queue.Remove(hash);
        }

        foreach (var hash in wanted)
        {
            queue.TryAdd(hash, DateTimeOffset.MinValue);
        }

        return queue.Count;
    });

    public Task OfferAsync(IReadOnlyList<ClaimedChunk> chunks, bool isWhole, CancellationToken cancellationToken) => Write(() =>
    {
        var known = data.VectorsOf(generation.Value.Id);
        foreach (var chunk in chunks.Where(chunk => !known.ContainsKey(chunk.Hash) && Queue().TryAdd(chunk.Hash, DateTimeOffset.MinValue)))
        {
            Offers()[chunk.Hash] = chunk;
        }

        return isWhole && data.Whole.Add(generation.Value.Id);
    });

    public Task WithdrawAsync(CancellationToken cancellationToken) => Write(() =>
    {
        var now = clock.GetUtcNow();
        foreach (var hash in Offers().Keys.Where(hash => Queue().TryGetValue(hash, out var lease) && lease < now).ToList())
        {
            Queue().Remove(hash);
            Offers().Remove(hash);
        }

        return true;
    });

    public Task<IReadOnlyList<ClaimedChunk>> ClaimAsync(int limit, TimeSpan lease, CancellationToken cancellationToken) =>
        Write<IReadOnlyList<ClaimedChunk>>(() =>
    {
        var (queue, now) = (Queue(), clock.GetUtcNow());
        var places = Offers().Keys.Index().ToDictionary(one => one.Item, one => one.Index);
        var free = queue.Where(entry => entry.Value < now || entry.Value > now + lease)
            .OrderBy(entry => places.GetValueOrDefault(entry.Key, int.MaxValue)).Take(limit).Select(entry => entry.Key).ToHashSet();
        foreach (var hash in free)
        {
            queue[hash] = now + lease;
        }

        return [.. Offers().Values.Where(chunk => free.Contains(chunk.Hash)),
            .. data.Chunks().Where(chunk => free.Contains(chunk.Chunk.Hash) && !Offers().ContainsKey(chunk.Chunk.Hash)).DistinctBy(
            chunk => chunk.Chunk.Hash)
            .Select(chunk => new ClaimedChunk(chunk.Chunk.Hash, chunk.Chunk.Text is { Length: > 0 } text ? text : null, chunk.Key))];
    });

    public Task CompleteAsync(IReadOnlyList<VectorRow> rows, CancellationToken cancellationToken) => Write(() =>
    {
        BatchCheck.Check(new(generation.Value.Id, rows, [], []), generation);
        if (data.Generations.GetValueOrDefault(generation.Value.Id) is null or { Value.State: GenerationState.Retired })
        {
            throw StoreRefusals.NoLongerBuilt(Store, generation.Value);
        }

        var stored = rows.Count(row => data.Vectors[generation.Value.Id].TryAdd(
            row.Hash, new(VectorCodec.Encode(generation.Vectors, row.Vector.Span), row.Tokens)));
        foreach (var row in rows)
        {
            Queue().Remove(row.Hash);
            Offers().Remove(row.Hash);
        }

        return data.Revision += stored > 0 ? 1 : 0;
    });

    public Task ReleaseAsync(IReadOnlyCollection<ContentHash> hashes, CancellationToken cancellationToken) => Write(() =>
    {
        foreach (var hash in hashes.Where(Queue().ContainsKey))
        {
            Queue()[hash] = DateTimeOffset.MinValue;
        }

        return true;
    });

    /// <summary>Other builds are of this process, which knows what it does.</summary>
    public Task<BuildShare> TryOwnAsync(TimeSpan patience, CancellationToken cancellationToken) => Write(() =>
    {
        if (data.Builders[generation.Value.Space] > 1)
        {
            return BuildShare.Shared;
        }

        data.EndLeases(generation.Value.Id);
        return BuildShare.Alone;
    });

    public Task ShareAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Searches read every vector: there is nothing to build.</summary>
    public Task<bool> EnsureIndexAsync(bool concurrently, IProgress<IndexProgress> progress, CancellationToken cancellationToken) =>
        Task.FromResult(false);

    public Task DropIndexAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<RecallSample?> MeasureRecallAsync(RecallRequest request, CancellationToken cancellationToken) =>
        Task.FromResult<RecallSample?>(null);

    public Task<long> BeginRunAsync(RunRecord run, CancellationToken cancellationToken) => Write(() =>
    {
        data.Runs.Add(run with { Id = data.Runs.Count + 1 });
        return (long)data.Runs.Count;
    });

    public Task UpdateRunAsync(RunRecord run, CancellationToken cancellationToken) => Write(() =>
    {
        var place = data.Runs.FindIndex(one => one.Id == run.Id);
        return place < 0 ? throw StoreRefusals.NoRun(Store, run.Id) : data.Runs[place] = run;
    });

    public ValueTask DisposeAsync()
    {
        lock (data.Gate)
        {
            if (!hasEnded)
            {
                hasEnded = true;
                data.Builders[generation.Value.Space]--;
            }
        }

        return ValueTask.CompletedTask;
    }

    private Dictionary<ContentHash, ClaimedChunk> Offers() =>
        data.Offers.TryGetValue(generation.Value.Id, out var offers) ? offers : data.Offers[generation.Value.Id] = [];

    private SortedDictionary<ContentHash, DateTimeOffset> Queue() =>
        data.Work.TryGetValue(generation.Value.Id, out var queue) ? queue : data.Work[generation.Value.Id] = [];

    private Task<T> Write<T>(Func<T> write)
    {
        lock (data.Gate)
        {
            return hasEnded ? throw StoreRefusals.Ended(Store) : Task.FromResult(write());
        }
    }
}
