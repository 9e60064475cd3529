namespace EmbSync.Core.Storage;

/// <summary>Where receipts are written: by the writer, or by who fills a generation beside it.</summary>
public interface IReceiptBook
{
    /// <summary>
    /// Opens a receipt; answers its id. The writer's earlier ones that still say running were left by processes that are gone: they say so
    /// from here on. A build leaves those of others alone.
    /// </summary>
    Task<long> BeginRunAsync(RunRecord run, CancellationToken cancellationToken);

    Task UpdateRunAsync(RunRecord run, CancellationToken cancellationToken);
}
