using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Jobs.Map;

/// <summary>One vector for an item: the mean of its chunks' vectors, each scaled to length 1, and scaled to length 1 itself.</summary>
/// <param name="First">The first chunk, which says what the item is; without its vector.</param>
/// <param name="Vector">All zeros where the chunks' vectors are, or cancel out.</param>
internal sealed record ItemVector(EmbeddedChunk First, ReadOnlyMemory<float> Vector)
{
    /// <param name="chunks">In order of items.</param>
    /// <param name="leaveOut">Told of each item that lacks the vector of some chunk: the mean of the rest would stand for another
    /// text.</param>
    public static async IAsyncEnumerable<ItemVector> OfAsync(
        IAsyncEnumerable<EmbeddedChunk> chunks, Action leaveOut, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        EmbeddedChunk? first = null;
        float[] sum = [];
        var count = 0;
        await foreach (var chunk in chunks.WithCancellation(cancellationToken))
        {
            if (first is not null && first.Key == chunk.Key)
            {
                Add(sum, chunk.Vector.Span);
                count++;
                continue;
            }

            if (Whole(first, sum, count, leaveOut) is { } item)
            {
                yield return item;
            }

            (first, sum, count) = (chunk, new float[chunk.Vector.Length], 1);
            Add(sum, chunk.Vector.Span);
        }

        if (Whole(first, sum, count, leaveOut) is { } last)
        {
            yield return last;
        }
    }

    private static ItemVector? Whole(EmbeddedChunk? first, float[] sum, int count, Action leaveOut)
    {
        if (first is not null && count < first.Chunks)
        {
            leaveOut();
            return null;
        }

        if (TensorPrimitives.Norm<float>(sum) is > 0 and var length)
        {
            TensorPrimitives.Divide(sum, length, sum);
        }

        return first is null ? null : new(first with { Vector = default }, sum);
    }

    private static void Add(float[] sum, ReadOnlySpan<float> vector)
    {
        if (TensorPrimitives.Norm(vector) is > 0 and var length)
        {
            TensorPrimitives.MultiplyAdd(vector, 1 / length, sum, sum);
        }
    }
}
