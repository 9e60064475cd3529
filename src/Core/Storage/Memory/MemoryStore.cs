using System.Numerics.Tensors;
using EmbSync.Core.Configuration;
using EmbSync.Core.Model;

namespace EmbSync.Core.Storage.Memory;

/// <summary>A store that lives as long as this value: for trials, tests, and sources small enough to embed at each start.</summary>
internal sealed class MemoryStore(VectorType vectors, bool keepText, TimeProvider clock) : IStore
{
    private readonly MemoryData data = new();
    private bool isWriting;

    public string Description => "memory";

    public bool IsVolatile => true;

    public Task<StoreHead> ReadHeadAsync(CancellationToken cancellationToken) => Read(() => !data.IsWritten
        ? StoreHead.Empty
        : new StoreHead(true, 1, data.Project, data.Revision, [.. data.Generations.Values.Select(generation => generation.Value)],
            data.Sources.ToDictionary()));

    public async IAsyncEnumerable<StoredItem> ReadItemsAsync(
        string source, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var item in await Read(() => data.ItemsOf(source).ToList()))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return item.Stored;
        }
    }

    public Task<IReadOnlyDictionary<string, string>> ReadRemarksAsync(string source, CancellationToken cancellationToken) =>
        Read<IReadOnlyDictionary<string, string>>(() => data.ItemsOf(source).Where(item => item.Remarks is not null)
            .ToDictionary(item => item.Key.Id, item => item.Remarks!, StringComparer.Ordinal));

    public Task<IReadOnlyList<string>> ReadSourceNamesAsync(CancellationToken cancellationToken) =>
        Read<IReadOnlyList<string>>(() => [.. data.Items.Keys]);

    public Task<IReadOnlySet<string>> ReadIncompleteAsync(string source, int? generation, CancellationToken cancellationToken) =>
        Read<IReadOnlySet<string>>(() =>
        {
            var known = data.VectorsOf(generation);
            return data.ItemsOf(source).Where(item => !item.Chunks.All(chunk => known.ContainsKey(chunk.Hash))).Select(
                item => item.Key.Id).ToHashSet();
        });

    public Task<IReadOnlyDictionary<string, IReadOnlyList<ContentHash>>> ReadChunkHashesAsync(
        string source, IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
        Read<IReadOnlyDictionary<string, IReadOnlyList<ContentHash>>>(() => ids.Distinct()
            .Select(id => data.Items.TryGetValue(source, out var items) && items.TryGetValue(id, out var item) ? item : null)
            .OfType<MemoryItem>()
            .ToDictionary(item => item.Key.Id, item => (IReadOnlyList<ContentHash>)[.. item.Chunks.Select(chunk => chunk.Hash)]));

    public Task<IReadOnlySet<ContentHash>> ReadExistingAsync(
        int generation, IReadOnlyCollection<ContentHash> hashes, CancellationToken cancellationToken) =>
        Read<IReadOnlySet<ContentHash>>(() =>
        {
            var known = data.VectorsOf(generation);
            return hashes.Where(known.ContainsKey).ToHashSet();
        });

    public Task<IReadOnlyDictionary<ContentHash, float[]>> ReadVectorsAsync(
        int generation, IReadOnlyCollection<ContentHash> hashes, CancellationToken cancellationToken) =>
        Read<IReadOnlyDictionary<ContentHash, float[]>>(() =>
        {
            var known = data.VectorsOf(generation);
            return hashes.Distinct().Where(known.ContainsKey).ToDictionary(hash => hash, hash => Numbers(generation, known[hash]));
        });

    public Task<IReadOnlyList<VectorRow>> ReadVectorPageAsync(int generation, ContentHash? after, int limit,
        CancellationToken cancellationToken) =>
        Read<IReadOnlyList<VectorRow>>(() => [.. data.VectorsOf(generation)
            .Where(vector => after is not { } last || vector.Key.CompareTo(last) > 0)
            .OrderBy(vector => vector.Key)
            .Take(limit)
            .Select(vector => new VectorRow(vector.Key, Numbers(generation, vector.Value), vector.Value.Tokens))]);

    public async IAsyncEnumerable<EmbeddedChunk> ReadEmbeddedAsync(
        EmbeddedScope scope, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var items = await Read(() => (scope.Source is { } source ? data.ItemsOf(source) : data.Items.Values.SelectMany(all => all.Values))
            .Where(item => scope.Type is null || item.Stored.Type == scope.Type).ToList());
        foreach (var item in items)
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var chunk in await Read(() => Embedded(item, scope.Generation)))
            {
                yield return chunk;
            }
        }
    }

    public Task<QueueState> ReadQueueAsync(int generation, CancellationToken cancellationToken) => Read(() =>
    {
        var leases = data.Work.TryGetValue(generation, out var queue) ? queue.Values.ToList() : [];
        var now = clock.GetUtcNow();
        return new QueueState(leases.Count(lease => lease < now), leases.Count(lease => lease >= now), data.Whole.Contains(generation));
    });

    public Task<IReadOnlyList<CoverageRow>> ReadCoverageAsync(int? generation, CancellationToken cancellationToken) =>
        Read<IReadOnlyList<CoverageRow>>(() =>
        {
            var known = data.VectorsOf(generation);
            var rows = data.Items.Values.SelectMany(items => items.Values)
                .Select(item => (Item: item, Embedded: item.Chunks.Count(chunk => known.ContainsKey(chunk.Hash))))
                .GroupBy(row => (row.Item.Key.Source, row.Item.Stored.Type))
                .Select(group => new CoverageRow(
                    group.Key.Source, group.Key.Type, group.Count(), group.Count(row => row.Embedded == row.Item.Chunks.Count),
                    group.Sum(row => row.Item.Chunks.Count), group.Sum(row => row.Embedded)));
            return [.. rows.OrderBy(row => row.Source, Utf8Order.Instance).ThenBy(row => row.Type, Utf8Order.Instance)];
        });

    public Task<IReadOnlyList<Facet>> ReadFacetsAsync(string? key, int limit, CancellationToken cancellationToken) =>
        Read<IReadOnlyList<Facet>>(() =>
        [.. data.Items.Values.SelectMany(items => items.Values).SelectMany(
            item => MetadataFilter.Facets(item.Metadata, key).Distinct(StringComparer.Ordinal))
            .CountBy(value => value, StringComparer.Ordinal).OrderByDescending(value => value.Value)
                .ThenBy(value => value.Key, Utf8Order.Instance).Take(limit).Select(value => new Facet(value.Key, value.Value))]);

    public Task<Backlog> ReadBacklogAsync(int? generation, int? priced, CancellationToken cancellationToken) => Read(() =>
    {
        var (known, costs) = (data.VectorsOf(generation), data.VectorsOf(priced));
        var chunks = data.Chunks().DistinctBy(chunk => chunk.Chunk.Hash).ToList();
        var missing = chunks.Where(chunk => !known.ContainsKey(chunk.Chunk.Hash)).ToList();
        return new Backlog(chunks.Count, missing.Count, missing.Sum(
            chunk => (long)(costs.TryGetValue(chunk.Chunk.Hash, out var cost) ? cost.Tokens
            : (System.Text.Encoding.UTF8.GetByteCount(chunk.Chunk.Text) + 3) / 4)), keepText ? 0 : missing.Count);
    });

    /// <summary>It is as old as its process: nothing in it had the time to go wrong.</summary>
    public Task<IReadOnlyList<StoreFault>> FindFaultsAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<StoreFault>>([]);

    public Task<IReadOnlyList<(VectorRow Vector, ClaimedChunk Chunk)>> ReadSampleAsync(int generation, int count, int seed,
        CancellationToken cancellationToken) =>
        Read<IReadOnlyList<(VectorRow, ClaimedChunk)>>(() =>
        {
            var known = data.VectorsOf(generation);
            var stored = data.Chunks().DistinctBy(chunk => chunk.Chunk.Hash).Where(chunk => known.ContainsKey(chunk.Chunk.Hash)).ToArray();
            new Random(seed).Shuffle(stored);
            return [.. stored.Take(count).Select(chunk => (
                new VectorRow(chunk.Chunk.Hash, Numbers(generation, known[chunk.Chunk.Hash]), known[chunk.Chunk.Hash].Tokens),
                new ClaimedChunk(chunk.Chunk.Hash, keepText ? chunk.Chunk.Text : null, chunk.Key)))];
        });

    public Task<IReadOnlyList<RunRecord>> ReadRunsAsync(int limit, CancellationToken cancellationToken) =>
        Read<IReadOnlyList<RunRecord>>(() => [.. data.Runs.OrderByDescending(run => run.Id).Take(limit)]);

    public Task<IReadOnlyList<SearchHit>> SearchAsync(SearchQuery query, CancellationToken cancellationToken) => Read(() => Search(query));

    public Task<IStoreWriter> BeginWriteAsync(string project, CancellationToken cancellationToken) => Read<IStoreWriter>(() =>
    {
        if (isWriting)
        {
            throw new LockedException("Another run of this process writes to the store in memory. Wait for it to end, or open a store of "
                + "its own.");
        }

        if (data.Project is { } owner && owner != project)
        {
            throw StoreRefusals.OtherProject(Description, owner, project, "a store of its own");
        }

        (isWriting, data.IsWritten, data.Project) = (true, true, project);
        return new MemoryWriter(data, ++data.Epoch, vectors, keepText, clock, () => isWriting = false);
    });

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private IReadOnlyList<SearchHit> Search(SearchQuery query)
    {
        if (!data.IsWritten)
        {
            return [];
        }

        var generation = data.Generations.GetValueOrDefault(query.Generation) ?? throw StoreRefusals.NoGeneration(
            Description, query.Generation);
        if (VectorCodec.Fault(VectorType.Vector, query.Vector.Span, generation.Value.Signature.Dimension) is { } fault)
        {
            throw StoreRefusals.NotAQuery(fault, generation);
        }

        var known = data.VectorsOf(query.Generation);
        var filter = new MetadataFilter(query.Where);
        var nearest = new NearestItems<(MemoryItem Item, Chunk Chunk)>(query.Limit);
        var numbers = new float[query.Vector.Length];
        foreach (var item in query.Source is { } source ? data.ItemsOf(source) : data.Items.Values.SelectMany(items => items.Values))
        {
            if ((query.Type is not null && item.Stored.Type != query.Type) || !filter.Matches(item.Metadata))
            {
                continue;
            }

            var begins = true;
            foreach (var chunk in item.Chunks)
            {
                if (known.TryGetValue(chunk.Hash, out var vector))
                {
                    VectorCodec.Decode(generation.Vectors, vector.Bytes, numbers);
                    nearest.Offer((item, chunk), TensorPrimitives.CosineSimilarity(query.Vector.Span, numbers), begins);
                    begins = false;
                }
            }
        }

        return [.. nearest.Take().Select(hit => new SearchHit(
            hit.Chunk.Item.Key, hit.Chunk.Chunk.Seq, hit.Chunk.Chunk.Hash, hit.Chunk.Item.Stored.Title, hit.Chunk.Item.Stored.Path,
            hit.Score,
            hit.Chunk.Chunk.Heading, hit.Chunk.Chunk.StartLine, hit.Chunk.Chunk.EndLine,
            keepText ? hit.Chunk.Chunk.Text : null, hit.Chunk.Item.Metadata))];
    }

    private List<EmbeddedChunk> Embedded(MemoryItem item, int generation)
    {
        var known = data.VectorsOf(generation);
        return [.. item.Chunks.Where(chunk => known.ContainsKey(chunk.Hash)).Select(chunk => new EmbeddedChunk(
            item.Key, item.Stored.Type, item.Stored.Title, item.Stored.Path, item.Metadata, item.UpdatedAt, item.Chunks.Count,
            chunk.Seq, chunk.Hash, chunk.Heading, Numbers(generation, known[chunk.Hash])))];
    }

    private float[] Numbers(int generation, MemoryVector vector)
    {
        var stored = data.Generations[generation];
        var numbers = new float[stored.Value.Signature.Dimension];
        VectorCodec.Decode(stored.Vectors, vector.Bytes, numbers);
        return numbers;
    }

    private Task<T> Read<T>(Func<T> read)
    {
        lock (data.Gate)
        {
            return Task.FromResult(read());
        }
    }
}
