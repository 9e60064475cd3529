using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EmbSync.Core.Model;

/// <summary>
/// What is to be said of an item beside what it holds, in the form that stores keep: status tells it without reading the item again.
/// </summary>
/// <param name="ClaimedId">See <see cref="Item.ClaimedId"/>.</param>
public sealed record ItemRemarks(string? ClaimedId, IReadOnlyList<ItemWarning> Warnings)
{
    public static readonly ItemRemarks None = new(null, []);

    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A JSON object on one line; null where there is nothing to say, as of nearly all items.</summary>
    public static string? Of(Item item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return item.ClaimedId is null && item.Warnings.Count == 0 ? null : new JsonObject
        {
            ["claimed"] = item.ClaimedId,
            ["warnings"] = new JsonArray([.. item.Warnings.Select(warning =>
                new JsonObject { ["code"] = warning.Code, ["line"] = warning.Line, ["message"] = warning.Message })]),
        }.ToJsonString(Options);
    }

    /// <exception cref="JsonException">Not written by <see cref="Of"/>.</exception>
    public static ItemRemarks Parse(string json)
    {
        var node = JsonNode.Parse(json)!.AsObject();
        return new((string?)node["claimed"], [.. (node["warnings"] as JsonArray ?? []).Select(warning =>
            new ItemWarning((string)warning!["code"]!, (int?)warning["line"], (string)warning["message"]!))]);
    }
}
