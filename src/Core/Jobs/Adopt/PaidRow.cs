using System.Numerics.Tensors;
using EmbSync.Core.Documents;
using EmbSync.Core.Model;

namespace EmbSync.Core.Jobs.Adopt;

/// <summary>A text with the vector that somebody else bought for it.</summary>
/// <param name="Vector">Empty where what stands there is no list of numbers.</param>
internal sealed record PaidRow(string Text, float[] Vector)
{
    /// <summary>
    /// What the text may be wanted as: as it stands, and in the form that is embedded here. A vector of the one is close enough to be used
    /// for
    /// the other only if the sample says so.
    /// </summary>
    public IEnumerable<(ContentHash Hash, string Text)> Names()
    {
        yield return (ContentHash.Of(Text), Text);
        if (SourceText.Normalize(Text).Trim() is var normal && normal != Text)
        {
            yield return (ContentHash.Of(normal), normal);
        }
    }

    /// <summary>A direction: neither zero nor with numbers that are none.</summary>
    public bool IsUsable => TensorPrimitives.SumOfSquares<float>(Vector) is > 0 and var squares && float.IsFinite(squares);
}
