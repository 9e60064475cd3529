using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EmbSync.Core.Configuration.Parsing;

namespace EmbSync.Core.Configuration.Definition;

/// <summary>A space as it is written.</summary>
/// <param name="Model">Null where the provider's own is meant.</param>
/// <param name="Dimension">Null where the model's own is meant.</param>
internal sealed record WrittenSpace(string Name, string? Model, long? Dimension);

/// <summary>Names of spaces, each with a model and the length of its vectors.</summary>
internal sealed partial class SpacesKind : ValueKind<IReadOnlyList<WrittenSpace>>
{
    private static readonly TextKind Model = new("the name of a model");
    private static readonly WholeKind Dimension = new(1, ConfigSchema.MaxDimension);

    public override string Expected => "a map of names, each with model and dimension";

    public override JsonNode ToJson(IReadOnlyList<WrittenSpace> value) => new JsonObject(value.Select(space => KeyValuePair.Create(
        space.Name, (JsonNode?)new JsonObject { ["model"] = space.Model, ["dimension"] = space.Dimension })));

    public override JsonObject Schema() => new()
    {
        ["type"] = "object",
        ["minProperties"] = 1,
        ["propertyNames"] = new JsonObject { ["pattern"] = "^[a-z_][a-z0-9_]{0,39}$" },
        ["additionalProperties"] = new JsonObject
        {
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["properties"] = new JsonObject { ["model"] = Model.Schema(), ["dimension"] = Dimension.Schema() },
        },
    };

    public override bool TryRead(ConfigNode node, ValueReading reading, out IReadOnlyList<WrittenSpace> value)
    {
        var read = new List<WrittenSpace>();
        value = read;
        if (node is not MapNode { Entries.Count: > 0 } map)
        {
            reading.Report(node, $"{reading.Subject} must be {Expected}, not {Quoting.Describe(node)}");
            return false;
        }

        var isGood = true;
        foreach (var entry in map.Entries)
        {
            var subject = $"{reading.Subject}.{Quoting.Quote(entry.Key.Text).Trim('\'')}";
            if (!Name().IsMatch(entry.Key.Text))
            {
                reading.Report(entry.Key,
                    $"{subject}: a space's name is part of a view's name: use lower-case letters, digits and _, at most 40");
                isGood = false;
            }
            else if (read.Exists(space => space.Name == entry.Key.Text))
            {
                reading.Report(entry.Key, $"{Quoting.Quote(entry.Key.Text)} stands here twice");
                isGood = false;
            }
            else if (entry.Value is MapNode inner)
            {
                isGood &= TryReadSpace(entry.Key.Text, inner, reading with { Subject = subject }, read);
            }
            else
            {
                reading.Report(entry.Value, $"{subject} must be a map with model and dimension, not {Quoting.Describe(entry.Value)}");
                isGood = false;
            }
        }

        return isGood;
    }

    private static bool TryReadSpace(string name, MapNode map, ValueReading reading, List<WrittenSpace> read)
    {
        var isGood = true;
        foreach (var unknown in map.Entries.Where(entry => entry.Key.Text is not ("model" or "dimension")))
        {
            reading.Report(unknown.Key,
                $"unknown key {Quoting.Quote(unknown.Key.Text)} in {reading.Subject}: known here are model, dimension");
            isGood = false;
        }

        string? model = null;
        long? dimension = null;
        if (map.Find("model") is { } named)
        {
            isGood &= Model.TryRead(named, reading with { Subject = reading.Subject + ".model" }, out model);
        }

        if (map.Find("dimension") is { } sized)
        {
            isGood &= Dimension.TryRead(sized, reading with { Subject = reading.Subject + ".dimension" }, out var length);
            dimension = length;
        }

        read.Add(new(name, model, dimension));
        return isGood;
    }

    [GeneratedRegex(@"\A[a-z_][a-z0-9_]{0,39}\z")]
    private static partial Regex Name();
}
