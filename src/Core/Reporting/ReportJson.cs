using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

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

    public static string Of(StatusReport report) => JsonSerializer.Serialize(report, Context.StatusReport) + "\n";

    public static string Of(SyncReport report) => JsonSerializer.Serialize(report, Context.SyncReport) + "\n";

    /// <summary>The report as the receipt keeps it: one line.</summary>
    internal static string Details(SyncReport report) => JsonSerializer.Serialize(report, Compact.SyncReport);

    public static string Of(SearchReport report) => JsonSerializer.Serialize(report, Context.SearchReport) + "\n";
}

[JsonSerializable(typeof(StatusReport))]
[JsonSerializable(typeof(SyncReport))]
[JsonSerializable(typeof(SearchReport))]
internal sealed partial class ReportJsonContext : JsonSerializerContext;
