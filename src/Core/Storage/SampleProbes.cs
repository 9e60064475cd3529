using EmbSync.Core.Model;

namespace EmbSync.Core.Storage;

/// <summary>
/// Where a store is looked at for a sample: the chunk at or after a random hash, round the end. Hashes are uniform, so the sample is one too. What
/// chance does not find, as in a store that is hardly larger than the sample, is walked to in the order of the hashes.
/// </summary>
/// <param name="count">Chunks wanted.</param>
internal sealed class SampleProbes(int count, int seed)
{
    private readonly Dictionary<ContentHash, (VectorRow Vector, ClaimedChunk Chunk)> _found = [];
    private ContentHash? _last;

    /// <summary>At most <c>count</c>, fewer only where fewer are stored.</summary>
    public IReadOnlyList<(VectorRow Vector, ClaimedChunk Chunk)> Found => [.. _found.Values];

    /// <summary>Hashes to look at, each after the answer to the one before.</summary>
    public IEnumerable<byte[]> Starts()
    {
        var random = new Random(seed);
        for (var tries = 0; tries < 2 * count && _found.Count < count; tries++)
        {
            _last = null;
            var start = new byte[ContentHash.Size];
            random.NextBytes(start);
            yield return start;
            if (_last is null)
            {
                yield break;
            }
        }

        var from = new byte[ContentHash.Size];
        while (_found.Count < count)
        {
            _last = null;
            yield return from;
            if (_last is not { } last || last.CompareTo(ContentHash.FromBytes(from)) < 0)
            {
                yield break;
            }

            last.CopyTo(from);
            if (!Increment(from))
            {
                yield break;
            }
        }
    }

    /// <summary>The answer to the start that was given last.</summary>
    public void Add(VectorRow vector, ClaimedChunk chunk)
    {
        _last = vector.Hash;
        _found[vector.Hash] = (vector, chunk);
    }

    private static bool Increment(Span<byte> number)
    {
        for (var i = number.Length - 1; i >= 0; i--)
        {
            if (++number[i] != 0)
            {
                return true;
            }
        }

        return false;
    }
}
