using EmbSync.Core.Embedding;
using EmbSync.Core.Model;
using EmbSync.Core.Sources;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Sync;

/// <summary>Lays the items of a commit into a store, with place-holders for vectors.</summary>
internal sealed class TreeCopy(ISource source, IStoreWriter writer, IReadOnlyList<Generation> generations)
{
    private const int Batch = 512;

    public async Task CopyAsync(string commit, CancellationToken cancellationToken)
    {
        var listing = await source.ListAsync(new(commit, null), cancellationToken);
        var claims = new List<IdClaim>(listing.Entries.Count);
        var first = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entries in listing.Entries.Chunk(Batch))
        {
            var items = new List<Item>();
            foreach (var entry in entries)
            {
                // What was blocked then would not have been stored; that it is blocked now is the status' to say.
                if (await ReadAsync(entry, cancellationToken) is { } item)
                {
                    claims.Add(new(entry.Locator, item.Key.Id));
                    if (first.TryAdd(item.Key.Id, entry.Locator))
                    {
                        items.Add(item);
                    }
                }
            }

            await CommitAsync(items, [], cancellationToken);
        }

        await SettleAsync(listing, claims, first, cancellationToken);
    }

    /// <summary>Where several files claim one id, another may have it than the first that came, and those without it have other ids.</summary>
    /// <param name="stored">Path of the item that is stored under an id.</param>
    private async Task SettleAsync(SourceListing listing, List<IdClaim> claims, Dictionary<string, string> stored, CancellationToken cancellationToken)
    {
        var ids = DuplicateIds.Assign(claims, new HashSet<string>());
        var other = claims.Where(claim => stored.GetValueOrDefault(ids[claim.Path]) != claim.Path).Select(claim => claim.Path).ToHashSet(StringComparer.Ordinal);
        var items = new List<Item>();
        foreach (var entry in listing.Entries.Where(entry => other.Contains(entry.Locator)))
        {
            if (await ReadAsync(entry, cancellationToken) is { } item)
            {
                items.Add(ReadItem.Settled(item, item.Key with { Id = ids[entry.Locator] }));
            }
        }

        var kept = ids.Values.ToHashSet(StringComparer.Ordinal);
        await CommitAsync(items, [.. stored.Keys.Where(id => !kept.Contains(id)).Select(id => new ItemKey(source.Name, id))], cancellationToken);
    }

    private async Task<Item?> ReadAsync(SourceEntry entry, CancellationToken cancellationToken) =>
        (await source.ReadAsync(entry, cancellationToken)).Item is { } item && StorableItem.Obstacle(item) is null ? item : null;

    private async Task CommitAsync(IReadOnlyList<Item> items, IReadOnlyList<ItemKey> deletions, CancellationToken cancellationToken)
    {
        foreach (var generation in generations)
        {
            var vector = new float[generation.Signature.Dimension];
            vector[0] = 1;
            var rows = items.SelectMany(item => item.Chunks).DistinctBy(chunk => chunk.Hash)
                .Select(chunk => new VectorRow(chunk.Hash, vector, TokenEstimate.Estimate(chunk.Text)));
            await writer.CommitAsync(new(generation.Id, [.. rows], items, deletions), cancellationToken);
        }
    }
}
