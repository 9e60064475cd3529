namespace EmbSync.Core.Storage;

/// <summary>
/// The best items of a stream of scored chunks, each item's best chunk only, in memory for the wanted number. Chunks come
/// in order of item and position; among equal scores the earlier one stays.
/// </summary>
/// <typeparam name="T">What finds the chunk again.</typeparam>
internal sealed class NearestItems<T>(int limit)
{
    private readonly PriorityQueue<(T Chunk, double Score), (double Score, long Arrival)> best = new(
        Comparer<(double Score, long Arrival)>.Create(
        (a, b) => a.Score != b.Score ? a.Score.CompareTo(b.Score) : b.Arrival.CompareTo(a.Arrival)));

    private (T Chunk, double Score)? current;
    private long arrivals;

    /// <param name="beginsItem">The chunk belongs to another item than the one before.</param>
    public void Offer(T chunk, double score, bool beginsItem)
    {
        if (beginsItem)
        {
            Settle();
        }

        if (current is null || score > current.Value.Score)
        {
            current = (chunk, score);
        }
    }

    /// <summary>Best first.</summary>
    public IReadOnlyList<(T Chunk, double Score)> Take()
    {
        Settle();
        var hits = new (T, double)[best.Count];
        for (var i = hits.Length - 1; i >= 0; i--)
        {
            hits[i] = best.Dequeue();
        }

        return hits;
    }

    private void Settle()
    {
        if (current is not { } candidate)
        {
            return;
        }

        current = null;
        best.Enqueue(candidate, (candidate.Score, arrivals++));
        if (best.Count > limit)
        {
            best.Dequeue();
        }
    }
}
