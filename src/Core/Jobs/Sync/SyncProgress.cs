namespace EmbSync.Core.Jobs.Sync;

/// <summary>How far a run is; reported after each commit.</summary>
/// <param name="ItemsTotal">Items that the plan writes.</param>
/// <param name="ChunksTotal">Chunks that the plan buys.</param>
/// <param name="Tokens">Billed where the provider said so, else estimated.</param>
public readonly record struct SyncProgress(int ItemsDone, int ItemsTotal, int ChunksEmbedded, int ChunksTotal, long Tokens, int Failures)
{
    /// <summary>Requests that were answered, those sent again counted once.</summary>
    public int Batches { get; init; }

    /// <summary>Requests that the plan needs, estimated; 0 where nothing is paid.</summary>
    public int BatchesTotal { get; init; }
}
