using EmbSync.Core.Model;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Tests.Sync;

/// <summary>The process is gone here: nothing of the product catches it.</summary>
public sealed class DeathException(string point) : Exception(point);

/// <summary>
/// A store under which the process dies just before, or just after, one chosen write takes effect. Points are numbered in the order of a
/// run.
/// </summary>
internal sealed class DyingStore(IStore store, int point) : IStore
{
    private string? _died;

    /// <summary>Points passed, two for each write.</summary>
    public List<string> Points { get; } = [];

    /// <summary>Looks at what a reader would see at each point.</summary>
    public Func<string, Task> Passing { get; init; } = _ => Task.CompletedTask;

    /// <summary>What a write fails with, by its name, in a process that lives on; null for nothing.</summary>
    public Func<string, Exception?> Fails { get; init; } = _ => null;

    /// <summary>How often the items of a source were read.</summary>
    public int ItemReads { get; private set; }

    /// <summary>What others do between the plan of a run and its right to write.</summary>
    public Func<Task> Beginning { get; init; } = () => Task.CompletedTask;

    public string Description => store.Description;

    public bool IsVolatile => store.IsVolatile;

    public Task<StoreHead> ReadHeadAsync(CancellationToken cancellationToken) => store.ReadHeadAsync(cancellationToken);

    public IAsyncEnumerable<StoredItem> ReadItemsAsync(string source, CancellationToken cancellationToken)
    {
        ItemReads++;
        return store.ReadItemsAsync(source, cancellationToken);
    }

    public Task<IReadOnlyDictionary<string, string>> ReadRemarksAsync(string source, CancellationToken cancellationToken) =>
        store.ReadRemarksAsync(source, cancellationToken);

    public Task<IReadOnlyList<string>> ReadSourceNamesAsync(CancellationToken cancellationToken) =>
        store.ReadSourceNamesAsync(cancellationToken);

    public Task<IReadOnlySet<string>> ReadIncompleteAsync(string source, int? generation, CancellationToken cancellationToken) =>
        store.ReadIncompleteAsync(source, generation, cancellationToken);

    public Task<IReadOnlyDictionary<string, IReadOnlyList<ContentHash>>> ReadChunkHashesAsync(string source,
        IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
        store.ReadChunkHashesAsync(source, ids, cancellationToken);

    public Task<IReadOnlySet<ContentHash>> ReadExistingAsync(int generation, IReadOnlyCollection<ContentHash> hashes,
        CancellationToken cancellationToken) =>
        store.ReadExistingAsync(generation, hashes, cancellationToken);

    public Task<IReadOnlyDictionary<ContentHash, float[]>> ReadVectorsAsync(int generation, IReadOnlyCollection<ContentHash> hashes,
        CancellationToken cancellationToken) =>
        store.ReadVectorsAsync(generation, hashes, cancellationToken);

    public Task<IReadOnlyList<VectorRow>> ReadVectorPageAsync(int generation, ContentHash? after, int limit,
        CancellationToken cancellationToken) =>
        store.ReadVectorPageAsync(generation, after, limit, cancellationToken);

    public IAsyncEnumerable<EmbeddedChunk> ReadEmbeddedAsync(EmbeddedScope scope, CancellationToken cancellationToken) =>
        store.ReadEmbeddedAsync(scope, cancellationToken);

    public Task<QueueState> ReadQueueAsync(int generation, CancellationToken cancellationToken) =>
        store.ReadQueueAsync(generation, cancellationToken);

    public Task<StoreHome?> ReadHomeAsync(CancellationToken cancellationToken) => store.ReadHomeAsync(cancellationToken);

    public Task<Backlog> ReadBacklogAsync(int? generation, int? priced, CancellationToken cancellationToken) =>
        store.ReadBacklogAsync(generation, priced, cancellationToken);

    public Task<IReadOnlyList<CoverageRow>> ReadCoverageAsync(int? generation, CancellationToken cancellationToken) =>
        store.ReadCoverageAsync(generation, cancellationToken);

    public Task<IReadOnlyList<Facet>> ReadFacetsAsync(string? key, int limit, CancellationToken cancellationToken) =>
        store.ReadFacetsAsync(key, limit, cancellationToken);

    public Task<IReadOnlyList<StoreFault>> FindFaultsAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        store.FindFaultsAsync(before, cancellationToken);

    public Task<IReadOnlyList<(VectorRow Vector, ClaimedChunk Chunk)>> ReadSampleAsync(int generation, int count, int seed,
        CancellationToken cancellationToken) =>
        store.ReadSampleAsync(generation, count, seed, cancellationToken);

    public Task<IReadOnlyList<RunRecord>> ReadRunsAsync(int limit, CancellationToken cancellationToken) =>
        store.ReadRunsAsync(limit, cancellationToken);

    public Task<IReadOnlyList<SearchHit>> SearchAsync(SearchQuery query, CancellationToken cancellationToken) =>
        store.SearchAsync(query, cancellationToken);

    public Task RequireRoomAsync(long bytes, CancellationToken cancellationToken) => store.RequireRoomAsync(bytes, cancellationToken);

    public Task<bool> EnsureIndexAsync(int generation, IProgress<IndexProgress> progress, CancellationToken cancellationToken) =>
        PassAsync("EnsureIndex", () => store.EnsureIndexAsync(generation, progress, cancellationToken));

    public async Task<IStoreWriter> BeginWriteAsync(string project, CancellationToken cancellationToken)
    {
        Pass("before BeginWrite");
        await Beginning();
        var writer = await store.BeginWriteAsync(project, cancellationToken);
        try
        {
            Pass("after BeginWrite");
        }
        catch (DeathException)
        {
            await writer.DisposeAsync();
            throw;
        }

        return new Writer(this, writer);
    }

    public ValueTask DisposeAsync() => store.DisposeAsync();

    private async Task<T> PassAsync<T>(string name, Func<Task<T>> write)
    {
        Pass("before " + name);
        if (Fails(name) is { } fault)
        {
            throw fault;
        }

        var answer = await write();
        Pass("after " + name);
        await Passing("after " + name);
        return answer;
    }

    private Task PassAsync(string name, Func<Task> write) => PassAsync(name, async () =>
    {
        await write();
        return true;
    });

    private void Pass(string name)
    {
        lock (Points)
        {
            Points.Add(name);
        }

        // Dead stays dead: where what handles the end comes by here, it is still the first death.
        if (Points.Count >= point)
        {
            throw new DeathException(_died ??= name);
        }
    }

    private sealed class Writer(DyingStore store, IStoreWriter writer) : IStoreWriter
    {
        public Task<Generation> OpenGenerationAsync(string space, EmbeddingSignature signature, CancellationToken cancellationToken) =>
            PassAsync("OpenGeneration", () => writer.OpenGenerationAsync(space, signature, cancellationToken));

        public async Task<IGenerationBuild> BeginBuildAsync(string space, EmbeddingSignature signature, CancellationToken cancellationToken)
        {
            IGenerationBuild? build = null;
            try
            {
                return await PassAsync("BeginBuild", async () => new Build(
                    store, build = await writer.BeginBuildAsync(space, signature, cancellationToken)));
            }
            catch (DeathException) when (build is not null)
            {
                await build.DisposeAsync();
                throw;
            }
        }

        public Task<long> MendAsync(StoreFault fault, DateTimeOffset before, CancellationToken cancellationToken) =>
            store.PassAsync("Mend " + fault.Kind, () => writer.MendAsync(fault, before, cancellationToken));

        public Task ActivateAsync(int generation, bool pin, CancellationToken cancellationToken) =>
            PassAsync("Activate", () => writer.ActivateAsync(generation, pin, cancellationToken));

        public Task CommitAsync(StoreBatch batch, CancellationToken cancellationToken) => PassAsync(
            batch.Activates.Count > 0 ? "Switch" : batch.Deletions.Count > 0 && batch.Items.Count == 0 ? "Delete" : batch.Vectors.Count > 0
            ? "Commit" : "Write", () => writer.CommitAsync(batch, cancellationToken));

        public Task RecordSourceAsync(SourceRecord record, CancellationToken cancellationToken) =>
            PassAsync("RecordSource", () => writer.RecordSourceAsync(record, cancellationToken));

        public Task<long> BeginRunAsync(RunRecord run, CancellationToken cancellationToken) =>
            PassAsync("BeginRun", () => writer.BeginRunAsync(run, cancellationToken));

        public Task UpdateRunAsync(RunRecord run, CancellationToken cancellationToken) =>
            PassAsync("UpdateRun", () => writer.UpdateRunAsync(run, cancellationToken));

        public ValueTask DisposeAsync() => writer.DisposeAsync();

        private Task<T> PassAsync<T>(string name, Func<Task<T>> write) => store.PassAsync(name, write);

        private Task PassAsync(string name, Func<Task> write) => store.PassAsync(name, write);
    }

    private sealed class Build(DyingStore store, IGenerationBuild build) : IGenerationBuild
    {
        public Generation Generation => build.Generation;

        public Task<int> EnqueueAsync(CancellationToken cancellationToken) =>
            store.PassAsync("Enqueue", () => build.EnqueueAsync(cancellationToken));

        public Task OfferAsync(IReadOnlyList<ClaimedChunk> chunks, bool isWhole, CancellationToken cancellationToken) =>
            store.PassAsync("Offer", () => build.OfferAsync(chunks, isWhole, cancellationToken));

        public Task WithdrawAsync(CancellationToken cancellationToken) =>
            store.PassAsync("Withdraw", () => build.WithdrawAsync(cancellationToken));

        public Task<IReadOnlyList<ClaimedChunk>> ClaimAsync(int limit, TimeSpan lease, CancellationToken cancellationToken) =>
            store.PassAsync("Claim", () => build.ClaimAsync(limit, lease, cancellationToken));

        public Task CompleteAsync(IReadOnlyList<VectorRow> rows, CancellationToken cancellationToken) =>
            store.PassAsync("Complete", () => build.CompleteAsync(rows, cancellationToken));

        public Task ReleaseAsync(IReadOnlyCollection<ContentHash> hashes, CancellationToken cancellationToken) =>
            store.PassAsync("Release", () => build.ReleaseAsync(hashes, cancellationToken));

        public Task<BuildShare> TryOwnAsync(TimeSpan patience, CancellationToken cancellationToken) =>
            store.PassAsync("Own", () => build.TryOwnAsync(patience, cancellationToken));

        public Task ShareAsync(CancellationToken cancellationToken) => store.PassAsync("Share", () => build.ShareAsync(cancellationToken));

        public Task DropIndexAsync(CancellationToken cancellationToken) =>
            store.PassAsync("DropIndex", () => build.DropIndexAsync(cancellationToken));

        public Task<bool> EnsureIndexAsync(bool concurrently, IProgress<IndexProgress> progress, CancellationToken cancellationToken) =>
            store.PassAsync("EnsureIndex", () => build.EnsureIndexAsync(concurrently, progress, cancellationToken));

        public Task<RecallSample?> MeasureRecallAsync(RecallRequest request, CancellationToken cancellationToken) =>
            build.MeasureRecallAsync(request, cancellationToken);

        public Task<long> BeginRunAsync(RunRecord run, CancellationToken cancellationToken) =>
            store.PassAsync("BeginRun", () => build.BeginRunAsync(run, cancellationToken));

        public Task UpdateRunAsync(RunRecord run, CancellationToken cancellationToken) =>
            store.PassAsync("UpdateRun", () => build.UpdateRunAsync(run, cancellationToken));

        public ValueTask DisposeAsync() => build.DisposeAsync();
    }
}
