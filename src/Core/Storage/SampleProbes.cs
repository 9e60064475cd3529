using EmbSync.Core.Model;

namespace EmbSync.Core.Storage;

/// <summary>
/// Where a store is looked at for a sample: the chunk at or after a random hash, round the end. Hashes are uniform, so the sample is one
/// too. What
/// chance does not find, as in a store that is hardly larger than the sample, is walked to in the order of the hashes.
/// </summary>
/// <param name="count">Chunks wanted.</param>
internal sealed class SampleProbes(int count, int seed)
{
    private readonly Random _random = new(seed);
    private readonly Dictionary<ContentHash, (VectorRow Vector, ClaimedChunk Chunk)> _found = [];
    private int _left = 2 * count;
    private byte[]? _next = new byte[ContentHash.Size];

    /// <summary>At most <c>count</c>, fewer only where fewer are stored.</summary>
    public IReadOnlyList<(VectorRow Vector, ClaimedChunk Chunk)> Found => [.. _found.Values];

    /// <summary>The hash to look at next; null when there is nothing more to find.</summary>
    public byte[]? Next()
    {
        if (_found.Count >= count || _next is null)
        {
            return null;
        }

        if (_left > 0)
        {
            var start = new byte[ContentHash.Size];
            _random.NextBytes(start);
            return start;
        }

        return _next;
    }

    /// <summary>The answer to the hash that was given last.</summary>
    /// <param name="found">Null where nothing is stored.</param>
    public void Answer((VectorRow Vector, ClaimedChunk Chunk)? found)
    {
        if (found is not { } one)
        {
            _next = null;
            return;
        }

        _found[one.Vector.Hash] = one;
        if (_left > 0)
        {
            _left--;
        }
        else
        {
            // Before where it was looked for: round the end, so all has been seen.
            _next = one.Vector.Hash.CompareTo(ContentHash.FromBytes(_next!)) < 0 ? null : After(one.Vector.Hash);
        }
    }

    private static byte[]? After(ContentHash hash)
    {
        var number = hash.ToBytes();
        for (var i = number.Length - 1; i >= 0; i--)
        {
            if (++number[i] != 0)
            {
                return number;
            }
        }

        return null;
    }
}
