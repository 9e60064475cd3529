using System.Text.Json;
using System.Text.Json.Nodes;

namespace EmbSync.Core.Sources.Json;

/// <summary>A path of members, <c>author.login</c>. Where a list is on the way it means that of each element: <c>labels.name</c>.</summary>
internal sealed class JsonPath(string path)
{
    private readonly string[] names = path.Split('.');

    /// <summary>Whether any object had it, or might have had it.</summary>
    public bool WasFound { get; private set; }

    public override string ToString() => path;

    /// <summary>What it leads to: one value, several where a list was on the way, or none.</summary>
    public IReadOnlyList<JsonElement> Find(JsonElement item, out bool isList)
    {
        isList = false;
        List<JsonElement> found = [item];
        foreach (var name in names)
        {
            var next = new List<JsonElement>();
            foreach (var element in found)
            {
                isList |= element.ValueKind == JsonValueKind.Array;

                // An empty list or a null on the way says nothing about what would be behind it.
                WasFound |= element.ValueKind == JsonValueKind.Null || (element.ValueKind == JsonValueKind.Array && element.GetArrayLength() == 0);
                next.AddRange((element.ValueKind == JsonValueKind.Array ? element.EnumerateArray().AsEnumerable() : [element])
                    .Where(one => one.ValueKind == JsonValueKind.Object && one.TryGetProperty(name, out _)).Select(one => one.GetProperty(name)));
            }

            WasFound |= next.Count > 0 && ReferenceEquals(name, names[^1]);
            found = next;
        }

        return found;
    }

    /// <summary>As text: strings as they are, lists a line each; null where there is nothing.</summary>
    public string? TextOf(JsonElement item)
    {
        var texts = Find(item, out _).SelectMany(element => element.ValueKind == JsonValueKind.Array ? element.EnumerateArray().AsEnumerable() : [element])
            .Where(element => element.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined))
            .Select(element => element.ValueKind == JsonValueKind.String ? element.GetString()! : element.GetRawText()).ToList();
        return texts.Count == 0 ? null : string.Join('\n', texts);
    }

    public JsonNode? NodeOf(JsonElement item)
    {
        var found = Find(item, out var isList);
        return isList ? new JsonArray([.. found.Select(Node)]) : found.Count == 0 ? null : Node(found[0]);
    }

    private static JsonNode? Node(JsonElement element) => JsonNode.Parse(element.GetRawText());
}
