namespace EmbSync.Core.Providers.Lexical;

internal enum LexicalRole
{
    Document,
    Query,
}

/// <summary>
/// Text to unit vector by <c>lexical-v1</c>: stems, compounds and sub-word grams, weighted as BM25 does, hashed with signs into all slots
/// but the last, which carries what is left to length 1 (long documents get little of it). Sums are integers and the one division comes
/// last, so the bytes are the same on every platform. Not for use by two threads at once.
/// </summary>
internal sealed class LexicalEmbedder(int dimension)
{
    // Fractions of 256: BM25's (k1 + 1) tf / (tf + k1 (1 - b + b length / 120)) with k1 = 1.2 and b = 0.75, times 400.
    private const long One = 256;
    private const int ValueScale = 64;
    private const double GramShare = 0.6;
    private const int ShortestGram = 3;
    private const int LongestGram = 5;

    // The share a of a document's length that its words get: S n / ((1 - S) P + S n).
    private const double WordShare = 0.6;
    private const double PivotNorm = 8 * 2 * LexicalWords.Ordinary * 256 * ValueScale;

    private readonly LexicalTerms _terms = new();
    private readonly long[] _sums = new long[dimension];

    /// <param name="target">As long as the dimension.</param>
    /// <returns>Distinct terms; 0 means that the text has no word, and the vector stands for nothing but that.</returns>
    public int Embed(ReadOnlySpan<char> text, LexicalRole role, Span<float> target)
    {
        _terms.Clear();
        Array.Clear(_sums);
        LexicalTokens.Read(text, _terms);
        for (var index = 0; index < _terms.Count; index++)
        {
            var (term, count) = _terms[index];
            var frequency = role == LexicalRole.Query ? One : 880 * One * count / ((400L * count) + 120 + (3L * _terms.Length));
            if (term.Start < 0)
            {
                Add(term.Hash, LexicalWords.Compound * frequency * ValueScale);
                continue;
            }

            var stem = _terms.BytesOf(term);
            var weighted = LexicalWords.WeightOf(term.Hash, stem) * frequency;
            Add(term.Hash, weighted * ValueScale);
            AddGrams(stem, weighted);
        }

        Normalise(role, target);
        return _terms.Count;
    }

    /// <summary>Byte 3- to 5-grams of <c>^stem$</c>, without the whole.</summary>
    private void AddGrams(ReadOnlySpan<byte> stem, long weighted)
    {
        if (stem.Length < 3)
        {
            return;
        }

        Span<byte> marked = stackalloc byte[stem.Length + 2];
        marked[0] = (byte)'^';
        stem.CopyTo(marked[1..]);
        marked[^1] = (byte)'$';
        var value = weighted * GramWeight(marked.Length);
        for (var start = 0; start + ShortestGram <= marked.Length; start++)
        {
            var state = LexicalHash.Start(LexicalHash.Gram);
            var end = Math.Min(start + LongestGram, marked.Length);
            for (var at = start; at < end; at++)
            {
                state = LexicalHash.Next(state, marked[at]);
                var size = at - start + 1;
                if (size >= ShortestGram && size < marked.Length)
                {
                    Add(LexicalHash.Finish(state), value);
                }
            }
        }
    }

    private static long GramWeight(int markedLength)
    {
        var count = 0;
        for (var size = ShortestGram; size <= LongestGram && size < markedLength; size++)
        {
            count += markedLength - size + 1;
        }

        return (long)Math.Round(GramShare * ValueScale / Math.Sqrt(count));
    }

    /// <summary>Four 16-bit lanes, low first: a sign and a slot each. The last slot stays free.</summary>
    private void Add(ulong hash, long value)
    {
        for (var lane = 0; lane < 4; lane++)
        {
            var bits = (uint)(hash >> (16 * lane)) & 0xFFFF;
            var slot = (int)(((bits >> 1) * (ulong)(dimension - 1)) >> 15);
            _sums[slot] += (bits & 1) == 1 ? value : -value;
        }
    }

    private void Normalise(LexicalRole role, Span<float> target)
    {
        var squares = UInt128.Zero;
        foreach (var sum in _sums)
        {
            squares += (UInt128)((Int128)sum * sum);
        }

        var norm = Math.Sqrt((double)squares);
        var share = role == LexicalRole.Query ? 1 : WordShare * norm / (((1 - WordShare) * PivotNorm) + (WordShare * norm));
        for (var slot = 0; slot < dimension - 1; slot++)
        {
            target[slot] = norm > 0 ? (float)(share * _sums[slot] / norm) : 0;
        }

        target[dimension - 1] = (float)Math.Sqrt(1 - (share * share));
    }
}
