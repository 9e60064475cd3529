using EmbSync.Core.Model;

namespace EmbSync.Core.Jobs.Map;

/// <summary>
/// Some of a stream of unknown length, chosen by the hashes of their keys: whoever is in doesn't depend on order, time or chance, so the
/// sample
/// stays the same while the rest of the stream grows a little.
/// </summary>
/// <param name="capacity">How many are kept at most.</param>
internal sealed class KeySample<T>(int capacity)
{
    private readonly PriorityQueue<(T Value, long Order), ContentHash> _kept = new(Comparer<ContentHash>.Create((a, b) => b.CompareTo(a)));

    /// <summary>All that was offered.</summary>
    public long Offered { get; private set; }

    /// <param name="key">Its own for each value.</param>
    public void Offer(string key, T value)
    {
        var entry = (value, Offered++);
        if (_kept.Count < capacity)
        {
            _kept.Enqueue(entry, ContentHash.Of(key));
        }
        else
        {
            _kept.EnqueueDequeue(entry, ContentHash.Of(key));
        }
    }

    /// <summary>Those that are kept, in the order of the stream.</summary>
    public IReadOnlyList<T> Values => [.. _kept.UnorderedItems.OrderBy(entry => entry.Element.Order).Select(entry => entry.Element.Value)];
}
