using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using EmbSync.Core.Jobs.Adopt;
using EmbSync.Core.Jobs.Backfill;
using EmbSync.Core.Jobs.Cache;
using EmbSync.Core.Jobs.Columns;
using EmbSync.Core.Jobs.Doctor;
using EmbSync.Core.Jobs.Publish;
using EmbSync.Core.Jobs.Reembed;
using EmbSync.Core.Jobs.Repair;
using EmbSync.Core.Jobs.Runs;
using EmbSync.Core.Jobs.Search;
using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Model;

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

    /// <summary>What can be printed, by the command that prints it.</summary>
    internal static IReadOnlyList<(string Name, JsonTypeInfo Type)> Reports { get; } =
    [
        ("adopt", Context.AdoptReport), ("backfill", Context.BackfillReport), ("cache", Context.CacheReport),
            ("doctor", Context.DoctorReport),
        ("publish", Context.PublishReport), ("reembed", Context.ReembedReport), ("reembed-column", Context.ColumnReembedReport),
            ("repair", Context.RepairReport),
        ("runs", Context.RunsReport), ("search", Context.SearchReport), ("status", Context.StatusReport), ("sync", Context.SyncReport),
    ];

    public static string Of(StatusReport report) => JsonText.Visible(JsonSerializer.Serialize(report, Context.StatusReport)) + "\n";

    public static string Of(SyncReport report) => JsonText.Visible(JsonSerializer.Serialize(report, Context.SyncReport)) + "\n";

    public static string Of(RunsReport report) => JsonText.Visible(JsonSerializer.Serialize(report, Context.RunsReport)) + "\n";

    public static string Of(CacheReport report) => JsonText.Visible(JsonSerializer.Serialize(report, Context.CacheReport)) + "\n";

    public static string Of(ColumnReembedReport report) =>
        JsonText.Visible(JsonSerializer.Serialize(report, Context.ColumnReembedReport)) + "\n";

    public static string Of(RepairReport report) => JsonText.Visible(JsonSerializer.Serialize(report, Context.RepairReport)) + "\n";

    public static string Of(PublishReport report) => JsonText.Visible(JsonSerializer.Serialize(report, Context.PublishReport)) + "\n";

    public static string Of(AdoptReport report) => JsonText.Visible(JsonSerializer.Serialize(report, Context.AdoptReport)) + "\n";

    public static string Of(BackfillReport report) => JsonText.Visible(JsonSerializer.Serialize(report, Context.BackfillReport)) + "\n";

    public static string Of(ReembedReport report) => JsonText.Visible(JsonSerializer.Serialize(report, Context.ReembedReport)) + "\n";

    public static string Of(DoctorReport report) => JsonText.Visible(JsonSerializer.Serialize(report, Context.DoctorReport)) + "\n";

    public static string Of(SearchReport report) => JsonText.Visible(JsonSerializer.Serialize(report, Context.SearchReport)) + "\n";
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
