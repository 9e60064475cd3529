using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EmbSync.Core.Model;

/// <summary>JSON in one form only, so that equal metadata has an equal digest: keys in ordinal order, no white space.</summary>
public static class CanonicalJson
{
    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public const string Empty = "{}";

    public static string Of(IReadOnlyDictionary<string, JsonNode?> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return values.Count == 0 ? Empty : Sorted(new JsonObject(values.Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone()))))!
            .ToJsonString(Options);
    }

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => KeyValuePair.Create(pair.Key, Sorted(pair.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        null => null,
        _ => node.DeepClone(),
    };
}
