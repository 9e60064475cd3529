using System.Text.RegularExpressions;
using EmbSync.Core.Configuration.Definition;

namespace EmbSync.Core.Configuration;

/// <summary>Reads sources of rows and of JSON. A null means that what is missing was reported.</summary>
internal static partial class RowSourcesReader
{
    public const string DatabaseVariable = "DATABASE_URL";

    /// <summary>
    /// A value is one input as long as a model takes it: OpenAI's models take 8,191 tokens, and an estimate may be a little low.
    /// </summary>
    public const int WholeValueTokens = 8_000;

    private const string DefaultId = "id";

    public static SourceConfig? ReadTable(ConfigValues values, string name, StoreConfig store)
    {
        var table = Needed(values, RowSettings.TableName, "a table source needs the name of its table");
        var where = Optional(values, RowSettings.Where);
        if (values.TryGet(RowSettings.Column, out var column))
        {
            foreach (var beside in new Setting[] { RowSettings.Key, RowSettings.Text, RowSettings.Template, RowSettings.Title, RowSettings.TypeFrom, RowSettings.PriorityFrom, RowSettings.UpdatedAt, ConfigSchema.Metadata }
                .Where(setting => values.Find(setting) is not null))
            {
                values.Report(beside, $"{beside.Key} says how rows are read, and column takes the distinct values of one column: keep one of the two");
            }

            return Url(values, store) is { } address && table is not null
                ? new ColumnSourceConfig(name, address, Shape(values, name, WholeValueTokens), Timeout(values), table, column, where)
                    { PublishTable = ReadPublishTable(values) } : null;
        }

        var (text, template) = ReadText(values, "column");
        return Url(values, store) is { } url && table is not null
            ? new TableSourceConfig(
                name, url, Shape(values, name), Timeout(values), table, values.TryGet(RowSettings.Key, out var key) ? key
                : [], text, template, Optional(values, RowSettings.Title),
                Optional(values, RowSettings.TypeFrom), Optional(values, RowSettings.PriorityFrom),
                Optional(values, RowSettings.UpdatedAt), values.Get(ConfigSchema.Metadata), where) { Publish = ReadPublish(values) }
            : null;
    }

    public static SourceConfig? ReadQuery(ConfigValues values, string name, StoreConfig store) =>
        Needed(values, RowSettings.Select, "a query source needs its SELECT") is { } query && Url(values, store) is { } url
            ? new QuerySourceConfig(name, url, Shape(values, name), Timeout(values), query.TrimEnd().TrimEnd(';')) : null;

    public static JsonSourceConfig ReadJson(ConfigValues values, string name)
    {
        var (text, template) = ReadText(values, "member");
        return new(
            name, Shape(values, name), values.TryGet(ConfigSchema.Include, out var include) ? include
            : [], values.Get(ConfigSchema.Exclude), Optional(values, RowSettings.Items),
            values.TryGet(ConfigSchema.IdKey, out var id) ? id : DefaultId, text, template, Optional(values, RowSettings.Title), Optional(
            values, RowSettings.TypeFrom),
            Optional(values, RowSettings.PriorityFrom), Optional(values, RowSettings.UpdatedAt), values.Get(ConfigSchema.Metadata));
    }

    /// <summary>Names in a template, in order: <c>{title}</c>. A brace that is meant as one is doubled.</summary>
    [GeneratedRegex(@"\{\{|\}\}|\{([^{}]+)\}")]
    public static partial Regex Places();

    private static (IReadOnlyList<string> Text, string? Template) ReadText(ConfigValues values, string noun)
    {
        var template = Optional(values, RowSettings.Template);
        var isThere = values.TryGet(RowSettings.Text, out var text);
        if (template is not null && values.Find(RowSettings.Text) is not null)
        {
            values.Report(RowSettings.Template, "template stands beside text: keep one of the two");
        }
        else if (template is not null && !Places().Matches(template).Any(place => place.Groups[1].Success))
        {
            values.Report(RowSettings.Template, $"the template names no {noun}: write its name in braces, as in {{title}}");
        }
        else if (template is null && values.Find(RowSettings.Text) is null)
        {
            values.Report(ConfigSchema.SourceName, $"the source says no text: write text: [NAME] with the {noun}s that are embedded{(noun == "column" ? ", or column: NAME for the distinct values of one" : "")}");
        }

        return (isThere && template is null ? text : template is null ? [] : [.. Places().Matches(template)
            .Where(place => place.Groups[1].Success).Select(place => place.Groups[1].Value).Distinct(StringComparer.Ordinal)], template);
    }

    private static ColumnPublish? ReadPublish(ConfigValues values)
    {
        if (values.Find(RowSettings.PublishTable) is not null)
        {
            values.Report(RowSettings.PublishTable, "publish.table is for the values of a column (column: NAME): rows publish into columns of their own table (publish.column)");
        }

        if (Optional(values, RowSettings.PublishColumn) is { } column)
        {
            return new(column, values.Get(RowSettings.PublishHash), Optional(values, RowSettings.PublishAt));
        }

        if (values.Find(RowSettings.PublishHash) is not null || values.Find(RowSettings.PublishAt) is not null)
        {
            values.Report(RowSettings.PublishColumn, "publish needs column, the vector column of the table");
        }

        return null;
    }

    private static string? ReadPublishTable(ConfigValues values)
    {
        foreach (var beside in new Setting[] { RowSettings.PublishColumn, RowSettings.PublishHash, RowSettings.PublishAt }.Where(
            setting => values.Find(setting) is not null))
        {
            values.Report(beside, "the values of a column have no row of their own: publish them into a table of the embedding_cache form (publish.table)");
        }

        return Optional(values, RowSettings.PublishTable);
    }

    private static RowShape Shape(ConfigValues values, string name, int? mostTokens = null) => new(
        values.TryGet(ConfigSchema.ItemType, out var type) ? type
        : name, (int)values.Get(ConfigSchema.Priority), values.Get(RowSettings.Format), SourcesReader.ReadChunk(values, mostTokens));

    private static int Timeout(ConfigValues values) => (int)values.Get(RowSettings.TimeoutSeconds);

    private static string? Optional(ConfigValues values, Setting<string> setting) => values.TryGet(setting, out var value) ? value : null;

    private static string? Needed(ConfigValues values, Setting<string> setting, string message)
    {
        if (values.Find(setting) is null)
        {
            values.Report(ConfigSchema.SourceName, $"{message}: write {setting.Key}:");
            return null;
        }

        return values.TryGet(setting, out var value) ? value : null;
    }

    private static Secret? Url(ConfigValues values, StoreConfig store)
    {
        if (values.Find(RowSettings.Url) is not null)
        {
            return values.TryGet(RowSettings.Url, out var url) ? url : null;
        }

        if (store.Url is { } same)
        {
            values.Note(RowSettings.Url, "store.url");
            return same;
        }

        if (EnvironmentReference.Value(values.Environment, DatabaseVariable) is { } found)
        {
            values.Note(RowSettings.Url, DatabaseVariable);
            return new(found, EnvironmentReference.Prefix + DatabaseVariable);
        }

        values.Report(ConfigSchema.SourceName,
            $"the source's database is not said: write url: env:{DatabaseVariable}, and set that variable");
        return null;
    }
}
