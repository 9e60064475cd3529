using EmbSync.ModelMaker;

namespace EmbSync.Core.Tests.Embedding.Local;

/// <summary>Models of one operation, as bytes of onnx.proto.</summary>
internal static class TinyOnnx
{
    private const int Node = 1, Input = 11, Output = 12, Initialiser = 5;

    /// <summary>Answers what it gets.</summary>
    /// <param name="elementType">TensorProto.DataType: 1 is float, 7 is int64.</param>
    public static byte[] Identity(string input, string output, long elementType, params long[] shape) => Model(new ProtoMessage()
        .Add(Node, new OnnxNode("Identity", [input], [output]).ToMessage())
        .Add(2, "graph")
        .Add(Input, Value(input, elementType, shape))
        .Add(Output, Value(output, elementType, shape)));

    /// <summary>Input "x" [1, rows] times the weights, and rows of a table looked up by input "at" [1, 1].</summary>
    public static byte[] ProductAndLookup(float[] weights, int rows, int columns, float[] table, int entries) => Model(new ProtoMessage()
        .Add(Node, new OnnxNode("MatMul", ["x", "w"], ["y"]).ToMessage())
        .Add(Node, new OnnxNode("Gather", ["t", "at"], ["z"]).ToMessage())
        .Add(2, "graph")
        .Add(Initialiser, OnnxTensor.Of("w", weights, rows, columns))
        .Add(Initialiser, OnnxTensor.Of("t", table, entries, table.Length / entries))
        .Add(Input, Value("x", 1, 1, rows))
        .Add(Input, Value("at", 7, 1, 1))
        .Add(Output, Value("y", 1, 1, columns))
        .Add(Output, Value("z", 1, 1, 1, table.Length / entries)));

    private static byte[] Model(ProtoMessage graph) =>
        new ProtoMessage().Add(1, 8).Add(8, new ProtoMessage().Add(2, 14)).Add(7, graph).ToBytes();

    private static ProtoMessage Value(string name, long elementType, params long[] shape)
    {
        var dimensions = new ProtoMessage();
        foreach (var size in shape)
        {
            dimensions.Add(1, new ProtoMessage().Add(1, size));
        }

        return new ProtoMessage().Add(1, name).Add(2, new ProtoMessage().Add(1, new ProtoMessage().Add(1, elementType).Add(2, dimensions)));
    }
}
