using EmbSync.Core.Sources;

namespace EmbSync.Core.Search;

/// <summary>How many items are not in the index as they are now, by their versions alone: nothing is read but listings.</summary>
internal static class Staleness
{
    public static async Task<int> CountAsync(Workspace workspace, CancellationToken cancellationToken)
    {
        var count = 0;
        foreach (var source in workspace.Sources)
        {
            var stored = await workspace.Store.ReadItemsAsync(source.Name, cancellationToken)
                .ToDictionaryAsync(item => item.Locator, item => (item.Version, item.Pipeline), StringComparer.Ordinal, cancellationToken);
            var listing = await source.ListAsync(ListRequest.Everything, cancellationToken);
            var current = listing.Entries.Count(entry =>
                stored.TryGetValue(entry.Locator, out var row) && row.Version == entry.Version && row.Pipeline == source.Pipeline);
            var gone = listing.Complete ? stored.Keys.Except(listing.Entries.Select(entry => entry.Locator), StringComparer.Ordinal).Count() : 0;
            count += listing.Entries.Count - current + gone;
        }

        return count;
    }
}
