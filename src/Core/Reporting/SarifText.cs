using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using EmbSync.Core.Jobs;
using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Model;

namespace EmbSync.Core.Reporting;

/// <summary>
/// Drift as SARIF 2.1.0, which code scanning and editors read. Paths are relative to <c>%SRCROOT%</c>, the folder of the configuration; an
/// item
/// without a file (a row) is named as a logical location.
/// </summary>
public static class SarifText
{
    private const string Root = "%SRCROOT%";

    private static readonly JsonWriterOptions Options = new()
        { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="version">The tool's own.</param>
    public static string Of(StatusReport report, string version)
    {
        ArgumentNullException.ThrowIfNull(report);
        string[] rules = [.. report.Drift.Select(drift => drift.Code).Concat(report.Warnings.Items.Select(warning => warning.Code))
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Options))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
            json.WriteString("version", "2.1.0");
            json.WriteStartArray("runs");
            json.WriteStartObject();
            WriteTool(json, rules, version);
            json.WriteStartObject("originalUriBaseIds");
            json.WriteStartObject(Root);
            WriteText(json, "description", "The folder of embsync's configuration.");
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteString("columnKind", "utf16CodeUnits");
            json.WriteStartArray("results");
            foreach (var drift in report.Drift)
            {
                WriteResult(json, new(drift.Code, drift.State == "blocked" ? "error" : "warning", drift.Sentence, drift.Source, drift.Id,
                    drift.Path, drift.Line), rules);
            }

            foreach (var warning in report.Warnings.Items)
            {
                WriteResult(json, new(warning.Code, "note", warning.Message, warning.Source, warning.Id, warning.Path, warning.Line),
                    rules);
            }

            json.WriteEndArray();
            WriteCounts(json, report);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return JsonText.Visible(Encoding.UTF8.GetString(bytes.ToArray())) + "\n";
    }

    private static void WriteTool(Utf8JsonWriter json, string[] rules, string version)
    {
        json.WriteStartObject("tool");
        json.WriteStartObject("driver");
        json.WriteString("name", "embsync");
        json.WriteString("semanticVersion", version);
        json.WriteStartArray("rules");
        foreach (var rule in rules)
        {
            json.WriteStartObject();
            json.WriteString("id", rule);
            json.WriteString("name", Name(rule));
            WriteText(json, "shortDescription", Description(rule));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private readonly record struct Finding(string Code, string Level, string Sentence, string Source, string Id, string? Path, int? Line);

    private static void WriteResult(Utf8JsonWriter json, Finding drift, string[] rules)
    {
        json.WriteStartObject();
        json.WriteString("ruleId", drift.Code);
        json.WriteNumber("ruleIndex", Array.IndexOf(rules, drift.Code));
        json.WriteString("level", drift.Level);
        WriteText(json, "message", Message(drift.Sentence));
        json.WriteStartArray("locations");
        json.WriteStartObject();
        if (drift.Path is { } path)
        {
            json.WriteStartObject("physicalLocation");
            json.WriteStartObject("artifactLocation");
            json.WriteString("uri", string.Join('/', path.Split('/').Select(Uri.EscapeDataString)));
            json.WriteString("uriBaseId", Root);
            json.WriteEndObject();
            json.WriteStartObject("region");
            json.WriteNumber("startLine", drift.Line ?? 1);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteStartArray("logicalLocations");
        json.WriteStartObject();
        json.WriteString("name", drift.Id);
        json.WriteString("fullyQualifiedName", $"{drift.Source}/{drift.Id}");
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();

        // Who stays the same alert when lines move.
        json.WriteStartObject("partialFingerprints");
        json.WriteString("embsyncItem/v1", ContentHash.Of($"{drift.Code}\n{drift.Source}\n{drift.Id}").ToString());
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>The results may be trimmed by <c>--limit</c>; these never are.</summary>
    private static void WriteCounts(Utf8JsonWriter json, StatusReport report)
    {
        var items = report.Items;
        json.WriteStartObject("properties");
        json.WriteNumber("items", items.Total);
        json.WriteNumber("missing", items.Missing);
        json.WriteNumber("stale", items.Stale);
        json.WriteNumber("orphaned", items.Orphaned);
        json.WriteNumber("blocked", items.Blocked);
        json.WriteNumber("listed", report.Drift.Count);
        json.WriteNumber("warnings", report.Warnings.Total);
        json.WriteEndObject();
    }

    /// <summary>A message's text has place-holders in braces, and links as Markdown writes them: a title has neither.</summary>
    private static string Message(string text) => Plain.Line(text)
        .Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal).Replace(
            "](", "] (", StringComparison.Ordinal);

    private static void WriteText(Utf8JsonWriter json, string name, string text)
    {
        json.WriteStartObject(name);
        json.WriteString("text", text);
        json.WriteEndObject();
    }

    private static bool IsWarning(string rule) => WarningReport.Meaning(rule) != WarningReport.Meaning("");

    private static string Name(string rule) => rule switch
    {
        ProblemCodes.Missing => "MissingEmbedding",
        ProblemCodes.Stale => "StaleEmbedding",
        ProblemCodes.Orphaned => "OrphanedEmbedding",
        ProblemCodes.NoMatch => "UnmatchedPattern",
        _ when IsWarning(rule) => "Warning",
        _ => "BlockedItem",
    };

    private static string Description(string rule) => rule switch
    {
        ProblemCodes.Missing => "An item has no embedding yet.",
        ProblemCodes.Stale => "An item changed since it was embedded.",
        ProblemCodes.Orphaned => "An item is gone from its source and still in the index.",
        ProblemCodes.NoMatch => "A pattern of the configuration matches no file.",
        _ when IsWarning(rule) => $"An item is embedded, and {WarningReport.Meaning(rule)}.",
        _ => "An item's input can't be used.",
    };
}
