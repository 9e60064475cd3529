using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using EmbSync.Core.Configuration.Definition;
using EmbSync.Core.Model;

namespace EmbSync.Core.Reporting;

/// <summary>
/// JSON Schemas (draft 2020-12) of what commands print with <c>--json</c>: made of the types that are printed, so that the two can't
/// differ.
/// </summary>
public static class ReportSchema
{
    private const string Draft = "https://json-schema.org/draft/2020-12/schema";

    private static readonly JsonSchemaExporterOptions Options = new() { TreatNullObliviousAsNonNullable = true };

    private static readonly Dictionary<string, JsonTypeInfo> Types = ReportJson.Reports.ToDictionary(
        report => report.Name, report => report.Type, StringComparer.Ordinal);

    /// <summary>The reports that have one.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. ReportJson.Reports.Select(report => report.Name)];

    /// <exception cref="UsageException">There is no such report.</exception>
    public static string Of(string name)
    {
        if (!Types.TryGetValue(name, out var type))
        {
            throw new UsageException($"no report is named '{name}': {Guess.ThereIs(name, Names)}");
        }

        var schema = new JsonObject { ["$schema"] = Draft, ["title"] = $"What 'embsync {name} --json' prints, version 1" };
        foreach (var (key, value) in type.GetJsonSchemaAsNode(Options).AsObject())
        {
            schema[key] = value?.DeepClone();
        }

        return schema.ToJsonString(new JsonSerializerOptions { WriteIndented = true, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) + "\n";
    }
}
