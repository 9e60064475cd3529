using System.Globalization;
using EmbSync.Core.Configuration.Definition;
using EmbSync.Core.Configuration.Parsing;

namespace EmbSync.Core.Configuration;

/// <summary>Reads <c>sources</c>.</summary>
internal static class SourcesReader
{
    private const string DefaultName = "docs";

    public static IReadOnlyList<SourceConfig> Read(ConfigValues values, MapNode tree)
    {
        if (tree.Find(ConfigSchema.Sources.Key) is not { } node)
        {
            return [ReadMarkdown(values.In(MapNode.Empty, SourceList.Each, "sources[0]"), DefaultName)];
        }

        // Whatever has another shape was reported with the file's shape.
        var sources = new List<SourceConfig>();
        var places = new Dictionary<string, ConfigNode>(StringComparer.Ordinal);
        var items = (node as ListNode)?.Items ?? [];
        for (var i = 0; i < items.Count; i++)
        {
            if (items[i] is MapNode map)
            {
                var own = values.In(map, SourceList.Each, string.Create(CultureInfo.InvariantCulture, $"sources[{i}]"));
                if (own.TryGet(ConfigSchema.SourceName, out var name) && !places.TryAdd(name, map))
                {
                    own.Report(ConfigSchema.SourceName, string.Create(
                        CultureInfo.InvariantCulture, $"a source named '{name}' stands in line {places[name].Line} already: names are unique"));
                }

                sources.Add(ReadMarkdown(own, name ?? DefaultName));
            }
        }

        return sources;
    }

    private static MarkdownSourceConfig ReadMarkdown(ConfigValues values, string name)
    {
        // The only kind there is: asked for, so that another one is refused.
        values.Get(ConfigSchema.SourceType);
        return new(
            name,
            (int)values.Get(ConfigSchema.Priority),
            values.Get(ConfigSchema.Include),
            values.Get(ConfigSchema.Exclude),
            values.TryGet(ConfigSchema.IdKey, out var id) ? id : null,
            values.Get(ConfigSchema.Embed),
            values.Get(ConfigSchema.Metadata),
            values.TryGet(ConfigSchema.ItemType, out var type) ? type : name,
            ReadChunk(values),
            values.Get(ConfigSchema.TitleOnEveryChunk));
    }

    private static ChunkConfig ReadChunk(ConfigValues values)
    {
        var chunk = new ChunkConfig((int)values.Get(ConfigSchema.ChunkMax), (int)values.Get(ConfigSchema.ChunkMin));
        if (chunk.MinTokens * 2 > chunk.MaxTokens)
        {
            var setting = values.Find(ConfigSchema.ChunkMin) is null ? ConfigSchema.ChunkMax : ConfigSchema.ChunkMin;
            values.Report(setting, string.Create(CultureInfo.InvariantCulture,
                $"chunk.minTokens ({chunk.MinTokens}) is more than half of chunk.maxTokens ({chunk.MaxTokens}): no heading could be a border; raise one or lower the other"));
        }

        return chunk;
    }
}
