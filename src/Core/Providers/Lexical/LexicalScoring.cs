using System.Numerics.Tensors;

namespace EmbSync.Core.Providers.Lexical;

/// <summary>
/// How lexical vectors are compared, as measured on 2,250 known-item queries: an item scores as its best chunk's cosine plus 0.3 times the
/// cosine with the mean of its chunks (69.0 against 65.0 MRR x 100 by the best chunk alone).
/// </summary>
public static class LexicalScoring
{
    public const double MeanWeight = 0.3;

    /// <summary>
    /// A document's direction alone, for comparing documents with documents: the last slot carries length, in which any two would be alike.
    /// Same dimension, last slot 0, unit length; all zero when the document has no word.
    /// </summary>
    public static float[] WithoutLengthSlot(ReadOnlySpan<float> document)
    {
        var direction = new float[document.Length];
        document[..^1].CopyTo(direction);
        Normalise(direction);
        return direction;
    }

    /// <param name="query">Unit length, of the query role.</param>
    /// <param name="chunks">All of one item's vectors, of the document role, of the query's dimension; at least one.</param>
    /// <returns>-1.3 to 1.3.</returns>
    public static double ItemScore(ReadOnlySpan<float> query, IReadOnlyList<ReadOnlyMemory<float>> chunks)
    {
        ArgumentNullException.ThrowIfNull(chunks);
        ArgumentOutOfRangeException.ThrowIfZero(chunks.Count, nameof(chunks));
        var best = double.NegativeInfinity;
        var mean = new float[query.Length];
        foreach (var chunk in chunks)
        {
            best = Math.Max(best, TensorPrimitives.Dot(query, chunk.Span));
            TensorPrimitives.Add(mean, chunk.Span, mean);
        }

        return best + (MeanWeight * TensorPrimitives.Dot(query, WithoutLengthSlot(mean)));
    }

    private static void Normalise(Span<float> vector)
    {
        var squares = 0.0;
        foreach (var value in vector)
        {
            squares += (double)value * value;
        }

        var norm = Math.Sqrt(squares);
        for (var slot = 0; slot < vector.Length && norm > 0; slot++)
        {
            vector[slot] = (float)(vector[slot] / norm);
        }
    }
}
