using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EmbSync.Core.Configuration.Definition;

/// <summary>The definition as JSON Schema (draft 7, the newest that common editors read for YAML).</summary>
internal static class JsonSchemaText
{
    private static readonly JsonSerializerOptions Indented = new()
        { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Generate()
    {
        var schema = new JsonObject
        {
            ["$schema"] = "http://json-schema.org/draft-07/schema#",
            ["title"] = "embsync configuration",
        };
        AddMap(schema, "");
        return schema.ToJsonString(Indented) + "\n";
    }

    private static JsonObject Of(Setting setting)
    {
        var schema = setting switch
        {
            Leaf leaf => leaf.ValueKind.Schema(),
            SourceList => new JsonObject { ["type"] = "array", ["minItems"] = 1, ["items"] = AddMap([], SourceList.Each) },
            _ => AddMap([], setting.Path),
        };
        var note = setting.Otherwise is { } otherwise ? $" (default: {otherwise})" : "";
        schema["description"] = setting.Description + note;
        if (setting.DefaultJson is { } value)
        {
            schema["default"] = value;
        }

        return schema;
    }

    private static JsonObject AddMap(JsonObject schema, string path)
    {
        var children = ConfigSchema.Children(path).ToList();
        schema["type"] = "object";
        schema["additionalProperties"] = false;
        schema["properties"] = new JsonObject(children.Select(child => KeyValuePair.Create(child.Key, (JsonNode?)Of(child))));
        if (children.Any(child => child.IsRequired))
        {
            schema["required"] = new JsonArray([.. children.Where(child => child.IsRequired).Select(child => JsonValue.Create(child.Key))]);
        }

        return schema;
    }
}
