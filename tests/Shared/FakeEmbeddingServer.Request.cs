using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace EmbSync.Tests;

/// <summary>What a client asked the fake server for.</summary>
/// <param name="Dimensions">Null: the request names none.</param>
internal sealed record FakeEmbeddingRequest(string Model, IReadOnlyList<string> Inputs, int? Dimensions, bool Base64)
{
    public int Tokens => Inputs.Sum(TokensOf);

    /// <summary>All that was asked for, as it came.</summary>
    public JsonObject Body { get; private init; } = [];

    public string Path { get; private init; } = "";

    public string Query { get; private init; } = "";

    /// <summary>By lower-case name.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; private init; } = new Dictionary<string, string>();

    /// <summary>Null where the field is not there.</summary>
    public string? EncodingFormat => Body["encoding_format"]?.GetValue<string>();

    /// <summary>The fake's own tokenizer: a token for every four bytes of UTF-8.</summary>
    public static int TokensOf(string text) => (Encoding.UTF8.GetByteCount(text) + 3) / 4;

    public static FakeEmbeddingRequest Read(JsonElement body, HttpRequest request) => Read(body) with
    {
        Body = JsonObject.Create(body.Clone())!,
        Path = request.Path,
        Query = request.QueryString.Value ?? "",
        Headers = request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString()),
    };

    private static FakeEmbeddingRequest Read(JsonElement body)
    {
        var input = body.GetProperty("input");
        return new(
            body.GetProperty("model").GetString() ?? "",
            input.ValueKind == JsonValueKind.String ? [input.GetString()!] : [.. input.EnumerateArray().Select(text => text.GetString()!)],
            body.TryGetProperty("dimensions", out var dimensions) && dimensions.ValueKind == JsonValueKind.Number ? dimensions.GetInt32()
            : null,
            body.TryGetProperty("encoding_format", out var format) && format.GetString() == "base64");
    }
}
