using EmbSync.Core.Configuration;

namespace EmbSync.Core.Providers.OpenAi;

/// <summary>What a request asks for beside model and texts, where servers differ in what they take.</summary>
/// <param name="NamesDimension">It carries <c>dimensions</c>.</param>
internal sealed record RequestShape(bool NamesDimension, VectorEncoding Encoding)
{
    /// <summary>Names of fields, as requests and refusals have them.</summary>
    public const string Dimensions = "dimensions";

    /// <inheritdoc cref="Dimensions"/>
    public const string EncodingFormat = "encoding_format";
}
