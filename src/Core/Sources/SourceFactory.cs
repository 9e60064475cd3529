using EmbSync.Core.Configuration;
using EmbSync.Core.Git;
using EmbSync.Core.Sources.Markdown;

namespace EmbSync.Core.Sources;

internal static class SourceFactory
{
    public static ISource Open(SourceConfig source, EmbSyncConfig config, GitDiscovery git) => source switch
    {
        MarkdownSourceConfig markdown => new MarkdownSource(markdown, config.Root, git, config.Limits.MaxFileBytes, new(markdown)),
        _ => throw new NotSupportedException($"no source reads {source.GetType().Name}"),
    };
}
