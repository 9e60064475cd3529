using System.Globalization;
using System.Text.Json.Nodes;
using EmbSync.Core.Configuration.Parsing;

namespace EmbSync.Core.Configuration.Definition;

/// <summary>A list of one kind. From the environment: divided by commas.</summary>
internal sealed class ListKind<T>(ValueKind<T> element, string expected, int minItems = 0) : ValueKind<IReadOnlyList<T>>
{
    public override string Expected => expected;

    public override JsonNode ToJson(IReadOnlyList<T> value) => new JsonArray([.. value.Select(element.ToJson)]);

    public override JsonObject Schema()
    {
        var schema = new JsonObject { ["type"] = "array", ["items"] = element.Schema() };
        if (minItems > 0)
        {
            schema["minItems"] = minItems;
        }

        return schema;
    }

    public override bool TryRead(ConfigNode node, ValueReading reading, out IReadOnlyList<T> value)
    {
        value = [];
        var items = node switch
        {
            ListNode list => list.Items,
            ScalarNode { Form: ScalarForm.Environment } text => [.. text.Text
                .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(
                    part => text with { Text = part })],
            _ => null,
        };
        if (items is null || items.Count < minItems)
        {
            var hint = node is ScalarNode { Form: ScalarForm.Text } text ? $": write [{Quoting.Quote(text.Text)}]" : "";
            reading.Report(node, items is null
                ? $"{reading.Subject} must be {Expected}, not {Quoting.Describe(node)}{hint}"
                : $"{reading.Subject} must be {Expected}, and it is empty");
            return false;
        }

        var read = new List<T>(items.Count);
        for (var i = 0; i < items.Count; i++)
        {
            if (element.TryRead(items[i], reading with
                { Subject = string.Create(CultureInfo.InvariantCulture, $"{reading.Subject}[{i}]") }, out var one))
            {
                read.Add(one);
            }
        }

        value = read;
        return read.Count == items.Count;
    }
}

/// <summary>Free names, each with a value of one kind.</summary>
internal sealed class TableKind<T>(ValueKind<T> element, string expected) : ValueKind<IReadOnlyDictionary<string, T>>
{
    public override string Expected => expected;

    public override JsonNode ToJson(IReadOnlyDictionary<string, T> value) =>
        new JsonObject(value.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(
            pair => KeyValuePair.Create(pair.Key, (JsonNode?)element.ToJson(pair.Value))));

    public override JsonObject Schema() => new() { ["type"] = "object", ["additionalProperties"] = element.Schema() };

    public override bool TryRead(ConfigNode node, ValueReading reading, out IReadOnlyDictionary<string, T> value)
    {
        var read = new Dictionary<string, T>(StringComparer.Ordinal);
        value = read;
        if (node is not MapNode map)
        {
            reading.Report(node, $"{reading.Subject} must be {Expected}, not {Quoting.Describe(node)}");
            return false;
        }

        foreach (var entry in map.Entries)
        {
            if (element.TryRead(entry.Value, reading with { Subject = $"{reading.Subject}.{Quoting.Quote(entry.Key.Text).Trim('\'')}" },
                out var one))
            {
                read[entry.Key.Text] = one;
            }
        }

        return read.Count == map.Entries.Count;
    }
}
