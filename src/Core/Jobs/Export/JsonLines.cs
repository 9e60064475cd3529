using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using EmbSync.Core.Model;

namespace EmbSync.Core.Jobs.Export;

/// <summary>One JSON object a line, all with the same members; the vector comes last.</summary>
/// <param name="write">Takes a line, with its end.</param>
/// <param name="redact">Takes secrets out of what people wrote.</param>
internal sealed class JsonLines(EmbeddingSignature signature, Action<string> write, Func<string, string> redact) : IExportFormat
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly StringBuilder _line = new();

    public void Write(ExportRow row)
    {
        _bytes.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(_bytes, Options))
        {
            WriteObject(json, row);
        }

        var head = redact(JsonText.Visible(Encoding.UTF8.GetString(_bytes.WrittenSpan)));
        _line.Clear().Append(head, 0, head.Length - 1).Append(",\"embedding\":[");
        var numbers = row.Vector.Span;
        for (var i = 0; i < numbers.Length; i++)
        {
            _line.Append(i == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $"{numbers[i]}");
        }

        write(_line.Append("]}\n").ToString());
    }

    private void WriteObject(Utf8JsonWriter json, ExportRow row)
    {
        json.WriteStartObject();
        json.WriteString("source", row.Key.Source);
        json.WriteString("id", row.Key.Id);
        json.WriteString("type", row.Type);
        json.WriteString("title", row.Title);
        json.WriteString("path", row.Path);
        WriteNumber(json, "chunk", row.Chunk);
        json.WriteString("heading", row.Heading);
        json.WriteString("hash", row.Hash?.ToString());
        json.WriteString("model", signature.Model);
        json.WriteNumber("dimension", signature.Dimension);
        json.WritePropertyName("metadata");
        row.Metadata.WriteTo(json);
        if (row.Place is { } place)
        {
            json.WriteNumber("x", Math.Round(place.X, 6));
            json.WriteNumber("y", Math.Round(place.Y, 6));
        }

        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, int? number)
    {
        if (number is { } value)
        {
            json.WriteNumber(name, value);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
