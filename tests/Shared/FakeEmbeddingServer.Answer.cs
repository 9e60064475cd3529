using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;

namespace EmbSync.Tests;

/// <summary>Writes the fake server's answers in the wire format of <c>/v1/embeddings</c>, faults included.</summary>
internal static class FakeEmbeddingAnswer
{
    /// <param name="spoilt">Texts whose vector is NaN whatever the fault.</param>
    public static byte[] Write(FakeEmbeddingRequest request, int dimension, Fault fault, Func<string, bool> spoilt, Func<string, int, string, float[]> vectors, int billedTimes = 1)
    {
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
                if (fault.Kind != FaultKind.MissingIndex)
                {
                    json.WriteNumber("index", index);
                }

                WriteVector(json, vector, request.Base64 && fault.Kind != FaultKind.Floats);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("model", fault.Model ?? request.Model);
            if (fault.Kind != FaultKind.NoUsage)
            {
                json.WriteStartObject("usage");
                json.WriteNumber("prompt_tokens", request.Tokens * billedTimes);
                json.WriteNumber("total_tokens", request.Tokens * billedTimes);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static float[] VectorOf(FakeEmbeddingRequest request, int index, int dimension, Fault fault, Func<string, bool> spoilt, Func<string, int, string, float[]> vectors)
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

    private static void WriteVector(Utf8JsonWriter json, float[] vector, bool base64)
    {
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

        json.WriteStartArray("embedding");
        foreach (var value in vector)
        {
            if (float.IsFinite(value))
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
