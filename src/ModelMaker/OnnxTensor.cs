using System.Buffers.Binary;

namespace EmbSync.ModelMaker;

/// <summary>Constant tensors of an ONNX graph (onnx.proto, TensorProto).</summary>
internal static class OnnxTensor
{
    public const long Float = 1, Int8 = 3;

    private const int Dimensions = 1, Type = 2, FloatData = 4, Name = 8, Raw = 9;

    public static string NameOf(ProtoMessage tensor) => tensor.Text(Name);

    /// <summary>Its rows and columns, when it is a matrix of floats.</summary>
    public static bool IsMatrix(ProtoMessage tensor, out int rows, out int columns)
    {
        var shape = tensor.Numbers(Dimensions);
        (rows, columns) = shape is [var first, var second] ? ((int)first, (int)second) : (0, 0);
        return shape.Count == 2 && tensor.Number(Type) == (ulong)Float;
    }

    /// <exception cref="InvalidDataException">Not as many as its shape says.</exception>
    public static float[] Floats(ProtoMessage tensor)
    {
        var count = tensor.Numbers(Dimensions).Aggregate(1L, (product, size) => product * size);
        var bytes = tensor.Fields.FirstOrDefault(field => field.Number is Raw or FloatData && field.Wire == 2).Bytes;
        if (bytes.Length != count * sizeof(float))
        {
            throw new InvalidDataException(
                $"tensor {NameOf(tensor)} holds {bytes.Length} bytes for {count} floats: data outside of the file can't be read");
        }

        var floats = new float[count];
        for (var i = 0; i < floats.Length; i++)
        {
            floats[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes.Span[(i * sizeof(float))..]);
        }

        return floats;
    }

    public static ProtoMessage Of(string name, float[] values, params IReadOnlyList<long> shape)
    {
        var bytes = new byte[values.Length * sizeof(float)];
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), values[i]);
        }

        return Of(name, Float, bytes, shape);
    }

    public static ProtoMessage Of(string name, sbyte[] values, params IReadOnlyList<long> shape) =>
        Of(name, Int8, [.. values.Select(value => (byte)value)], shape);

    private static ProtoMessage Of(string name, long type, byte[] bytes, IReadOnlyList<long> shape)
    {
        var tensor = new ProtoMessage();
        foreach (var size in shape)
        {
            tensor.Add(Dimensions, size);
        }

        return tensor.Add(Type, type).Add(Name, name).Add(Raw, bytes);
    }
}
