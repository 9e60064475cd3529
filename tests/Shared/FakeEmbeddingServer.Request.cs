using System.Text;
using System.Text.Json;

namespace EmbSync.Tests;

/// <summary>What a client asked the fake server for.</summary>
/// <param name="Dimensions">Null: the request names none.</param>
internal sealed record FakeEmbeddingRequest(string Model, IReadOnlyList<string> Inputs, int? Dimensions, bool Base64)
{
    public int Tokens => Inputs.Sum(TokensOf);

    /// <summary>The fake's own tokenizer: a token for every four bytes of UTF-8.</summary>
    public static int TokensOf(string text) => (Encoding.UTF8.GetByteCount(text) + 3) / 4;

    public static FakeEmbeddingRequest Read(JsonElement body)
    {
        var input = body.GetProperty("input");
        return new(
            body.GetProperty("model").GetString() ?? "",
            input.ValueKind == JsonValueKind.String ? [input.GetString()!] : [.. input.EnumerateArray().Select(text => text.GetString()!)],
            body.TryGetProperty("dimensions", out var dimensions) && dimensions.ValueKind == JsonValueKind.Number ? dimensions.GetInt32() : null,
            body.TryGetProperty("encoding_format", out var format) && format.GetString() == "base64");
    }
}
