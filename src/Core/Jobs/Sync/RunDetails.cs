using System.Text.Json;
using System.Text.Json.Serialization;

namespace EmbSync.Core.Jobs.Sync;

/// <summary>A report as receipts keep it: compact JSON.</summary>
internal static class RunDetails
{
    public static string Of(SyncReport report) => JsonSerializer.Serialize(report, RunDetailsContext.Default.SyncReport);

    /// <summary>Null where the receipt has none: a run that is under way, or never said how it ended.</summary>
    public static SyncReport? Read(string details) =>
        details.Length > 2 ? JsonSerializer.Deserialize(details, RunDetailsContext.Default.SyncReport) : null;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SyncReport))]
internal sealed partial class RunDetailsContext : JsonSerializerContext;
