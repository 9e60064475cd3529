using System.Globalization;
using System.Text.Json.Nodes;
using EmbSync.Core.Configuration.Definition;

namespace EmbSync.Core.Configuration;

/// <param name="Subject">Path with the source's number in it: <c>sources[0].name</c>.</param>
/// <param name="Value">As it would be written; null where nothing is set.</param>
internal sealed record EffectiveSetting(Setting Setting, string Subject, JsonNode? Value);

/// <summary>A configuration back as settings.</summary>
internal static class EffectiveSettings
{
    public static IEnumerable<EffectiveSetting> Of(EmbSyncConfig config)
    {
        var (store, embeddings, limits) = (config.Store, config.Embeddings, config.Limits);
        yield return Row(ConfigSchema.Version, 1);
        yield return Row(ConfigSchema.Project, config.Project);
        yield return Row(ConfigSchema.Backend, store.Backend);
        yield return Row(ConfigSchema.StorePath, Path.GetRelativePath(config.Root, store.Path).Replace('\\', '/'));
        yield return Row(ConfigSchema.Spool, store.Spool);
        yield return Row(ConfigSchema.Url, store.Url);
        yield return Row(ConfigSchema.SchemaName, store.Schema);
        yield return Row(ConfigSchema.Branch, store.Branch);
        yield return Row(ConfigSchema.Vectors, store.Vectors);
        yield return Row(ConfigSchema.KeepText, store.KeepText);
        yield return Row(ConfigSchema.IndexM, store.Index.M);
        yield return Row(ConfigSchema.IndexEfConstruction, store.Index.EfConstruction);
        yield return Row(ConfigSchema.IndexEfSearch, store.Index.EfSearch);
        yield return Optional(ConfigSchema.IndexMemory, store.Index.BuildMemory);
        yield return Row(ConfigSchema.IndexMinRows, store.Index.MinRows);
        yield return Row(ConfigSchema.AutoIndexGate, embeddings.AutoIndex);
        yield return Row(ConfigSchema.Provider, embeddings.Provider);
        yield return Row(ConfigSchema.BaseUrl, embeddings.BaseUrl);
        yield return Row(ConfigSchema.ApiKey, embeddings.ApiKey);
        var several = embeddings.Spaces.Count > 0;
        yield return Row(ConfigSchema.Model, several ? null : embeddings.Model);
        yield return Optional(ConfigSchema.Dimension, several ? null : (long?)embeddings.Dimension);
        yield return Row(ConfigSchema.Spaces,
            several ? [.. embeddings.Spaces.Select(space => new WrittenSpace(space.Name, space.Model, space.Dimension))] : null);
        yield return Optional(ConfigSchema.LocalPooling, embeddings.Local?.Pooling);
        yield return Optional(ConfigSchema.LocalWindow, (long?)embeddings.Local?.Window);
        yield return Optional(ConfigSchema.RequestDimensions, embeddings.Request.NamesDimension);
        yield return Optional(ConfigSchema.RequestEncoding, embeddings.Request.Encoding);
        yield return Row(ConfigSchema.RequestModel, embeddings.Request.Model);
        yield return Row(ConfigSchema.RequestExtra, embeddings.Request.Extra);
        yield return Row(ConfigSchema.RequestHeaders, embeddings.Request.Headers);
        yield return Row(ConfigSchema.BatchSize, embeddings.BatchSize);
        yield return Row(ConfigSchema.SleepMs, embeddings.SleepMs);
        yield return Row(ConfigSchema.Concurrency, embeddings.Concurrency);
        yield return Optional(ConfigSchema.RequestsPerMinute, embeddings.Pace.RequestsPerMinute);
        yield return Optional(ConfigSchema.TokensPerMinute, embeddings.Pace.TokensPerMinute);
        yield return Row(ConfigSchema.RetrySeconds, embeddings.Pace.RetrySeconds);
        yield return Row(ConfigSchema.MaxRetries, embeddings.Pace.MaxRetries);
        yield return Row(ConfigSchema.TimeoutSeconds, embeddings.Pace.TimeoutSeconds);
        yield return Row(ConfigSchema.QueryTimeoutMs, embeddings.Pace.QueryMs);
        yield return Row(ConfigSchema.Prices, embeddings.Prices);
        yield return Row(ConfigSchema.AllowHosts, embeddings.AllowHosts);
        yield return Row(ConfigSchema.AllowInsecureHttp, embeddings.AllowInsecureHttp);
        yield return Row(ConfigSchema.DocumentPrefix, embeddings.Prefixes.Document);
        yield return Row(ConfigSchema.QueryPrefix, embeddings.Prefixes.Query);
        yield return Row(ConfigSchema.Accept, config.Accept.Count == 0 ? null : config.Accept);
        yield return Optional(ConfigSchema.MaxCost, limits.MaxCost);
        yield return Optional(ConfigSchema.MaxTokens, limits.MaxTokens);
        yield return Row(ConfigSchema.MaxDelete, limits.MaxDelete);
        yield return Row(ConfigSchema.MaxFileBytes, limits.MaxFileBytes);
        yield return Row(ConfigSchema.OnModelChange, limits.OnModelChange);
        for (var i = 0; i < config.Sources.Count; i++)
        {
            var subject = string.Create(CultureInfo.InvariantCulture, $"sources[{i}]");
            foreach (var row in SourceRows.Of(config.Sources[i]))
            {
                yield return row with { Subject = subject + row.Subject[SourceList.Each.Length..] };
            }
        }
    }

    internal static EffectiveSetting Row<T>(Setting<T> setting, T? value) =>
        new(setting, setting.Path, value is null ? null : setting.Kind.ToJson(value));

    internal static EffectiveSetting Optional<T>(Setting<T> setting, T? value)
        where T : struct => new(setting, setting.Path, value is { } known ? setting.Kind.ToJson(known) : null);
}
