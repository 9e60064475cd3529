using System.Collections.Concurrent;
using EmbSync.Core.Model;

namespace EmbSync.Bench;

/// <summary>
/// Vectors that lie as those of texts do: near the middle of a topic, each at its own place. Vectors spread evenly would have no neighbours
/// to find.
/// </summary>
internal static class Topics
{
    private const int Count = 400;
    private const float Spread = 0.9f;

    private static readonly ConcurrentDictionary<(int Dimension, int Topic), float[]> Middles = new();

    public static float[] VectorOf(string model, int dimension, string text)
    {
        var hash = ContentHash.Of(model + "\n" + text);
        var vector = Noise(hash.A, dimension, Spread);
        var middle = Middles.GetOrAdd((dimension, (int)(hash.B % Count)), key => Noise(((ulong)key.Topic * 7919) + 1, key.Dimension, 1));
        var squares = 0f;
        for (var slot = 0; slot < dimension; slot++)
        {
            vector[slot] += middle[slot];
            squares += vector[slot] * vector[slot];
        }

        var norm = MathF.Sqrt(squares);
        for (var slot = 0; slot < dimension; slot++)
        {
            vector[slot] /= norm;
        }

        return vector;
    }

    private static float[] Noise(ulong seed, int dimension, float size)
    {
        var state = seed | 1;
        var values = new float[dimension];
        for (var slot = 0; slot < dimension; slot++)
        {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            values[slot] = (((state >> 40) / (float)(1 << 24)) - 0.5f) * size;
        }

        return values;
    }
}
