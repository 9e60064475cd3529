using System.Text.Json;
using System.Text.Json.Nodes;

namespace EmbSync.Tests;

/// <param name="Body">As the server writes it.</param>
internal sealed record ServerRefusal(int Status, string Body, string ContentType = "application/json");

/// <summary>
/// What a real server takes and answers at its embeddings endpoint, in its own words. docs/endpoints.md says where they come from, and
/// has the configuration for each.
/// </summary>
/// <param name="Name">Of the configuration in docs/endpoints.md.</param>
/// <param name="Path">Of its endpoint.</param>
/// <param name="Key">Null where none is asked for.</param>
/// <param name="Dimension">Length of its vectors, where nothing shorter is asked for or can be.</param>
internal sealed record ServerProfile(string Name, string Path, string? Key, int Dimension, AnswerStyle Style)
{
    /// <summary>Requests that it refuses to begin with, for their form, under the configuration of the documentation.</summary>
    public int Lessons { get; init; }

    /// <summary>Part of what is said of the lessons; null where there are none.</summary>
    public string? Says { get; init; }

    /// <summary>Texts a request; null where nobody meets its bound.</summary>
    public int? MaxInputs { get; init; }

    /// <summary>After address and key; null where the request is taken.</summary>
    public Func<FakeEmbeddingRequest, ServerRefusal?> Check { get; init; } = _ => null;

    public string KeyHeader { get; init; } = "authorization";

    public ServerRefusal KeyRefusal { get; init; } = new(401, """{"error":{"message":"Incorrect API key provided.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}""");

    public ServerRefusal PathRefusal { get; init; } = new(404, """{"detail":"Not Found"}""");

    /// <summary>Fields of a request that change the length of its vectors.</summary>
    public string? DimensionField { get; init; } = "dimensions";

    public int DimensionOf(FakeEmbeddingRequest request) =>
        DimensionField is { } field && request.Body[field] is JsonValue value && value.GetValueKind() == JsonValueKind.Number
            ? Math.Min(value.GetValue<int>(), Dimension) : Dimension;

    public ServerRefusal? Refuse(FakeEmbeddingRequest request) =>
        request.Path != Path ? PathRefusal
        : Key is { } key && request.Headers.GetValueOrDefault(KeyHeader) != (KeyHeader == "authorization" ? "Bearer " + key : key)
            ? KeyRefusal
        : Check(request);
}
