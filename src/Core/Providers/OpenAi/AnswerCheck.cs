using Microsoft.Extensions.AI;

namespace EmbSync.Core.Providers.OpenAi;

/// <summary>Believes an answer only where every vector is certain to be its text's and can be used.</summary>
internal static class AnswerCheck
{
    // Rounding of float32 leaves unit vectors this near to length 1; those are kept bit by bit.
    private const double UnitTolerance = 1e-4;

    /// <returns>In the order of the texts; every vector of the dimension, finite, of unit length.</returns>
    /// <exception cref="EmbeddingRequestException">BadAnswer, WrongAnswer or BadVectors.</exception>
    public static GeneratedEmbeddings<Embedding<float>> Read(OpenAiAnswer answer, int texts, int dimension, string model)
    {
        try
        {
            return Checked(answer, texts, dimension, model);
        }
        catch (EmbeddingRequestException fault)
        {
            // Paid for all the same.
            fault.BilledTokens = answer.Tokens;
            fault.Rate ??= answer.Rate;
            throw;
        }
    }

    private static GeneratedEmbeddings<Embedding<float>> Checked(OpenAiAnswer answer, int texts, int dimension, string model)
    {
        var vectors = InOrder(answer.Rows, texts);
        if (answer.Rows.Any(row => row.IsNested))
        {
            throw new EmbeddingRequestException(
                RequestFault.WrongAnswer,
                $"The server answers lists of vectors ([[...]]) where {model} should make one a text: they may be of single tokens. Start it with pooling (llama.cpp: --pooling mean), and let embeddings.baseUrl end in /v1.");
        }

        if (Array.TrueForAll(vectors, vector => vector.Length != dimension && vector.Length > 0))
        {
            throw new EmbeddingRequestException(
                RequestFault.WrongAnswer,
                $"The model {model} answers vectors of dimension {vectors[0].Length}, not {dimension}. Set embeddings.dimension to {vectors[0].Length}, or choose a model that makes {dimension}; "
                + $"where the server takes the length in another field, embeddings.request.extra sends it (output_dimension: {dimension} with Voyage, Cohere and Mistral).");
        }

        Embedding<float>?[] usable = [.. vectors.Select(
            vector => Unit(vector, dimension) is { } unit ? new Embedding<float>(unit) { ModelId = model } : null)];
        var unusable = usable.Count(vector => vector is null);
        return unusable == 0
            ? new(usable!) { Usage = answer.Tokens is { } tokens ? new() { InputTokenCount = tokens, TotalTokenCount = tokens }
                : null, AdditionalProperties = answer.Rate is { } rate ? new() { [RateNotice.Property] = rate } : null }
            : throw new EmbeddingRequestException(
                RequestFault.BadVectors, $"The model {model} answers a vector that is not {dimension} finite numbers, or is all zero. Change the text, or report it to the provider.")
            {
                Usable = usable,
            };
    }

    private static ReadOnlyMemory<float>[] InOrder(IReadOnlyList<AnswerRow> rows, int texts)
    {
        if (rows.Count != texts)
        {
            throw new EmbeddingRequestException(
                RequestFault.WrongAnswer, $"The provider answered {rows.Count} vectors for {texts} texts, so that they can't be told apart. If it always does, set embeddings.batch.size to 1.");
        }

        // A single vector for a single text is certain, whatever its index.
        return texts == 1 ? [rows[0].Vector] : Placed(rows);
    }

    private static ReadOnlyMemory<float>[] Placed(IReadOnlyList<AnswerRow> rows)
    {
        var vectors = new ReadOnlyMemory<float>[rows.Count];
        var filled = new bool[rows.Count];
        foreach (var row in rows.Where(row => row.Form == IndexForm.Number))
        {
            if (row.Index >= rows.Count || filled[row.Index])
            {
                throw Misplaced(row.Index >= rows.Count ? "names an index beyond the last text"
                    : rows.All(other => other.Index == 0) ? "gives every vector the index 0" : "has an index twice");
            }

            filled[row.Index] = true;
            vectors[row.Index] = row.Vector;
        }

        if (rows.Any(row => row.Form == IndexForm.Unusable))
        {
            throw Misplaced("has an index that is no whole number");
        }

        switch (rows.Count(row => row.Form == IndexForm.Missing))
        {
            case 0:
                return vectors;
            case 1 when Array.IndexOf(filled, false) is var place && rows.First(row => row.Form == IndexForm.Missing) is var left:
                // Google's servers leave a 0 away; there is one place left, whichever it is.
                vectors[place] = left.Vector;
                return vectors;
            default:
                throw Misplaced("lacks the index of more than one vector");
        }
    }

    private static EmbeddingRequestException Misplaced(string what) => new(
        RequestFault.WrongAnswer,
        $"The provider's answer {what}, so that its vectors can't be told apart. If it always does, set embeddings.batch.size to 1.");

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
