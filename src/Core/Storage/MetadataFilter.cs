using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EmbSync.Core.Storage;

/// <summary>
/// <c>key=value</c> pairs, all of which an item's metadata must fulfil: the key holds the value, or a list that has it. The value is
/// text, and besides whatever number or boolean it reads as: <c>estimate=3</c> finds 3, 3.0 and "3".
/// </summary>
internal sealed class MetadataFilter(IReadOnlyList<KeyValuePair<string, string>> where)
{
    public bool IsEmpty => where.Count == 0;

    /// <summary>JSON values that a value given as text stands for.</summary>
    private static IEnumerable<JsonNode> Readings(string value)
    {
        yield return JsonValue.Create(value);
        if (value is "true" or "false" || IsNumber(value))
        {
            yield return JsonNode.Parse(value)!;
        }
    }

    /// <summary>For each pair the JSON documents of which the metadata must contain one (PostgreSQL's <c>@&gt;</c>).</summary>
    public IEnumerable<IReadOnlyList<string>> ContainedForms() => where.Select(pair => (IReadOnlyList<string>)
        [
            .. Readings(pair.Value).Select(reading => new JsonObject { [pair.Key] = reading }.ToJsonString()),
            .. Readings(pair.Value).Select(reading => new JsonObject { [pair.Key] = new JsonArray(reading) }.ToJsonString()),
        ]);

    /// <param name="metadata">A JSON object.</param>
    public bool Matches(string metadata)
    {
        if (IsEmpty)
        {
            return true;
        }

        using var document = JsonDocument.Parse(metadata);
        foreach (var (key, value) in where)
        {
            if (!document.RootElement.TryGetProperty(key, out var found) || !Holds(found, value))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Keys of one item's metadata, or what one of them holds; see <see cref="IStore.ReadFacetsAsync"/>.</summary>
    public static IReadOnlyList<string> Facets(string metadata, string? key)
    {
        using var document = JsonDocument.Parse(metadata);
        return key is null ? [.. document.RootElement.EnumerateObject().Select(member => member.Name)]
            : !document.RootElement.TryGetProperty(key, out var found) ? []
            : [.. (found.ValueKind == JsonValueKind.Array ? found.EnumerateArray().AsEnumerable() : [found])
                .Where(value => value.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False)
                .Select(value => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText())];
    }

    private static bool Holds(JsonElement found, string value) =>
        found.ValueKind == JsonValueKind.Array ? found.EnumerateArray().Any(entry => IsEqual(entry, value)) : IsEqual(found, value);

    private static bool IsEqual(JsonElement found, string value) => found.ValueKind switch
    {
        JsonValueKind.String => found.ValueEquals(value),
        JsonValueKind.True => value == "true",
        JsonValueKind.False => value == "false",
        JsonValueKind.Number => IsNumber(value) && found.TryGetDecimal(out var number) && number == Number(value),
        _ => false,
    };

    private static bool IsNumber(string value)
    {
        if (value.Length == 0 || !(char.IsAsciiDigit(value[^1]) && (char.IsAsciiDigit(value[0]) || value[0] == '-')))
        {
            return false;
        }

        try
        {
            using var document = JsonDocument.Parse(value);
            return document.RootElement.ValueKind == JsonValueKind.Number && document.RootElement.TryGetDecimal(out _);
        }
        catch (JsonException)
        {
            return false; // 007, 1-2, 1.2.3: text only
        }
    }

    private static decimal Number(string value) => decimal.Parse(value, NumberStyles.Float, CultureInfo.InvariantCulture);
}
