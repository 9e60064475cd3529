using System.Globalization;
using EmbSync.Core.Configuration.Definition;
using EmbSync.Core.Configuration.Parsing;

namespace EmbSync.Core.Configuration;

/// <summary>Reads <c>sources</c>.</summary>
internal static class SourcesReader
{
    private const string DefaultName = "docs";

    public static IReadOnlyList<SourceConfig> Read(ConfigValues values, MapNode tree, StoreConfig store)
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
                        CultureInfo.InvariantCulture,
                        $"a source named '{name}' stands in line {places[name].Line} already: names are unique"));
                }

                if (ReadOne(own, name ?? DefaultName, store) is { } source)
                {
                    sources.Add(source);
                }
            }
        }

        return sources;
    }

    /// <summary>Null when what it lacks was reported.</summary>
    private static SourceConfig? ReadOne(ConfigValues values, string name, StoreConfig store) => values.Get(ConfigSchema.SourceType) switch
    {
        // Trees of git are compared, which hold no rows: the address of their database may be missing like that of the store.
        RowSettings.Table or RowSettings.Query when values.Flags.Storeless => null,
        RowSettings.Table => RowSourcesReader.ReadTable(values, name, store),
        RowSettings.Query => RowSourcesReader.ReadQuery(values, name, store),
        RowSettings.Json => RowSourcesReader.ReadJson(values, name),
        _ => ReadMarkdown(values, name),
    };

    private static MarkdownSourceConfig ReadMarkdown(ConfigValues values, string name) => new(
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

    /// <param name="most">Most tokens of a chunk where nothing is said.</param>
    public static ChunkConfig ReadChunk(ConfigValues values, int? most = null)
    {
        var chunk = new ChunkConfig(
            values.TryGet(ConfigSchema.ChunkMax, out var max) ? (int)max : most ?? (int)ConfigSchema.ChunkMax.Default, (int)values.Get(
            ConfigSchema.ChunkMin));
        if (chunk.MinTokens * 2 > chunk.MaxTokens)
        {
            var setting = values.Find(ConfigSchema.ChunkMin) is null ? ConfigSchema.ChunkMax : ConfigSchema.ChunkMin;
            values.Report(setting, string.Create(CultureInfo.InvariantCulture,
                $"chunk.minTokens ({chunk.MinTokens}) is more than half of chunk.maxTokens ({chunk.MaxTokens}): no heading could be a border; raise one or lower the other"));
        }

        return chunk;
    }
}
