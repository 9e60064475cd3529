using EmbSync.Core.Embedding;
using EmbSync.Core.Model;

namespace EmbSync.Core.Adopt;

/// <summary>What a first look at the rows finds: how many are wanted, and which of those are compared.</summary>
internal sealed class AdoptTally(IReadOnlySet<ContentHash> wanted, int dimension, AdoptRequest request)
{
    private readonly HashSet<ContentHash> _found = [];
    private readonly SortedDictionary<string, (EmbedInput Input, float[] Vector)> _sample = new(StringComparer.Ordinal);

    public int Rows { get; private set; }

    public int OtherDimension { get; private set; }

    public int Unusable { get; private set; }

    public long Tokens { get; private set; }

    public int Found => _found.Count;

    public IReadOnlyCollection<(EmbedInput Input, float[] Vector)> Sample => _sample.Values;

    public void Add(PaidRow row)
    {
        Rows++;
        if (row.Vector.Length != dimension)
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
            if (!wanted.Contains(hash) || !_found.Add(hash))
            {
                continue;
            }

            var input = new EmbedInput(hash, text, TokenEstimate.Estimate(text));
            Tokens += input.Tokens;
            _sample.Add(ContentHash.Of(Text.Of($"{request.Seed} {hash}")).ToString(), (input, row.Vector));
            if (_sample.Count > request.Sample)
            {
                _sample.Remove(_sample.Keys.Last());
            }
        }
    }
}
