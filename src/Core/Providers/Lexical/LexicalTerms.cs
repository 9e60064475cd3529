using System.Runtime.InteropServices;
using System.Text;

namespace EmbSync.Core.Providers.Lexical;

/// <summary>One distinct stem or compound of a text.</summary>
/// <param name="Start">Where its bytes begin in the list's buffer; -1 for a compound, whose bytes aren't needed again.</param>
internal readonly record struct LexicalTerm(ulong Hash, int Start, int Bytes);

/// <summary>
/// The distinct terms of one text with their counts. Cleared and used again for the next text, so that embedding allocates nothing
/// once the buffers have grown.
/// </summary>
internal sealed class LexicalTerms
{
    private readonly Dictionary<ulong, int> _positions = [];
    private readonly List<LexicalTerm> _terms = [];
    private readonly List<int> _counts = [];
    private byte[] _bytes = new byte[4096];
    private int _used;

    /// <summary>Stems counted with repeats; compounds not.</summary>
    public int Length { get; private set; }

    public int Count => _terms.Count;

    public (LexicalTerm Term, int Count) this[int index] => (_terms[index], _counts[index]);

    public ReadOnlySpan<byte> BytesOf(LexicalTerm term) => _bytes.AsSpan(term.Start, term.Bytes);

    public void Clear()
    {
        _positions.Clear();
        _terms.Clear();
        _counts.Clear();
        _used = 0;
        Length = 0;
    }

    /// <param name="part">A part of a word, in its own case.</param>
    public void AddStem(ReadOnlySpan<char> part)
    {
        var utf8 = Lower(part);
        utf8 = utf8[..LexicalStem.Cut(utf8)];
        Length++;
        if (Add(LexicalHash.Of(LexicalHash.Stem, utf8), _used, utf8.Length))
        {
            _used += utf8.Length;
        }
    }

    public void AddCompound(ReadOnlySpan<char> word)
    {
        var utf8 = Lower(word);
        Add(LexicalHash.Of(LexicalHash.Compound, utf8), -1, utf8.Length);
    }

    /// <summary>UTF-8 in the free part of the buffer; it stays there only when the term is new.</summary>
    private Span<byte> Lower(ReadOnlySpan<char> word)
    {
        Span<char> lower = stackalloc char[LexicalTokens.LongestWord];
        var length = word.ToLowerInvariant(lower);
        var most = Encoding.UTF8.GetMaxByteCount(length);
        if (_bytes.Length - _used < most)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _used + most));
        }

        return _bytes.AsSpan(_used, Encoding.UTF8.GetBytes(lower[..length], _bytes.AsSpan(_used)));
    }

    /// <returns>The term is new.</returns>
    private bool Add(ulong hash, int start, int bytes)
    {
        ref var position = ref CollectionsMarshal.GetValueRefOrAddDefault(_positions, hash, out var known);
        if (known)
        {
            _counts[position]++;
            return false;
        }

        position = _terms.Count;
        _terms.Add(new(hash, start, bytes));
        _counts.Add(1);
        return true;
    }
}
