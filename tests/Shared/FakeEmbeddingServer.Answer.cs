using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;

namespace EmbSync.Tests;

/// <summary>Writes the fake server's answers in the wire format of <c>/v1/embeddings</c>, faults included.</summary>
internal static class FakeEmbeddingAnswer
{
    /// <param name="spoilt">Texts whose vector is NaN whatever the fault.</param>
    /// <param name="style">Liberties that the server takes with the format; null for none.</param>
    public static byte[] Write(
        FakeEmbeddingRequest request, int dimension, Fault fault, Func<string, bool> spoilt, Func<string, int, string, float[]> vectors,
        int billedTimes = 1, AnswerStyle? style = null)
    {
        style ??= AnswerStyle.OpenAi;
        var rows = Enumerable.Range(0, request.Inputs.Count)
            .Select(index => (Index: index, Vector: VectorOf(request, index, dimension, fault, spoilt, vectors)))
            .ToList();
        switch (fault.Kind)
        {
            case FaultKind.Shuffle:
                rows.Reverse();
                break;
            case FaultKind.DoubledIndex:
                rows[^1] = rows[^1] with { Index = 0 };
                break;
            case FaultKind.Count when fault.Number < 0:
                rows.RemoveAt(rows.Count - 1);
                break;
            case FaultKind.Count:
                rows.Add((rows.Count, rows[0].Vector));
                break;
            default:
                break;
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("object", "list");
            json.WriteStartArray("data");
            foreach (var (index, vector) in rows)
            {
                json.WriteStartObject();
                json.WriteString("object", "embedding");
                WriteIndex(json, index, fault.Kind == FaultKind.MissingIndex ? IndexStyle.Missing : style.Index);
                WriteVector(json, vector, request.Base64 && fault.Kind != FaultKind.Floats && style.HonoursBase64, style);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("model", fault.Model ?? style.Model ?? request.Model);
            WriteUsage(json, request.Tokens * billedTimes, fault.Kind == FaultKind.NoUsage ? UsageStyle.None : style.Usage);

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static float[] VectorOf(FakeEmbeddingRequest request, int index, int dimension, Fault fault, Func<string, bool> spoilt,
        Func<string, int, string, float[]> vectors)
    {
        var text = request.Inputs[index];
        var hit = fault.Position < 0 || fault.Position == index;
        if (hit && fault.Kind == FaultKind.WrongDimension)
        {
            return vectors(request.Model, fault.Number, text);
        }

        var vector = vectors(request.Model, dimension, text);
        if ((hit && fault.Kind == FaultKind.NaN) || spoilt(text))
        {
            vector[0] = float.NaN;
        }
        else if (hit && fault.Kind == FaultKind.Infinity)
        {
            vector[^1] = float.PositiveInfinity;
        }
        else if (hit && fault.Kind == FaultKind.Zero)
        {
            Array.Clear(vector);
        }
        else if (fault.Kind == FaultKind.Unnormalised)
        {
            return [.. vector.Select(value => value * 8)];
        }

        return vector;
    }

    private static void WriteIndex(Utf8JsonWriter json, int index, IndexStyle style)
    {
        switch (style)
        {
            case IndexStyle.Missing or IndexStyle.WithoutZero when style == IndexStyle.Missing || index == 0:
                break;
            case IndexStyle.Text:
                json.WriteString("index", $"{index}");
                break;
            case IndexStyle.AllZero:
                json.WriteNumber("index", 0);
                break;
            case IndexStyle.Null:
                json.WriteNull("index");
                break;
            default:
                json.WriteNumber("index", index);
                break;
        }
    }

    private static void WriteUsage(Utf8JsonWriter json, int tokens, UsageStyle style)
    {
        if (style == UsageStyle.None)
        {
            return;
        }

        json.WriteStartObject("usage");
        if (style == UsageStyle.PromptNull)
        {
            json.WriteNull("prompt_tokens");
        }
        else if (style != UsageStyle.TotalOnly)
        {
            json.WriteNumber("prompt_tokens", style == UsageStyle.Zero ? 0 : tokens);
        }

        json.WriteNumber("total_tokens", style == UsageStyle.Zero ? 0 : tokens);
        json.WriteEndObject();
    }

    private static void WriteVector(Utf8JsonWriter json, float[] vector, bool base64, AnswerStyle style)
    {
        if (style.IsNested)
        {
            json.WriteStartArray("embedding");
            WriteNumbers(json, null, vector, style);
            json.WriteEndArray();
            return;
        }

        if (base64)
        {
            var bytes = new byte[vector.Length * sizeof(float)];
            for (var slot = 0; slot < vector.Length; slot++)
            {
                BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(slot * sizeof(float)), vector[slot]);
            }

            json.WriteBase64String("embedding", bytes);
            return;
        }

        WriteNumbers(json, "embedding", vector, style);
    }

    private static void WriteNumbers(Utf8JsonWriter json, string? name, float[] vector, AnswerStyle style)
    {
        if (name is null)
        {
            json.WriteStartArray();
        }
        else
        {
            json.WriteStartArray(name);
        }

        foreach (var value in vector)
        {
            if (!float.IsFinite(value) && style.WritesNaN)
            {
                json.WriteRawValue(float.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity", skipInputValidation: true);
            }
            else if (float.IsFinite(value))
            {
                json.WriteNumberValue(value);
            }
            else
            {
                json.WriteNullValue();
            }
        }

        json.WriteEndArray();
    }
}

internal enum IndexStyle
{
    Number,

    /// <summary>A 0 is left away, as protobuf's JSON does.</summary>
    WithoutZero,
    Missing,
    Null,
    Text,
    AllZero,
}

internal enum UsageStyle
{
    Both,
    TotalOnly,
    PromptNull,
    Zero,
    None,
}

/// <summary>How a server writes its answers.</summary>
/// <param name="Model">Name that it answers with; null for the one that was asked for.</param>
internal sealed record AnswerStyle(
    IndexStyle Index = IndexStyle.Number, UsageStyle Usage = UsageStyle.Both, string? Model = null, bool HonoursBase64 = true)
{
    public static readonly AnswerStyle OpenAi = new();

    /// <summary>Vectors one deep: <c>[[...]]</c>.</summary>
    public bool IsNested { get; init; }

    /// <summary>As Python writes what is no number: <c>NaN</c>, which is no JSON.</summary>
    public bool WritesNaN { get; init; }
}
