using System.Buffers;
using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using EmbSync.Core.Configuration;

namespace EmbSync.Core.Storage;

/// <summary>
/// Vectors as bytes: float16 (<see cref="VectorType.HalfVec"/>, rounded to nearest even) or float32. Files hold them little-endian,
/// PostgreSQL's binary format is big-endian; all stores round alike, so that they answer alike.
/// </summary>
internal static class VectorCodec
{
    public static int Size(VectorType type, int dimension) => dimension * (type == VectorType.HalfVec ? 2 : 4);

    /// <param name="target">Exactly <see cref="Size"/> bytes.</param>
    public static void Encode(VectorType type, ReadOnlySpan<float> vector, Span<byte> target, bool bigEndian)
    {
        if (type == VectorType.HalfVec)
        {
            TensorPrimitives.ConvertToHalf(vector, MemoryMarshal.Cast<byte, Half>(target));
            if (bigEndian == BitConverter.IsLittleEndian)
            {
                var words = MemoryMarshal.Cast<byte, ushort>(target);
                BinaryPrimitives.ReverseEndianness(words, words);
            }
        }
        else
        {
            MemoryMarshal.AsBytes(vector).CopyTo(target);
            if (bigEndian == BitConverter.IsLittleEndian)
            {
                var words = MemoryMarshal.Cast<byte, uint>(target);
                BinaryPrimitives.ReverseEndianness(words, words);
            }
        }
    }

    public static byte[] Encode(VectorType type, ReadOnlySpan<float> vector)
    {
        var bytes = new byte[Size(type, vector.Length)];
        Encode(type, vector, bytes, bigEndian: false);
        return bytes;
    }

    /// <param name="stored">Little-endian, exactly as long as <paramref name="target"/> needs.</param>
    public static void Decode(VectorType type, ReadOnlySpan<byte> stored, Span<float> target)
    {
        if (!BitConverter.IsLittleEndian)
        {
            DecodeReversed(type, stored, target);
            return;
        }

        if (type == VectorType.HalfVec)
        {
            TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(stored), target);
        }
        else
        {
            stored.CopyTo(MemoryMarshal.AsBytes(target));
        }
    }

    private static void DecodeReversed(VectorType type, ReadOnlySpan<byte> stored, Span<float> target)
    {
        for (var i = 0; i < target.Length; i++)
        {
            target[i] = type == VectorType.HalfVec
                ? (float)BinaryPrimitives.ReadHalfLittleEndian(stored[(2 * i)..])
                : BinaryPrimitives.ReadSingleLittleEndian(stored[(4 * i)..]);
        }
    }

    /// <summary>What would be wrong with the vector once stored; null when nothing is.</summary>
    public static string? Fault(VectorType type, ReadOnlySpan<float> vector, int dimension)
    {
        if (vector.Length != dimension)
        {
            return FormattableString.Invariant($"has {vector.Length} numbers instead of {dimension}");
        }

        var rounded = ArrayPool<float>.Shared.Rent(dimension);
        try
        {
            var numbers = rounded.AsSpan(0, dimension);
            Round(type, vector, numbers);
            return !TensorPrimitives.IsFiniteAll<float>(numbers)
                ? "holds a number that is not finite, or too large for its format"
                : numbers.ContainsAnyExcept(0f) ? null : "is zero, which no search by cosine can find";
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rounded);
        }
    }

    private static void Round(VectorType type, ReadOnlySpan<float> vector, Span<float> target)
    {
        if (type == VectorType.Vector)
        {
            vector.CopyTo(target);
            return;
        }

        var halves = ArrayPool<Half>.Shared.Rent(vector.Length);
        TensorPrimitives.ConvertToHalf(vector, halves);
        TensorPrimitives.ConvertToSingle(halves.AsSpan(0, vector.Length), target);
        ArrayPool<Half>.Shared.Return(halves);
    }
}
