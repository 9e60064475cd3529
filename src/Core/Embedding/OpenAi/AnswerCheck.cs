using Microsoft.Extensions.AI;

namespace EmbSync.Core.Embedding.OpenAi;

/// <summary>Believes an answer only where every vector is certain to be its text's and can be used.</summary>
internal static class AnswerCheck
{
    // Rounding of float32 leaves unit vectors this near to length 1; those are kept bit by bit.
    private const double UnitTolerance = 1e-4;

    /// <returns>In the order of the texts; every vector of the dimension, finite, of unit length.</returns>
    /// <exception cref="EmbeddingRequestException">BadAnswer, WrongAnswer or BadVectors.</exception>
    public static GeneratedEmbeddings<Embedding<float>> Read(OpenAiAnswer answer, int texts, int dimension, string model)
    {
        var vectors = InOrder(answer.Rows, texts);
        if (Array.TrueForAll(vectors, vector => vector.Length != dimension && vector.Length > 0))
        {
            throw new EmbeddingRequestException(
                RequestFault.WrongAnswer,
                $"The model {model} answers vectors of dimension {vectors[0].Length}, not {dimension}. Set embeddings.dimension to {vectors[0].Length}, or choose a model that makes {dimension}.");
        }

        Embedding<float>?[] usable = [.. vectors.Select(vector => Unit(vector, dimension) is { } unit ? new Embedding<float>(unit) { ModelId = model } : null)];
        var unusable = usable.Count(vector => vector is null);
        return unusable == 0
            ? new(usable!) { Usage = answer.Tokens is { } tokens ? new() { InputTokenCount = tokens, TotalTokenCount = tokens } : null, AdditionalProperties = answer.Rate is { } rate ? new() { [RateNotice.Property] = rate } : null }
            : throw new EmbeddingRequestException(
                RequestFault.BadVectors, $"The model {model} answers a vector that is not {dimension} finite numbers, or is all zero. Change the text, or report it to the provider.")
            {
                Usable = usable,
                BilledTokens = answer.Tokens,
                Rate = answer.Rate,
            };
    }

    private static ReadOnlyMemory<float>[] InOrder(IReadOnlyList<(int Index, ReadOnlyMemory<float> Vector)> rows, int texts)
    {
        if (rows.Count != texts)
        {
            throw new EmbeddingRequestException(
                RequestFault.BadAnswer, $"The provider answered {rows.Count} vectors for {texts} texts, so that they can't be told apart.");
        }

        var vectors = new ReadOnlyMemory<float>[texts];
        var filled = new bool[texts];
        foreach (var (index, vector) in rows)
        {
            // A single vector for a single text is certain, whatever its index.
            var place = texts == 1 ? 0 : index;
            if (place < 0 || place >= texts || filled[place])
            {
                throw new EmbeddingRequestException(
                    RequestFault.BadAnswer,
                    "The provider's answer lacks an index or has one twice, so that its vectors can't be told apart. If it always does, set embeddings.batch.size to 1.");
            }

            filled[place] = true;
            vectors[place] = vector;
        }

        return vectors;
    }

    /// <returns>Null when the vector can't be used.</returns>
    private static ReadOnlyMemory<float>? Unit(ReadOnlyMemory<float> vector, int dimension)
    {
        if (vector.Length != dimension)
        {
            return null;
        }

        var squares = 0.0;
        foreach (var value in vector.Span)
        {
            squares += (double)value * value;
        }

        var norm = Math.Sqrt(squares);
        if (!double.IsFinite(norm) || norm == 0)
        {
            return null;
        }

        if (Math.Abs(norm - 1) <= UnitTolerance)
        {
            return vector;
        }

        var unit = vector.ToArray();
        for (var slot = 0; slot < unit.Length; slot++)
        {
            unit[slot] = (float)(unit[slot] / norm);
        }

        return unit;
    }
}
