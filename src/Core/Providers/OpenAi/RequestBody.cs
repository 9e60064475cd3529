using System.Buffers;
using System.Text.Json;
using EmbSync.Core.Configuration;

namespace EmbSync.Core.Providers.OpenAi;

/// <summary>Writes the body of a request.</summary>
internal static class RequestBody
{
    private static readonly JsonWriterOptions Options = new()
        { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="query">The texts are searched for, not stored.</param>
    public static ReadOnlyMemory<byte> Write(
        string model, int dimension, IReadOnlyList<string> texts, RequestShape shape, IReadOnlyList<ExtraField> extra, bool query)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, Options);
        json.WriteStartObject();
        json.WriteString("model", model);
        json.WriteStartArray("input");
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
        if (shape.NamesDimension)
        {
            json.WriteNumber(RequestShape.Dimensions, dimension);
        }

        if (shape.Encoding != VectorEncoding.Unsaid)
        {
            json.WriteString(RequestShape.EncodingFormat, shape.Encoding == VectorEncoding.Base64 ? "base64" : "float");
        }

        foreach (var field in extra)
        {
            if ((query ? field.Query : field.Document) is { } value)
            {
                json.WritePropertyName(field.Name);
                json.WriteRawValue(value);
            }
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }
}
