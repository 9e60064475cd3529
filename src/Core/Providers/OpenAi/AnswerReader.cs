using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace EmbSync.Core.Providers.OpenAi;

/// <summary>Reads the body of an answer of status 200, whatever of the format's liberties the server takes.</summary>
internal static class AnswerReader
{
    /// <returns>Null where the body is JSON and no list of embeddings: an error, or another API's answer.</returns>
    /// <exception cref="JsonException">It is no JSON.</exception>
    /// <exception cref="FormatException">A vector is neither numbers nor base64 of floats.</exception>
    public static OpenAiAnswer? Read(ReadOnlyMemory<byte> body, RateNotice? rate)
    {
        using var json = Parse(body);
        var root = json.RootElement;
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("data", out var data) || data.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        var rows = new List<AnswerRow>(data.GetArrayLength());
        foreach (var row in data.EnumerateArray())
        {
            if (row.ValueKind != JsonValueKind.Object || !row.TryGetProperty("embedding", out var embedding))
            {
                return null;
            }

            rows.Add(Row(row, embedding));
        }

        var model = root.TryGetProperty("model", out var named) && named.ValueKind == JsonValueKind.String ? named.GetString() : null;
        return new(rows, model, root.TryGetProperty("usage", out var usage) ? Tokens(usage) : null, rate);
    }

    /// <summary>What the usage says, whatever else the body is; null when it says nothing, or can't be read at all.</summary>
    public static long? TokensIn(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = Parse(body);
            return json.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("usage", out var usage)
                ? Tokens(usage) : null;
        }
        catch (JsonException)
        {
            // Cut off, or another page.
            return null;
        }
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonDocument.Parse(body);
        }
        catch (JsonException)
        {
            // Python writes NaN and Infinity as they are. The vectors that hold them can't be used; the others can.
            if (NumberNames.Without(body) is not { } mended)
            {
                throw;
            }

            return JsonDocument.Parse(mended);
        }
    }

    private static AnswerRow Row(JsonElement row, JsonElement embedding)
    {
        var (index, form) = !row.TryGetProperty("index", out var given) || given.ValueKind == JsonValueKind.Null ? (0, IndexForm.Missing)
            : given.ValueKind == JsonValueKind.Number && given.TryGetInt32(out var number) && number >= 0 ? (number, IndexForm.Number)
            : (0, IndexForm.Unusable);
        return embedding.ValueKind switch
        {
            JsonValueKind.String => new(index, form, FromBase64(embedding)),
            JsonValueKind.Null => new(index, form, default),
            JsonValueKind.Array when embedding.GetArrayLength() > 0 && embedding[0].ValueKind == JsonValueKind.Array =>
            new(index, form, default) { IsNested = true },
            JsonValueKind.Array => new(index, form, Numbers(embedding)),
            _ => throw new FormatException(),
        };
    }

    private static float[] Numbers(JsonElement embedding)
    {
        var vector = new float[embedding.GetArrayLength()];
        var slot = 0;
        foreach (var value in embedding.EnumerateArray())
        {
            vector[slot++] = value.ValueKind switch
            {
                JsonValueKind.Number => value.GetSingle(),
                JsonValueKind.Null => float.NaN,
                _ => throw new FormatException(),
            };
        }

        return vector;
    }

    private static float[] FromBase64(JsonElement embedding)
    {
        if (!embedding.TryGetBytesFromBase64(out var bytes) || bytes.Length % sizeof(float) != 0)
        {
            throw new FormatException();
        }

        var vector = new float[bytes.Length / sizeof(float)];
        for (var slot = 0; slot < vector.Length; slot++)
        {
            vector[slot] = BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(slot * sizeof(float)));
        }

        return vector;
    }

    private static long? Tokens(JsonElement usage)
    {
        if (usage.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        string[] names = ["prompt_tokens", "total_tokens", "input_tokens"];
        foreach (var name in names)
        {
            // 0 is what servers write that don't count.
            if (usage.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var tokens)
                && tokens is >= 1 and < long.MaxValue)
            {
                return (long)tokens;
            }
        }

        return null;
    }
}

/// <summary>JSON in which numbers that are none are written by name.</summary>
internal static class NumberNames
{
    private static readonly byte[][] Names = [.. new[] { "-Infinity", "Infinity", "NaN" }.Select(Encoding.ASCII.GetBytes)];

    /// <summary>Each name outside texts becomes <c>null</c>.</summary>
    /// <returns>Null where there is none.</returns>
    public static byte[]? Without(ReadOnlyMemory<byte> body)
    {
        var mended = new List<byte>(body.Length);
        var isText = false;
        var found = false;
        var bytes = body.Span;
        for (var at = 0; at < bytes.Length; at++)
        {
            if (isText && bytes[at] == '\\')
            {
                mended.Add(bytes[at++]);
                if (at < bytes.Length)
                {
                    mended.Add(bytes[at]);
                }

                continue;
            }

            isText ^= bytes[at] == '"';
            if (!isText && NameAt(bytes[at..]) is { } length)
            {
                mended.AddRange("null"u8);
                at += length - 1;
                found = true;
                continue;
            }

            mended.Add(bytes[at]);
        }

        return found ? [.. mended] : null;
    }

    private static int? NameAt(ReadOnlySpan<byte> bytes)
    {
        foreach (var name in Names)
        {
            if (bytes.StartsWith(name))
            {
                return name.Length;
            }
        }

        return null;
    }
}
