namespace EmbSync.Core.Sync;

/// <summary>How far a run is; reported after each commit.</summary>
/// <param name="ItemsTotal">Items that the plan writes.</param>
/// <param name="ChunksTotal">Chunks that the plan buys.</param>
/// <param name="Tokens">Billed where the provider said so, else estimated.</param>
public readonly record struct SyncProgress(int ItemsDone, int ItemsTotal, int ChunksEmbedded, int ChunksTotal, long Tokens, int Failures);
