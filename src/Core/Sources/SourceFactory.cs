using EmbSync.Core.Configuration;
using EmbSync.Core.Git;
using EmbSync.Core.Sources.Json;
using EmbSync.Core.Sources.Markdown;
using EmbSync.Core.Sources.Postgres;

namespace EmbSync.Core.Sources;

internal static class SourceFactory
{
    public static ISource Open(SourceConfig source, EmbSyncConfig config, GitDiscovery git, StandardInput? input) => source switch
    {
        MarkdownSourceConfig markdown => new MarkdownSource(markdown, config.Root, git, config.Limits.MaxFileBytes, new(markdown)),
        DatabaseSourceConfig database => new PostgresSource(database, config.Limits.MaxFileBytes),
        JsonSourceConfig json =>
        new JsonSource(json, config.Root, config.Limits.MaxFileBytes, input?.Source == json.Name ? input.Read : null),
        _ => throw new NotSupportedException($"no source reads {source.GetType().Name}"),
    };
}
