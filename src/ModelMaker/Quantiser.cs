namespace EmbSync.ModelMaker;

/// <summary>
/// Dynamic quantisation of an ONNX graph: the weights of matrix products to eight bits with a scale for each column, tables of embeddings
/// with a
/// scale for each row; activations are quantised while it runs. One scale for a whole matrix is not enough (cosine with the original down
/// to 0.89,
/// with one for each column 0.98 at the least). Plain sums and products of single precision, in order: the same bytes everywhere.
/// </summary>
/// <remarks>
/// Processors without VNNI add two neighbouring products of a column in sixteen bits, which overflow with weights of the full eight bits:
/// vectors
/// would differ between machines (cosine down to 0.983). So scales keep two neighbours small enough: magnitudes of at most 128 together,
/// and
/// 255 x 128 fits. That is half a bit more than seven bits for all.
/// </remarks>
internal static class Quantiser
{
    /// <summary>Symmetric: -128 stays unused, and no zero point is needed.</summary>
    private const float Top = 127;

    // onnx.proto: ModelProto.graph; GraphProto.node, initializer, value_info (shapes of what is between, which change).
    private const int Graph = 7, Node = 1, Initialiser = 5, ValueInfo = 13;

    /// <exception cref="InvalidDataException">Not an ONNX model.</exception>
    public static byte[] Quantise(byte[] model)
    {
        var file = ProtoMessage.Parse(model);
        var graph = file.Fields.Find(field => field.Number == Graph) is { Bytes.Length: > 0 } found
            ? ProtoMessage.Parse(found.Bytes)
            : throw new InvalidDataException("not an ONNX model: it has no graph");
        var rewriting = new Rewriting(
            graph.Fields.Where(field => field.Number == Initialiser).Select(field => ProtoMessage.Parse(field.Bytes)));
        foreach (var node in graph.Fields.Where(field => field.Number == Node))
        {
            rewriting.Take(OnnxNode.Of(ProtoMessage.Parse(node.Bytes)));
        }

        var made = new ProtoMessage();
        rewriting.Nodes.ForEach(node => made.Add(Node, node.ToMessage()));
        made.Fields.AddRange(graph.Fields.Where(field => field.Number is not (Node or Initialiser or ValueInfo)));
        rewriting.Tensors.ForEach(tensor => made.Add(Initialiser, tensor));

        var result = new ProtoMessage();
        result.Fields.AddRange(file.Fields.Where(field => field.Number != Graph));
        return result.Add(Graph, made).ToBytes();
    }

    private sealed class Rewriting(IEnumerable<ProtoMessage> tensors)
    {
        private readonly HashSet<string> _quantisedInputs = [];

        public List<OnnxNode> Nodes { get; } = [];

        public List<ProtoMessage> Tensors { get; } = [.. tensors];

        public void Take(OnnxNode node)
        {
            switch (node)
            {
                case { Operator: "MatMul", Inputs: [var input, var weights] } when Matrix(weights) is { } matrix:
                    Product(node, input, matrix);
                    break;
                case { Operator: "Gather", Inputs: [var table, var indices] } when Matrix(table) is { } rows:
                    Lookup(node, rows, indices);
                    break;
                default:
                    Nodes.Add(node);
                    break;
            }
        }

        private ProtoMessage? Matrix(string name) =>
            Tensors.Find(tensor => OnnxTensor.NameOf(tensor) == name && OnnxTensor.IsMatrix(tensor, out _, out _));

        private void Product(OnnxNode node, string input, ProtoMessage weights)
        {
            _ = OnnxTensor.IsMatrix(weights, out var rows, out var columns);
            var (name, output) = (OnnxTensor.NameOf(weights), node.Output);
            var values = OnnxTensor.Floats(weights);
            var largest = new float[columns];
            for (var i = 0; i < values.Length; i++)
            {
                var (row, column) = (i / columns, i % columns);
                var neighbour = row % 2 == 0 && row + 1 < rows ? values[i + columns] : 0;
                largest[column] = MathF.Max(largest[column], MathF.Abs(values[i]) + MathF.Abs(neighbour));
            }

            var (whole, scales) = Scaled(values, largest, i => i % columns);
            Replace(weights, OnnxTensor.Of(name + "_q", whole, rows, columns), OnnxTensor.Of(name + "_s", scales, columns));
            if (_quantisedInputs.Add(input))
            {
                Nodes.Add(new("DynamicQuantizeLinear", [input], [input + "_q", input + "_s", input + "_z"]));
            }

            Nodes.Add(new("MatMulInteger", [input + "_q", name + "_q", input + "_z"], [output + "_i"]));
            Nodes.Add(OnnxNode.CastToFloat(output + "_i", output + "_f"));
            Nodes.Add(new("Mul", [input + "_s", name + "_s"], [output + "_s"]));
            Nodes.Add(new("Mul", [output + "_f", output + "_s"], [output]));
        }

        private void Lookup(OnnxNode node, ProtoMessage table, string indices)
        {
            _ = OnnxTensor.IsMatrix(table, out var rows, out var columns);
            var (name, output) = (OnnxTensor.NameOf(table), node.Output);
            var values = OnnxTensor.Floats(table);
            var largest = new float[rows];
            for (var i = 0; i < values.Length; i++)
            {
                largest[i / columns] = MathF.Max(largest[i / columns], MathF.Abs(values[i]));
            }

            var (whole, scales) = Scaled(values, largest, i => i / columns);
            Replace(table, OnnxTensor.Of(name + "_q", whole, rows, columns), OnnxTensor.Of(name + "_s", scales, rows, 1));
            Nodes.Add(new("Gather", [name + "_q", indices], [output + "_q"]));
            Nodes.Add(new("Gather", [name + "_s", indices], [output + "_s"]));
            Nodes.Add(OnnxNode.CastToFloat(output + "_q", output + "_f"));
            Nodes.Add(new("Mul", [output + "_f", output + "_s"], [output]));
        }

        private void Replace(ProtoMessage tensor, params ReadOnlySpan<ProtoMessage> made)
        {
            var index = Tensors.IndexOf(tensor);
            Tensors.RemoveAt(index);
            Tensors.InsertRange(index, made);
        }

        /// <param name="largest">Magnitude that becomes the top, for each scale.</param>
        /// <param name="scaleOf">Which scale holds for a value.</param>
        private static (sbyte[] Whole, float[] Scales) Scaled(float[] values, float[] largest, Func<int, int> scaleOf)
        {
            float[] scales = [.. largest.Select(most => most == 0 ? 1 : most / Top)];
            var whole = new sbyte[values.Length];
            for (var i = 0; i < values.Length; i++)
            {
                whole[i] = (sbyte)Math.Clamp(MathF.Round(values[i] / scales[scaleOf(i)]), -Top, Top);
            }

            return (whole, scales);
        }
    }
}
