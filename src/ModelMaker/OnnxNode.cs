namespace EmbSync.ModelMaker;

/// <summary>One operation of an ONNX graph (onnx.proto, NodeProto).</summary>
internal sealed record OnnxNode(string Operator, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs)
{
    private const int Input = 1, OutputField = 2, Name = 3, Type = 4, Attribute = 5;

    // AttributeProto: name, i, type (2 is a whole number); TensorProto.DataType.
    private const int AttributeName = 1, AttributeWhole = 3, AttributeType = 20, Whole = 2;

    /// <summary>All else, as it was read.</summary>
    private IReadOnlyList<ProtoField> Rest { get; init; } = [];

    public string Output => Outputs[0];

    public static OnnxNode Of(ProtoMessage message) => new(message.Text(Type), message.Texts(Input), message.Texts(OutputField))
    {
        Rest = [.. message.Fields.Where(field => field.Number is not (Input or OutputField or Type))],
    };

    public static OnnxNode CastToFloat(string input, string output) => new("Cast", [input], [output])
    {
        Rest = new ProtoMessage().Add(Attribute, new ProtoMessage().Add(AttributeName, "to").Add(AttributeWhole, OnnxTensor.Float)
            .Add(AttributeType, Whole)).Fields,
    };

    public ProtoMessage ToMessage()
    {
        var message = new ProtoMessage();
        foreach (var input in Inputs)
        {
            message.Add(Input, input);
        }

        foreach (var output in Outputs)
        {
            message.Add(OutputField, output);
        }

        if (!Rest.Any(field => field.Number == Name))
        {
            message.Add(Name, Output + "_node");
        }

        message.Add(Type, Operator).Fields.AddRange(Rest);
        return message;
    }
}
