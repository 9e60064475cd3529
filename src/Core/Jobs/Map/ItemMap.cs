using EmbSync.Core.Model;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Jobs.Map;

/// <summary>The items of a generation on a plane, and those that are almost the same.</summary>
/// <param name="Items">Those shown, by source and id; at most <see cref="MostItems"/>.</param>
/// <param name="Places">Of each, along the two principal components.</param>
/// <param name="Total">Items that have all their vectors; more than are shown: these are a sample by hash.</param>
/// <param name="LeftOut">Items that lack the vector of some chunk.</param>
/// <param name="Shares">Of the variance, along each axis; 0 to 1.</param>
/// <param name="UpdatedAt">Of all items that have all their vectors.</param>
internal sealed record ItemMap(
    IReadOnlyList<EmbeddedChunk> Items, IReadOnlyList<(double X, double Y)> Places, long Total, int LeftOut, IReadOnlyList<double> Shares,
    NearDuplicates Duplicates, IReadOnlyList<DateTimeOffset> UpdatedAt)
{
    /// <summary>As many as a browser draws without a pause, and whose pairs are compared in seconds; 61 MB at 1,536 dimensions.</summary>
    public const int MostItems = 10_000;

    private const int Seed = 1;

    /// <param name="threshold">Least cosine of near-duplicates.</param>
    public static async Task<ItemMap> ReadAsync(IStore store, Generation generation, double threshold, CancellationToken cancellationToken)
    {
        var sample = new KeySample<ItemVector>(MostItems);
        var updated = new List<DateTimeOffset>();
        var leftOut = 0;
        await foreach (var item in ItemVector.OfAsync(
            store.ReadEmbeddedAsync(new(generation.Id, null, null), cancellationToken), () => leftOut++, cancellationToken))
        {
            sample.Offer(item.First.Key.ToString(), item);
            updated.Add(item.First.UpdatedAt);
        }

        var items = sample.Values;
        ReadOnlyMemory<float>[] vectors = [.. items.Select(item => item.Vector)];
        var axes = PrincipalComponents.Of(vectors, Seed, cancellationToken);
        return new(
            [.. items.Select(item => item.First)], [.. vectors.Select(vector => axes.Project(vector.Span))], sample.Offered, leftOut,
            [.. axes.Variances.Select(variance => axes.TotalVariance == 0 ? 0 : variance / axes.TotalVariance)],
            NearDuplicates.Of(vectors, threshold, cancellationToken), updated);
    }
}
