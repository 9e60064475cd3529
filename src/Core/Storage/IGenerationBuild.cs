using EmbSync.Core.Model;

namespace EmbSync.Core.Storage;

/// <summary>
/// Filling one generation beside the writer: searches and syncs of other generations go on, and several processes share the work by
/// leases. No lock is held while texts are embedded. Begun by
/// <see cref="IStoreWriter.BeginBuildAsync"/>; ends with the process, however it ends.
/// </summary>
public interface IGenerationBuild : IReceiptBook, IAsyncDisposable
{
    Generation Generation { get; }

    /// <summary>
    /// Puts every chunk of stored items that has no vector into the queue, and takes out what needs none any more; answers how many are in
    /// it, leased ones included.
    /// </summary>
    Task<int> EnqueueAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Puts texts into the queue that no stored item has yet, behind what waits: their items are stored once all their vectors are there.
    /// Those that
    /// have a vector or wait already are left out.
    /// </summary>
    /// <param name="isWhole">Nothing else is to be offered: a process that shares the work need not list the sources itself. Holds as long
    /// as somebody fills the generation.</param>
    Task OfferAsync(IReadOnlyList<ClaimedChunk> chunks, bool isWhole, CancellationToken cancellationToken);

    /// <summary>Takes texts that were offered and that nobody has a lease of out of the queue.</summary>
    Task WithdrawAsync(CancellationToken cancellationToken);

    /// <summary>Leases chunks that nobody has a lease of; fewer than asked for, or none, when no more are free now.</summary>
    Task<IReadOnlyList<ClaimedChunk>> ClaimAsync(int limit, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>
    /// One transaction: stores vectors that aren't there yet, and takes their hashes out of the queue. Also those whose lease ran out: they
    /// are paid,
    /// and the vector of a text is the same whoever brings it.
    /// </summary>
    /// <exception cref="StoreException">The generation is no longer being filled: another was opened in its place.</exception>
    Task CompleteAsync(IReadOnlyList<VectorRow> rows, CancellationToken cancellationToken);

    /// <summary>Gives leases back, at once free for others.</summary>
    Task ReleaseAsync(IReadOnlyCollection<ContentHash> hashes, CancellationToken cancellationToken);

    /// <summary>Tries to be the only one that fills this generation. Leases of processes that are gone end with that.</summary>
    /// <param name="patience">How long to wait for others that fill it too.</param>
    Task<BuildShare> TryOwnAsync(TimeSpan patience, CancellationToken cancellationToken);

    /// <summary>After <see cref="TryOwnAsync"/>: others may fill it too again.</summary>
    /// <exception cref="LockedException">Another process has taken it over in that moment.</exception>
    Task ShareAsync(CancellationToken cancellationToken);

    /// <summary>Drops the index, which many vectors that come in would slow down; never one that is searched.</summary>
    /// <exception cref="StoreException">One that was left INVALID is in the way.</exception>
    Task DropIndexAsync(CancellationToken cancellationToken);

    /// <summary>Builds the index where the table is large enough to need one and has none.</summary>
    /// <param name="concurrently">Writers may go on meanwhile; takes two to three times as long.</param>
    /// <exception cref="StoreException">One that was left INVALID is in the way.</exception>
    Task<bool> EnsureIndexAsync(bool concurrently, IProgress<IndexProgress> progress, CancellationToken cancellationToken);

    /// <summary>How many of the nearest the index finds, for stored vectors as queries; null where searches compare every vector.</summary>
    Task<RecallSample?> MeasureRecallAsync(RecallRequest request, CancellationToken cancellationToken);
}

public enum BuildShare
{
    /// <summary>Nobody else fills it from here on.</summary>
    Alone,

    /// <summary>Others fill it too; as before.</summary>
    Shared,

    /// <summary>Another process is finishing it: this build may only be disposed.</summary>
    Left,
}

/// <param name="Free">Chunks that nobody has a lease of.</param>
/// <param name="Leased">Chunks that somebody embeds now, or whose lease hasn't run out yet.</param>
/// <param name="IsWhole">All that was to be offered has been.</param>
public sealed record QueueState(int Free, int Leased, bool IsWhole)
{
    public static readonly QueueState Empty = new(0, 0, false);
}

/// <param name="Text">Null where the store keeps no text.</param>
/// <param name="Key">An item that has the chunk.</param>
public sealed record ClaimedChunk(ContentHash Hash, string? Text, ItemKey Key);

/// <param name="Phase">As PostgreSQL names it: <c>building index: loading tuples</c>.</param>
/// <param name="Done">0 to 1; null where the server doesn't say.</param>
public sealed record IndexProgress(string Phase, double? Done);

/// <param name="Queries">Vectors that are looked for, chosen by <paramref name="Seed"/>.</param>
/// <param name="Nearest">Neighbours that are compared for each.</param>
public sealed record RecallRequest(int Queries, int Nearest, int Seed);

/// <param name="Recall">0 to 1: of the exact nearest, those that the index found. One as near as the last counts as found.</param>
public sealed record RecallSample(double Recall, int Queries, int Nearest, int EfSearch);

/// <summary>What a generation lacks.</summary>
/// <param name="Chunks">Distinct hashes of all stored items.</param>
/// <param name="Missing">Of these: without a vector in the generation.</param>
/// <param name="Tokens">Of the missing ones, by what their vectors in the priced generation cost, else estimated by their length.</param>
/// <param name="WithoutText">Of the missing ones: their text isn't kept in the store.</param>
public sealed record Backlog(int Chunks, int Missing, long Tokens, int WithoutText)
{
    public static readonly Backlog None = new(0, 0, 0, 0);
}
