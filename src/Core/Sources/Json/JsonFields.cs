using System.Globalization;
using System.Text.Json;
using EmbSync.Core.Configuration;
using EmbSync.Core.Documents;
using EmbSync.Core.Model;
using EmbSync.Core.Sources.Rows;

namespace EmbSync.Core.Sources.Json;

/// <summary>
/// The configured members of an object. One that no object has is a slip of the configuration, not an empty text everywhere.
/// </summary>
internal sealed class JsonFields(JsonSourceConfig config)
{
    private readonly JsonPath id = new(config.Id);
    private readonly List<JsonPath> text = [.. config.Text.Select(name => new JsonPath(name))];
    private readonly JsonPath? title = Optional(config.Title);
    private readonly JsonPath? type = Optional(config.TypeFrom);
    private readonly JsonPath? priority = Optional(config.PriorityFrom);
    private readonly JsonPath? updatedAt = Optional(config.UpdatedAt);
    private readonly List<JsonPath> metadata = [.. config.Metadata.Select(name => new JsonPath(name))];

    /// <summary>Null: the file itself is the list.</summary>
    public JsonPath? Items { get; } = Optional(config.Items);

    /// <exception cref="FormatException">What is wrong with the object.</exception>
    public RawRow RowOf(JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException($"it is no object but {item.ValueKind.ToString().ToLowerInvariant()}");
        }

        var key = id.TextOf(item)?.Trim() is { Length: > 0 } given ? given : throw new FormatException(
            $"it has no '{id}', which is its id");
        var body = TextTemplate.Fill(config.Template, config.Text, [.. text.Select(path => path.TextOf(item))]);
        var stored = CanonicalJson.Of(metadata.Select(path => (Key: path.Name, Value: path.NodeOf(item)))
            .Where(one => one.Value is not null).ToDictionary(one => one.Key, one => one.Value));
        var (rank, time, warnings) = RowOrder.Read(priority?.TextOf(item), updatedAt?.TextOf(item));
        var row = new RawRow(key, type?.TextOf(item), title?.TextOf(item), body, stored, rank, time, "") { Warnings = warnings };
        return row with { Version = "json:"
            + ContentHash.Of(string.Join('\u001f', row.Text, row.Type ?? "\u001e", row.Title ?? "\u001e", row.Metadata,
            row.Priority?.ToString(CultureInfo.InvariantCulture) ?? "")) };
    }

    /// <exception cref="UsageException">No object has one of the members.</exception>
    public void RequireFound(string source, int objects)
    {
        IEnumerable<(string Setting, JsonPath? Path)> named = new (string Setting, JsonPath? Path)[]
            { ("id", id), ("title", title), ("typeFrom", type), ("priorityFrom", priority), ("updatedAt", updatedAt) }
            .Concat(text.Select(path => (config.Template is null ? "text" : "template", (JsonPath?)path))).Concat(
                metadata.Select(path => ("metadata", (JsonPath?)path)));
        if (objects > 0 && named.FirstOrDefault(one => one.Path is { WasFound: false }) is { Path: { } missing, Setting: var setting })
        {
            throw new UsageException($"source '{source}': {setting} names '{missing}', which none of {Text.Count(objects, "object")} has");
        }
    }

    private static JsonPath? Optional(string? path) => path is null ? null : new(path);
}
