using EmbSync.Core.Configuration.Definition;
using static EmbSync.Core.Configuration.EffectiveSettings;

namespace EmbSync.Core.Configuration;

/// <summary>A source back as settings, those of its type.</summary>
internal static class SourceRows
{
    public static IEnumerable<EffectiveSetting> Of(SourceConfig source)
    {
        yield return Row(ConfigSchema.SourceName, source.Name);
        var (type, own) = source switch
        {
            MarkdownSourceConfig markdown => (ConfigSchema.Markdown, OfMarkdown(markdown)),
            TableSourceConfig table => (RowSettings.Table, OfTable(table)),
            ColumnSourceConfig column => (RowSettings.Table, OfColumn(column)),
            QuerySourceConfig query => (RowSettings.Query, OfQuery(query)),
            JsonSourceConfig json => (RowSettings.Json, OfJson(json)),
            _ => throw new NotSupportedException($"no settings are known of {source.GetType().Name}"),
        };
        yield return Row(ConfigSchema.SourceType, type);
        yield return Row(ConfigSchema.Priority, source.Priority);
        foreach (var row in own)
        {
            yield return row;
        }
    }

    private static IEnumerable<EffectiveSetting> OfMarkdown(MarkdownSourceConfig source) =>
    [
        Row(ConfigSchema.Include, source.Include), Row(ConfigSchema.Exclude, source.Exclude), Row(ConfigSchema.IdKey, source.IdKey), Row(
            ConfigSchema.Embed, source.Embed),
        Row(ConfigSchema.Metadata, source.Metadata), Row(ConfigSchema.ItemType, source.ItemType), .. OfChunk(source.Chunk), Row(
            ConfigSchema.TitleOnEveryChunk, source.TitleOnEveryChunk),
    ];

    private static IEnumerable<EffectiveSetting> OfTable(TableSourceConfig source) =>
    [
        Row(RowSettings.Url, source.Url), Row(RowSettings.TableName, source.Table), Row(
            RowSettings.Key, source.Key.Count == 0 ? null : source.Key),
        .. OfText(source.Text, source.Template), Row(RowSettings.Title, source.Title), Row(RowSettings.TypeFrom, source.TypeFrom), Row(
            RowSettings.PriorityFrom, source.PriorityFrom),
        Row(RowSettings.UpdatedAt, source.UpdatedAt), Row(ConfigSchema.Metadata, source.Metadata), Row(RowSettings.Where, source.Where),
            .. OfShape(source.Shape),
        Row(RowSettings.TimeoutSeconds, source.TimeoutSeconds), Row(RowSettings.PublishColumn, source.Publish?.Column),
            Row(RowSettings.PublishHash, source.Publish?.Hash), Row(RowSettings.PublishAt, source.Publish?.At),
    ];

    private static IEnumerable<EffectiveSetting> OfColumn(ColumnSourceConfig source) =>
    [
        Row(RowSettings.Url, source.Url), Row(RowSettings.TableName, source.Table), Row(RowSettings.Column, source.Column),
            Row(RowSettings.Where, source.Where), .. OfShape(source.Shape),
        Row(RowSettings.TimeoutSeconds, source.TimeoutSeconds), Row(RowSettings.PublishTable, source.PublishTable),
    ];

    private static IEnumerable<EffectiveSetting> OfQuery(QuerySourceConfig source) =>
        [Row(RowSettings.Url, source.Url), Row(RowSettings.Select, source.Query), .. OfShape(source.Shape), Row(
            RowSettings.TimeoutSeconds, source.TimeoutSeconds)];

    private static IEnumerable<EffectiveSetting> OfJson(JsonSourceConfig source) =>
    [
        Row(ConfigSchema.Include, source.Include), Row(ConfigSchema.Exclude, source.Exclude), Row(RowSettings.Items, source.Items), Row(
            ConfigSchema.IdKey, source.Id),
        .. OfText(source.Text, source.Template), Row(RowSettings.Title, source.Title), Row(RowSettings.TypeFrom, source.TypeFrom), Row(
            RowSettings.PriorityFrom, source.PriorityFrom),
        Row(RowSettings.UpdatedAt, source.UpdatedAt), Row(ConfigSchema.Metadata, source.Metadata), .. OfShape(source.Shape),
    ];

    private static IEnumerable<EffectiveSetting> OfText(IReadOnlyList<string> text, string? template) =>
        [template is null ? Row(RowSettings.Text, text) : Row(RowSettings.Template, template)];

    private static IEnumerable<EffectiveSetting> OfShape(RowShape shape) =>
        [Row(ConfigSchema.ItemType, shape.ItemType), Row(RowSettings.Format, shape.Format), .. OfChunk(shape.Chunk)];

    private static IEnumerable<EffectiveSetting> OfChunk(ChunkConfig chunk) =>
        [Row(ConfigSchema.ChunkMax, chunk.MaxTokens), Row(ConfigSchema.ChunkMin, chunk.MinTokens)];
}
