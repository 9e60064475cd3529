using EmbSync.Core.Model;

namespace EmbSync.Core.Storage;

/// <summary>
/// Where items, chunks, vectors and receipts live. Reading creates nothing: an absent store reads as empty. All writes go
/// through <see cref="BeginWriteAsync"/>. Every method may throw <see cref="StoreException"/> with a message that says what to do.
/// </summary>
public interface IStore : IAsyncDisposable
{
    /// <summary>
    /// Backend and place for people, without secrets: <c>sqlite .embsync/index.db</c>, <c>postgres host/database schema embsync</c>.
    /// </summary>
    string Description { get; }

    /// <summary>The store outlives no process (memory).</summary>
    bool IsVolatile { get; }

    /// <summary>The PostgreSQL database that the store is in; null when it is in none, or the server doesn't say which.</summary>
    Task<StoreHome?> ReadHomeAsync(CancellationToken cancellationToken) => Task.FromResult<StoreHome?>(null);

    /// <exception cref="StoreRefusedException">The schema is newer than this tool.</exception>
    Task<StoreHead> ReadHeadAsync(CancellationToken cancellationToken);

    /// <summary>All stored items of a source, without text, in order of the bytes of their ids' UTF-8.</summary>
    IAsyncEnumerable<StoredItem> ReadItemsAsync(string source, CancellationToken cancellationToken);

    /// <summary>
    /// What is to be said of a source's items, by id, as <see cref="ItemRemarks.Of"/> writes it; items without remarks are absent.
    /// </summary>
    Task<IReadOnlyDictionary<string, string>> ReadRemarksAsync(string source, CancellationToken cancellationToken);

    /// <summary>Names of all sources that have items.</summary>
    Task<IReadOnlyList<string>> ReadSourceNamesAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Ids of a source's items with at least one chunk that has no vector in the generation (all with chunks, when null).
    /// </summary>
    Task<IReadOnlySet<string>> ReadIncompleteAsync(string source, int? generation, CancellationToken cancellationToken);

    /// <summary>Chunk hashes, in order, of the given items of a source; items without a row are absent from the answer.</summary>
    Task<IReadOnlyDictionary<string, IReadOnlyList<ContentHash>>> ReadChunkHashesAsync(
        string source, IReadOnlyCollection<string> ids, CancellationToken cancellationToken);

    /// <summary>Those of the given hashes that have a vector in the generation.</summary>
    Task<IReadOnlySet<ContentHash>> ReadExistingAsync(
        int generation, IReadOnlyCollection<ContentHash> hashes, CancellationToken cancellationToken);

    /// <summary>Vectors of the given hashes; hashes without one are absent from the answer.</summary>
    Task<IReadOnlyDictionary<ContentHash, float[]>> ReadVectorsAsync(
        int generation, IReadOnlyCollection<ContentHash> hashes, CancellationToken cancellationToken);

    /// <summary>The next vectors of a generation in order of their hashes' bytes.</summary>
    /// <param name="after">The last hash of the page before; null for the first page.</param>
    /// <param name="limit">Rows at most; fewer come only at the end.</param>
    Task<IReadOnlyList<VectorRow>> ReadVectorPageAsync(int generation, ContentHash? after, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Stored chunks with their vectors of one generation, in order of source, id and position; chunks without a vector are left out. Never
    /// more in
    /// memory than a page. PostgreSQL answers from one state of the store, the others from one state for each page.
    /// </summary>
    IAsyncEnumerable<EmbeddedChunk> ReadEmbeddedAsync(EmbeddedScope scope, CancellationToken cancellationToken);

    /// <summary>What a generation lacks of all stored chunks.</summary>
    /// <param name="generation">Null: everything.</param>
    /// <param name="priced">A generation whose vectors say what their texts cost; null when there is none.</param>
    Task<Backlog> ReadBacklogAsync(int? generation, int? priced, CancellationToken cancellationToken);

    /// <summary>What is in the queue of a generation, see <see cref="IGenerationBuild"/>.</summary>
    Task<QueueState> ReadQueueAsync(int generation, CancellationToken cancellationToken);

    /// <summary>Totals by source and type, in order of both.</summary>
    Task<IReadOnlyList<CoverageRow>> ReadCoverageAsync(int? generation, CancellationToken cancellationToken);

    /// <summary>
    /// Keys of the stored metadata, or the values of one key (each of a list), with the number of items that have them; the most frequent
    /// first.
    /// </summary>
    /// <param name="key">Null for the keys.</param>
    /// <param name="limit">At most.</param>
    Task<IReadOnlyList<Facet>> ReadFacetsAsync(string? key, int limit, CancellationToken cancellationToken);

    /// <summary>What is wrong with the store itself, in the order in which it is to be mended. Reads everything.</summary>
    /// <param name="before">End of the grace time: what was made or retired later is left alone.</param>
    Task<IReadOnlyList<StoreFault>> FindFaultsAsync(DateTimeOffset before, CancellationToken cancellationToken);

    /// <summary>Stored vectors with what they were made of, chosen by the seed; fewer where there are not so many.</summary>
    Task<IReadOnlyList<(VectorRow Vector, ClaimedChunk Chunk)>> ReadSampleAsync(
        int generation, int count, int seed, CancellationToken cancellationToken);

    /// <summary>Newest first.</summary>
    Task<IReadOnlyList<RunRecord>> ReadRunsAsync(int limit, CancellationToken cancellationToken);

    /// <summary>The nearest chunks of one generation by cosine, at most one for each item, best first.</summary>
    Task<IReadOnlyList<SearchHit>> SearchAsync(SearchQuery query, CancellationToken cancellationToken);

    /// <summary>Asked before anything is bought: what is paid and can't be kept would be bought again and again.</summary>
    /// <param name="bytes">Least size of what is to be stored.</param>
    /// <exception cref="StoreException">There is less room than that.</exception>
    Task RequireRoomAsync(long bytes, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// Builds the vector index of a generation that is searched, where it has none and the table is large enough to need one; answers
    /// whether it
    /// did. No lock of a writer is needed or held: searches and other runs go on meanwhile. False too where another process is at it.
    /// </summary>
    /// <exception cref="StoreException">One that was left INVALID is in the way.</exception>
    Task<bool> EnsureIndexAsync(int generation, IProgress<IndexProgress> progress, CancellationToken cancellationToken) =>
        Task.FromResult(false);

    /// <summary>
    /// Creates or migrates the schema where needed, takes the writer's lock and a new epoch, and records the project as owner.
    /// </summary>
    /// <exception cref="LockedException">Another run writes.</exception>
    /// <exception cref="StoreRefusedException">Owned by another project, newer schema, extension absent.</exception>
    Task<IStoreWriter> BeginWriteAsync(string project, CancellationToken cancellationToken);
}

/// <summary>The one writer of a store at a time. Every method checks the epoch: one whose lock went can't write.</summary>
public interface IStoreWriter : IReceiptBook, IAsyncDisposable
{
    /// <summary>
    /// The generation of that space and signature in any state (retired ones come back as building), or a new one that is building. A new
    /// one takes
    /// over the vectors of its like in other spaces: they are paid.
    /// </summary>
    /// <exception cref="LockedException">It is not the active one, and another process is filling one of the space.</exception>
    Task<Generation> OpenGenerationAsync(string space, EmbeddingSignature signature, CancellationToken cancellationToken);

    /// <summary>
    /// Opens the generation as <see cref="OpenGenerationAsync"/> does, to be filled beside the writer; several processes may. It outlives
    /// the writer.
    /// </summary>
    /// <exception cref="LockedException">Another process is filling another generation of the space, or is about to finish this
    /// one.</exception>
    Task<IGenerationBuild> BeginBuildAsync(string space, EmbeddingSignature signature, CancellationToken cancellationToken);

    /// <summary>Makes a generation the active one of its space and retires the one before, in one short transaction.</summary>
    Task ActivateAsync(int generation, CancellationToken cancellationToken) => ActivateAsync(generation, pin: false, cancellationToken);

    /// <param name="pin">Syncs keep it although the configuration says otherwise. Also changes the pin of one that is active
    /// already.</param>
    Task ActivateAsync(int generation, bool pin, CancellationToken cancellationToken);

    /// <summary>
    /// One transaction: vectors, then items with their chunks (whole replacement), then deletions, then the switch of generations. Vectors
    /// of
    /// hashes that are there already are kept as they are, unless the batch says to replace them.
    /// </summary>
    /// <exception cref="LockedException">The lock was lost: nothing was written.</exception>
    Task CommitAsync(StoreBatch batch, CancellationToken cancellationToken);

    /// <summary>Records how far a source is in step; no write when equal to what is there.</summary>
    Task RecordSourceAsync(SourceRecord record, CancellationToken cancellationToken);

    /// <summary>Mends what <see cref="IStore.FindFaultsAsync"/> found; doing it twice is doing it once. Answers how much it was.</summary>
    Task<long> MendAsync(StoreFault fault, DateTimeOffset before, CancellationToken cancellationToken);
}

/// <param name="Exists">False: nothing was ever written there.</param>
/// <param name="Project">The owner; null when nothing was written.</param>
/// <param name="Revision">Grows with every write that changes items, vectors, generations or source records; receipts don't count. 0 for an
/// empty store.
/// Two equal revisions: nothing changed between.</param>
public sealed record StoreHead(
    bool Exists,
    int SchemaVersion,
    string? Project,
    long Revision,
    IReadOnlyList<Generation> Generations,
    IReadOnlyDictionary<string, SourceRecord> Sources)
{
    public static readonly StoreHead Empty = new(false, 0, null, 0, [], new Dictionary<string, SourceRecord>());

    public Generation? Active(string space) =>
        Generations.FirstOrDefault(generation => generation.Space == space && generation.State == GenerationState.Active);
}

/// <summary>A stored item as change detection needs it.</summary>
public readonly record struct StoredItem(
    string Id, string? Path, string Version, string Pipeline, ContentHash ContentDigest, ContentHash RecordDigest, string Title,
    string Type, int Chunks)
{
    public string Locator => Path ?? Id;
}

/// <summary>How far a source was in step at the end of its last complete sync.</summary>
/// <param name="Commit">Commit that was read, or HEAD under a work tree; null without git.</param>
/// <param name="Pipeline">Pipeline it was read with.</param>
public sealed record SourceRecord(string Name, string? Commit, string Pipeline);

/// <param name="Tokens">Billed where the provider said so, else estimated.</param>
public readonly record struct VectorRow(ContentHash Hash, ReadOnlyMemory<float> Vector, int Tokens);

public sealed record StoreBatch(
    int Generation,
    IReadOnlyList<VectorRow> Vectors,
    IReadOnlyList<Item> Items,
    IReadOnlyList<ItemKey> Deletions)
{
    /// <summary>Overwrite vectors that are there already (<c>--reindex</c>).</summary>
    public bool ReplaceVectors { get; init; }

    /// <summary>
    /// Generations that take over in the same moment, as <see cref="IStoreWriter.ActivateAsync(int, CancellationToken)"/> does it.
    /// </summary>
    public IReadOnlyList<int> Activates { get; init; } = [];
}

/// <param name="Embedded">Items all of whose chunks have a vector.</param>
public sealed record CoverageRow(string Source, string Type, int Items, int Embedded, int Chunks, int EmbeddedChunks);

/// <param name="Value">A key of metadata, or a value as <c>--where</c> takes it.</param>
public readonly record struct Facet(string Value, int Items);

/// <summary>Receipt of one execution that writes.</summary>
/// <param name="Id">0 before it is opened.</param>
/// <param name="Status">running, done, partial, failed, stopped, interrupted, abandoned.</param>
/// <param name="Cost">USD; null where the price is unknown.</param>
/// <param name="Details">JSON object of everything else (requests, retries, estimates, failures with codes).</param>
public sealed record RunRecord(
    long Id,
    string Command,
    string Status,
    int ItemsTotal,
    int ItemsProcessed,
    long Tokens,
    decimal? Cost,
    string? Error,
    string? Commit,
    DateTimeOffset StartedAt,
    DateTimeOffset? CompletedAt,
    string Details)
{
    public const string Running = "running";

    /// <summary>The process ended before the run could say how.</summary>
    public const string Abandoned = "abandoned";

    public const string AbandonedError = "the process ended before the run did; what it bought is kept, and a later run went on";
}

/// <param name="Vector">Query vector of the generation's dimension.</param>
/// <param name="Limit">Items wanted.</param>
/// <param name="Where">Metadata that must be equal, ANDed; a list in the metadata matches when it holds the value.</param>
public sealed record SearchQuery(
    int Generation,
    ReadOnlyMemory<float> Vector,
    int Limit,
    string? Source,
    string? Type,
    IReadOnlyList<KeyValuePair<string, string>> Where);

/// <param name="Source">Null for all.</param>
/// <param name="Type">Null for all.</param>
public sealed record EmbeddedScope(int Generation, string? Source, string? Type);

/// <param name="Metadata">JSON object in canonical form.</param>
/// <param name="UpdatedAt">When the source last changed the item, as far as it knows; else when it was stored.</param>
/// <param name="Chunks">Chunks of the item, with and without a vector.</param>
/// <param name="Seq">Position in the item, from 0.</param>
/// <param name="Vector">As stored, of the generation's dimension.</param>
public sealed record EmbeddedChunk(
    ItemKey Key, string Type, string Title, string? Path, string Metadata, DateTimeOffset UpdatedAt, int Chunks,
    int Seq, ContentHash Hash, string Heading, ReadOnlyMemory<float> Vector);

/// <param name="Score">Cosine, -1 to 1.</param>
public sealed record SearchHit(
    ItemKey Key, int Seq, ContentHash Hash, string Title, string? Path, double Score, string Heading, int StartLine, int EndLine,
    string? Text, string Metadata);
