using System.Text.Json;

namespace EmbSync.Core.Sources.Json;

/// <summary>
/// The objects of a file: a list, one object after another with or without line breaks between (JSON lines), or a list somewhere in it.
/// </summary>
internal static class JsonObjects
{
    private static readonly JsonReaderOptions Reading = new()
        { AllowMultipleValues = true, MaxDepth = 64, CommentHandling = JsonCommentHandling.Disallow };

    /// <param name="items">Path of the list; null: see above.</param>
    /// <exception cref="JsonException">Not JSON, or no list there.</exception>
    public static IReadOnlyList<JsonElement> Of(ReadOnlySpan<byte> bytes, JsonPath? items)
    {
        var objects = new List<JsonElement>();
        var reader = new Utf8JsonReader(bytes, Reading);
        while (reader.Read())
        {
            using var document = JsonDocument.ParseValue(ref reader);
            var value = document.RootElement.Clone();
            if (items is not null)
            {
                var found = items.Find(value, out _);
                objects.AddRange(found is [{ ValueKind: JsonValueKind.Array } list] ? list.EnumerateArray().AsEnumerable()
                    : throw new JsonException($"there is no list at '{items}'"));
            }
            else if (value.ValueKind == JsonValueKind.Array)
            {
                objects.AddRange(value.EnumerateArray());
            }
            else
            {
                objects.Add(value);
            }
        }

        return objects;
    }
}
