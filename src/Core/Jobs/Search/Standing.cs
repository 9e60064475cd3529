using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Model;
using EmbSync.Core.Sources;

namespace EmbSync.Core.Jobs.Search;

/// <summary>How the index stands to its sources while it is searched: what <c>status</c> says, counted by the same code.</summary>
internal static class Standing
{
    /// <summary>
    /// Who searches doesn't wait longer to be told how old the answer is: millions of rows take seconds to compare, as do files that were
    /// never read.
    /// </summary>
    private static readonly TimeSpan RowPatience = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan FilePatience = TimeSpan.FromSeconds(5);

    /// <summary>Null when a source can't be read now, or not at once: the store can be searched all the same.</summary>
    public static async Task<StatusReport?> TryReadAsync(Workspace workspace, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(workspace.Sources.Any(source => source is IRowSource) ? RowPatience : FilePatience);
        try
        {
            return await new SyncEngine(workspace, workspace.Clock).StatusAsync(new() { Command = "search" }, 0, patience.Token);
        }
        catch (Exception exception) when (exception is SourceException or GitException or UsageException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }
}
