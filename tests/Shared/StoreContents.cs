using EmbSync.Core.Model;
using EmbSync.Core.Storage;

namespace EmbSync.Tests;

/// <summary>
/// All that a store says of items, chunks and active vectors, in one form; two stores with equal contents are in the same state. Vectors
/// are compared in half precision, which is what every store keeps at least.
/// </summary>
internal static class StoreContents
{
    public static async Task<string> OfAsync(IStore store)
    {
        var head = await store.ReadHeadAsync(default);
        var generation = head.Active(Generation.DefaultSpace);
        var lines = new List<string> { $"generation {generation?.Signature}" };
        foreach (var source in (await store.ReadSourceNamesAsync(default)).Order(StringComparer.Ordinal))
        {
            var items = await store.ReadItemsAsync(source, default).ToListAsync();
            var hashes = await store.ReadChunkHashesAsync(source, [.. items.Select(item => item.Id)], default);
            var vectors = generation is null ? new Dictionary<ContentHash, float[]>()
                : await store.ReadVectorsAsync(generation.Id, hashes.Values.SelectMany(list => list).ToHashSet(), default);
            var remarks = await store.ReadRemarksAsync(source, default);
            foreach (var item in items.OrderBy(item => item.Id, StringComparer.Ordinal))
            {
                lines.Add($"{source}/{item} {remarks.GetValueOrDefault(item.Id)}");
                lines.AddRange(hashes[item.Id].Select(hash =>
                    $"  {hash} {(vectors.TryGetValue(hash, out var vector) ? ContentHash.Of(string.Join(' ', vector.Select(value => (Half)value))).ToString() : "no vector")}"));
            }
        }

        return string.Join('\n', lines);
    }
}
