using EmbSync.Core.Model;
using EmbSync.Core.Sources;

namespace EmbSync.Core.Search;

/// <summary>How many items are not in the index as they are now, by their versions alone: nothing is read but listings.</summary>
internal static class Staleness
{
    /// <summary>Who searches doesn't wait longer to be told how old the answer is: millions of rows take seconds to compare.</summary>
    private static readonly TimeSpan RowPatience = TimeSpan.FromSeconds(1);

    /// <summary>Null when a source can't be listed now, or not at once: the store can be searched all the same.</summary>
    public static async Task<int?> TryCountAsync(Workspace workspace, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (workspace.Sources.Any(source => source is IRowSource))
        {
            patience.CancelAfter(RowPatience);
        }

        try
        {
            return await CountAsync(workspace, patience.Token);
        }
        catch (Exception exception) when (exception is SourceException or GitException or UsageException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    private static readonly IReadOnlySet<string> Nothing = new HashSet<string>();

    private static async Task<int> CountAsync(Workspace workspace, CancellationToken cancellationToken)
    {
        var count = 0;
        foreach (var rows in workspace.Sources.OfType<IRowSource>())
        {
            count += await rows.CompareAsync(new(workspace.Store, Nothing, All: false, Ids: null), cancellationToken).CountAsync(cancellationToken);
        }

        foreach (var source in workspace.Sources.Where(source => source is not IRowSource))
        {
            var stored = new Dictionary<string, (string Version, string Pipeline)>(StringComparer.Ordinal);
            await foreach (var item in workspace.Store.ReadItemsAsync(source.Name, cancellationToken))
            {
                stored[item.Locator] = (item.Version, item.Pipeline);
            }

            var listing = await source.ListAsync(ListRequest.Everything, cancellationToken);
            var current = listing.Entries.Count(entry =>
                stored.TryGetValue(entry.Locator, out var row) && row.Version == entry.Version && row.Pipeline == source.Pipeline);
            var gone = listing.Complete ? stored.Keys.Except(listing.Entries.Select(entry => entry.Locator), StringComparer.Ordinal).Count() : 0;
            count += listing.Entries.Count - current + gone;
        }

        return count;
    }
}
