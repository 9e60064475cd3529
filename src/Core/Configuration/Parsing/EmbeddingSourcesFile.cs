namespace EmbSync.Core.Configuration.Parsing;

/// <summary>
/// The form that some teams have as <c>embedding-sources.json</c>, read as it is:
/// <code>
/// { "version": "1.0", "models": { "large": "text-embedding-3-large", "small": "text-embedding-3-small" }, "batchSize": 100,
///   "sources": [{ "name": "options", "table": "config_option", "column": "value", "enabled": true }] }
/// </code>
/// Each model is a space, each enabled source the distinct values of its column. Store and rows are <c>DATABASE_URL</c>; key and endpoint
/// come from
/// <c>OPENAI_API_KEY</c> and <c>OPENAI_BASE_URL</c>. Everything keeps its place, so that what is wrong is told with its line.
/// </summary>
internal static class EmbeddingSourcesFile
{
    private const string Models = "models";

    /// <summary>Told from the usual form by its models, which no other setting is called.</summary>
    public static bool Is(MapNode root) => root.Find(Models) is MapNode && root.Find("embeddings") is null && root.Find("store") is null;

    public static MapNode Translate(MapNode root)
    {
        var entries = new List<MapEntry>
        {
            Entry(root, "version", Number(root, "1")),
            Entry(root, "store", Map(
            root, Entry(root, "backend", Word(root, "postgres")), Entry(root, "url", Word(root, "env:DATABASE_URL")))),
        };
        var embeddings = new List<MapEntry> { Entry(root, "provider", Word(root, "openai")) };
        foreach (var entry in root.Entries)
        {
            switch (entry.Key.Text)
            {
                case "version":
                    break;
                case Models when entry.Value is MapNode models:
                    embeddings.Add(new(entry.Key with { Text = "spaces" }, models with
                        { Entries = [.. models.Entries.Select(model => model with { Value = SpaceOf(model.Value) })] }));
                    break;
                case "batchSize":
                    embeddings.Add(Entry(entry.Key, "batch", Map(entry.Key, new MapEntry(entry.Key with { Text = "size" }, entry.Value))));
                    break;
                case "sources" when entry.Value is ListNode sources:
                    entries.Add(entry with { Value = sources with { Items = [.. sources.Items.Where(IsEnabled).Select(SourceOf)] } });
                    break;
                default:
                    entries.Add(entry);
                    break;
            }
        }

        entries.Add(Entry(root, "embeddings", Map(root, [.. embeddings])));
        return root with { Entries = entries };
    }

    private static ConfigNode SpaceOf(ConfigNode model) => model is ScalarNode name ? Map(name, Entry(name, "model", name)) : model;

    private static bool IsEnabled(ConfigNode source) =>
        (source as MapNode)?.Find("enabled") is not ScalarNode { Form: ScalarForm.Boolean, Text: "false" };

    /// <summary>What else stands there stays, to be checked as anywhere.</summary>
    private static ConfigNode SourceOf(ConfigNode source) => source is not MapNode map ? source
        : map with { Entries = [.. map.Entries.Where(entry => entry is not
            { Key.Text: "enabled", Value: ScalarNode { Form: ScalarForm.Boolean } }), Entry(map, "type", Word(map, "table"))] };

    private static MapEntry Entry(ConfigNode place, string key, ConfigNode value) => new(Word(place, key), value);

    private static MapNode Map(ConfigNode place, params MapEntry[] entries) => new(entries, place.Line, place.Column);

    private static ScalarNode Word(ConfigNode place, string text) => new(text, ScalarForm.Text, place.Line, place.Column);

    private static ScalarNode Number(ConfigNode place, string text) => new(text, ScalarForm.Number, place.Line, place.Column);
}
