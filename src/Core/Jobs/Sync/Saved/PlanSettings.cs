using System.Text.Json.Nodes;
using EmbSync.Core.Configuration;
using EmbSync.Core.Configuration.Definition;

namespace EmbSync.Core.Jobs.Sync.Saved;

/// <summary>The settings that a plan depends on, as values that two machines can compare.</summary>
internal static class PlanSettings
{
    /// <summary>
    /// Pace and bounds may differ when a plan is applied, and credentials do between a laptop and a build server; none of them changes what
    /// is bought. Where the store is and whose, the plan says itself.
    /// </summary>
    private static readonly HashSet<Setting> Free =
    [
        ConfigSchema.BatchSize, ConfigSchema.SleepMs, ConfigSchema.Concurrency, ConfigSchema.RequestsPerMinute,
            ConfigSchema.TokensPerMinute,
        ConfigSchema.RetrySeconds, ConfigSchema.MaxRetries, ConfigSchema.TimeoutSeconds, ConfigSchema.MaxCost, ConfigSchema.MaxTokens,
        ConfigSchema.ApiKey, ConfigSchema.Project, ConfigSchema.Url, ConfigSchema.Spool,
    ];

    public static IReadOnlyDictionary<string, string> Of(EmbSyncConfig config) => new SortedDictionary<string, string>(
        EffectiveSettings.Of(config)
            .Where(row => !Free.Contains(row.Setting) && row.Value is not null)
            .ToDictionary(row => row.Subject, row => Written(row.Value!), StringComparer.Ordinal),
        StringComparer.Ordinal);

    private static string Written(JsonNode value) =>
        value is JsonValue one && one.TryGetValue<string>(out var text) ? text : value.ToJsonString();
}
