using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using EmbSync.Core.Storage.VectorFiles;
using EmbSync.Core.Doctor;

namespace EmbSync.Core.Reporting;

/// <summary>Reports as JSON: camel case, indented, one document with a line end. Nothing is left out, unknown values are null.</summary>
public static class ReportJson
{
    private static readonly ReportJsonContext Context = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        NewLine = "\n",
        // JSON for programs and people, not for a script element: only what JSON asks for, and control characters, are escaped.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    private static readonly ReportJsonContext Compact = new(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.CamelCase });

    /// <summary>What can be printed, by the command that prints it.</summary>
    internal static IReadOnlyList<(string Name, JsonTypeInfo Type)> Reports { get; } =
    [
        ("adopt", Context.AdoptReport), ("backfill", Context.BackfillReport), ("cache", Context.CacheReport), ("doctor", Context.DoctorReport),
        ("publish", Context.PublishReport), ("reembed", Context.ReembedReport), ("reembed-column", Context.ColumnReembedReport), ("repair", Context.RepairReport),
        ("runs", Context.RunsReport), ("search", Context.SearchReport), ("status", Context.StatusReport), ("sync", Context.SyncReport),
    ];

    public static string Of(StatusReport report) => Visible(JsonSerializer.Serialize(report, Context.StatusReport)) + "\n";

    public static string Of(SyncReport report) => Visible(JsonSerializer.Serialize(report, Context.SyncReport)) + "\n";

    public static string Of(RunsReport report) => Visible(JsonSerializer.Serialize(report, Context.RunsReport)) + "\n";

    /// <summary>Null where the receipt has none: a run that is under way, or never said how it ended.</summary>
    internal static SyncReport? ReadDetails(string details) =>
        details.Length > 2 ? JsonSerializer.Deserialize(details, Compact.SyncReport) : null;

    public static string Of(CacheReport report) => Visible(JsonSerializer.Serialize(report, Context.CacheReport)) + "\n";

    public static string Of(ColumnReembedReport report) => Visible(JsonSerializer.Serialize(report, Context.ColumnReembedReport)) + "\n";

    public static string Of(RepairReport report) => Visible(JsonSerializer.Serialize(report, Context.RepairReport)) + "\n";

    public static string Of(PublishReport report) => Visible(JsonSerializer.Serialize(report, Context.PublishReport)) + "\n";

    public static string Of(AdoptReport report) => Visible(JsonSerializer.Serialize(report, Context.AdoptReport)) + "\n";

    public static string Of(BackfillReport report) => Visible(JsonSerializer.Serialize(report, Context.BackfillReport)) + "\n";

    public static string Of(ReembedReport report) => Visible(JsonSerializer.Serialize(report, Context.ReembedReport)) + "\n";

    /// <summary>The report as the receipt keeps it: one line.</summary>
    internal static string Details(SyncReport report) => JsonSerializer.Serialize(report, Compact.SyncReport);

    public static string Of(DoctorReport report) => Visible(JsonSerializer.Serialize(report, Context.DoctorReport)) + "\n";

    public static string Of(SearchReport report) => Visible(JsonSerializer.Serialize(report, Context.SearchReport)) + "\n";

    /// <summary>
    /// Format characters, bidirectional marks among them, by number: they stand in strings only, where that means the same to a program and
    /// turns nothing around on a terminal.
    /// </summary>
    internal static string Visible(string json)
    {
        if (!json.Any(IsFormat))
        {
            return json;
        }

        var text = new StringBuilder(json.Length + 64);
        foreach (var character in json)
        {
            _ = IsFormat(character) ? text.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:X4}") : text.Append(character);
        }

        return text.ToString();
    }

    private static bool IsFormat(char character) => char.GetUnicodeCategory(character) == UnicodeCategory.Format;
}

[JsonSerializable(typeof(StatusReport))]
[JsonSerializable(typeof(SyncReport))]
[JsonSerializable(typeof(SearchReport))]
[JsonSerializable(typeof(ReembedReport))]
[JsonSerializable(typeof(RepairReport))]
[JsonSerializable(typeof(AdoptReport))]
[JsonSerializable(typeof(BackfillReport))]
[JsonSerializable(typeof(PublishReport))]
[JsonSerializable(typeof(ColumnReembedReport))]
[JsonSerializable(typeof(CacheReport))]
[JsonSerializable(typeof(RunsReport))]
[JsonSerializable(typeof(DoctorReport))]
internal sealed partial class ReportJsonContext : JsonSerializerContext;
