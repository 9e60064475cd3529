using System.Text.Json.Nodes;
using EmbSync.Core.Jobs.Export;
using EmbSync.Core.Model;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Reporting.Html;

/// <summary>
/// What the points of a map can be coloured by: source, type, state, near-duplicates, and metadata with few enough values to tell apart.
/// </summary>
internal static class MapLabels
{
    /// <summary>A label with more is a name, not a class.</summary>
    private const int MostValues = 100;

    /// <param name="states">Of each item.</param>
    /// <param name="duplicates">Numbers of items that have a near-duplicate.</param>
    public static (IReadOnlyList<PageLabel> Labels, IReadOnlyList<string> Unoffered) Of(
        IReadOnlyList<EmbeddedChunk> items, IReadOnlyList<string> states, IReadOnlySet<int> duplicates)
    {
        List<PageLabel> labels =
        [
            Label("source", [.. items.Select(item => item.Key.Source)]),
            Label("type", [.. items.Select(item => item.Type)]),
            Label("state", states),
            Label("near-duplicate", [.. items.Select((_, i) => duplicates.Contains(i) ? "yes" : "no")]),
        ];
        var metadata = items.Select(item => (JsonObject)JsonNode.Parse(item.Metadata)!).ToList();
        var unoffered = new List<string>();
        foreach (var key in metadata.SelectMany(map => map.Select(pair => pair.Key)).Distinct().Order(StringComparer.Ordinal))
        {
            string?[] values = [.. metadata.Select(map => map[key] is { } value ? ProjectorFiles.TextOf(value) : null)];
            if (values.Distinct().Count() > MostValues)
            {
                unoffered.Add(Plain.Line(key));
            }
            else
            {
                labels.Add(Label("metadata: " + Plain.Line(key), values));
            }
        }

        return (labels, unoffered);
    }

    private static PageLabel Label(string name, IReadOnlyList<string?> values)
    {
        string[] known = [.. values.OfType<string>().GroupBy(value => value).OrderByDescending(group => group.Count())
            .ThenBy(group => group.Key, StringComparer.Ordinal).Select(group => group.Key)];
        var numbers = known.Select((value, i) => (value, i)).ToDictionary(pair => pair.value, pair => pair.i);
        return new(name, [.. known.Select(Plain.Line)], [.. values.Select(value => value is null ? -1 : numbers[value])]);
    }
}
