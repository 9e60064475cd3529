using System.Runtime.InteropServices;
using EmbSync.Core.Model;
using EmbSync.Core.Providers;

namespace EmbSync.Core.Jobs.Adopt;

/// <summary>What a first look at the rows finds: how many are wanted, and which of those are compared.</summary>
internal sealed class AdoptTally(IReadOnlySet<ContentHash> wanted, int dimension, AdoptRequest request)
{
    private readonly Dictionary<ContentHash, ulong> _found = [];
    private readonly HashSet<ContentHash> _contradicted = [];
    private readonly SortedDictionary<string, (EmbedInput Input, float[] Vector)> _sample = new(StringComparer.Ordinal);

    public int Rows { get; private set; }

    public int OtherDimension { get; private set; }

    public int Unusable { get; private set; }

    public long Tokens { get; private set; }

    public int Found => _found.Count - _contradicted.Count;

    /// <summary>Texts that stand there with several vectors: one of them at least is wrong.</summary>
    public int Contradicted => _contradicted.Count;

    public IReadOnlyCollection<(EmbedInput Input, float[] Vector)> Sample => _sample.Values;

    /// <summary>The very vector that this look found for the text.</summary>
    public bool Has(ContentHash hash, float[] vector) =>
        _found.TryGetValue(hash, out var seen) && seen == Fingerprint(vector) && !_contradicted.Contains(hash);

    public void Add(PaidRow row)
    {
        Rows++;
        if (row.Vector.Length > 0 && row.Vector.Length != dimension)
        {
            OtherDimension++;
            return;
        }

        if (!row.IsUsable)
        {
            Unusable++;
            return;
        }

        foreach (var (hash, text) in row.Names())
        {
            if (!wanted.Contains(hash))
            {
                continue;
            }

            var order = ContentHash.Of(Text.Of($"{request.Seed} {hash}")).ToString();
            var input = new EmbedInput(hash, text, TokenEstimate.Estimate(text));
            if (_found.TryGetValue(hash, out var seen))
            {
                if (seen != Fingerprint(row.Vector) && _contradicted.Add(hash))
                {
                    Tokens -= input.Tokens;
                    _sample.Remove(order);
                }

                continue;
            }

            _found.Add(hash, Fingerprint(row.Vector));
            Tokens += input.Tokens;
            _sample.Add(order, (input, row.Vector));
            if (_sample.Count > request.Sample)
            {
                _sample.Remove(_sample.Keys.Last());
            }
        }
    }

    private static ulong Fingerprint(float[] vector) => Fnv(MemoryMarshal.AsBytes(vector.AsSpan()));

    /// <summary>
    /// FNV-1a (RFC draft by Fowler, Noll, Vo): tells a vector from another of the same text; nobody gains by making two alike.
    /// </summary>
    private static ulong Fnv(ReadOnlySpan<byte> bytes)
    {
        var hash = 14695981039346656037UL;
        foreach (var part in bytes)
        {
            hash = (hash ^ part) * 1099511628211UL;
        }

        return hash;
    }
}
