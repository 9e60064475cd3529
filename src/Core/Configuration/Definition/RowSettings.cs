namespace EmbSync.Core.Configuration.Definition;

/// <summary>Keys of sources that aren't Markdown files: rows of a database, and exported JSON.</summary>
internal static class RowSettings
{
    public const string Table = "table";
    public const string Query = "query";
    public const string Json = "json";

    private static readonly string[] Databases = [Table, Query];
    private static readonly string[] Tables = [Table];
    private static readonly string[] Named = [Table, Json];
    private static readonly TextKind Name = new("the name of a column, or the path of a JSON member");
    private static readonly ListKind<string> Names = new(Name, "a list of columns, or of paths of JSON members", minItems: 1);

    public static readonly Setting<Secret> Url = new("sources[].url", new ConnectionKind(),
        "the source's database, as store.url is written") { SourceTypes = Databases, Otherwise =
            "store.url where that is PostgreSQL, else DATABASE_URL" };
    public static readonly Setting<string> TableName = new("sources[].table", new TextKind("the name of a table or view"),
        "table or view, with or without its schema") { SourceTypes = Tables };
    public static readonly Setting<IReadOnlyList<string>> Key = new(
        "sources[].key", new ListKind<string>(new TextKind("the name of a column"), "a list of columns", minItems: 1),
        "columns that make the id, unique together") { SourceTypes = Tables, Otherwise = "the primary key" };
    public static readonly Setting<string> Column = new("sources[].column", new TextKind("the name of a column"),
        "take each distinct value of this column, trimmed, as an item, instead of each row") { SourceTypes = Tables };
    public static readonly Setting<IReadOnlyList<string>> Text = new("sources[].text", Names,
        "columns or members that are embedded, an empty line between") { SourceTypes = Named };
    public static readonly Setting<string> Template = new(
        "sources[].template", new TextKind("text with {name} for columns or members", isFree: true),
        "text that is embedded, {name} standing for a column or member, instead of text") { SourceTypes = Named };
    public static readonly Setting<string> Title = new("sources[].title", Name,
        "column or member of the title; it is embedded only where text names it too") { SourceTypes = Named, Otherwise =
            "the beginning of the text" };
    public static readonly Setting<string> TypeFrom = new("sources[].typeFrom", Name,
        "column or member of the item's type") { SourceTypes = Named, Otherwise = "itemType for all" };
    public static readonly Setting<string> PriorityFrom = new("sources[].priorityFrom", Name,
        "column or member of the item's priority, a whole number") { SourceTypes = Named, Otherwise = "priority for all" };
    public static readonly Setting<string> UpdatedAt = new("sources[].updatedAt", Name,
        "column or member of the time of the last change: of equal priority the newest is embedded first") { SourceTypes = Named };
    public static readonly Setting<string> Where = new("sources[].where", new TextKind("a condition in SQL", isFree: true),
        "condition in SQL that rows must meet: others never get a vector, and keep none") { SourceTypes = Tables };
    public static readonly Setting<string> Select = new("sources[].query", new TextKind("a SELECT", isFree: true),
        "a SELECT of id and text, and where wanted of type, title, metadata, priority, updated_at: what it leaves out never gets a vector, and keeps none") { SourceTypes = [Query] };
    public static readonly Setting<TextFormat> Format = new(
        "sources[].format", new ChoiceKind<TextFormat>(("plain", TextFormat.Plain), ("markdown", TextFormat.Markdown)),
        "whether the text is plain or Markdown") { SourceTypes = [Table, Query, Json], Default = TextFormat.Plain };
    public static readonly Setting<string> Items = new("sources[].items", new TextKind("the path of a JSON member"),
        "where in each file the list is") { SourceTypes = [Json], Otherwise = "the file is the list, or has an object in each line" };
    public static readonly Section Publish = new("sources[].publish", "where 'embsync publish' writes vectors") { SourceTypes = Tables };
    public static readonly Setting<string> PublishColumn = new("sources[].publish.column", new TextKind("the name of a column"),
        "vector column of the source's table") { SourceTypes = Tables };
    public static readonly Setting<string> PublishHash = new("sources[].publish.hash", new TextKind("the name of a column"),
        "text column of the source's table that tells which text a vector is of") { SourceTypes = Tables, Default = "content_hash" };
    public static readonly Setting<string> PublishAt = new("sources[].publish.at", new TextKind("the name of a column"),
        "time column of the source's table for when a vector was written") { SourceTypes = Tables };
    public static readonly Setting<string> PublishTable = new("sources[].publish.table", new TextKind("the name of a table"),
        "for the values of a column: table with value, value_hash, embedding_SPACE, source_table, source_column, usage_count, created_at") { SourceTypes = Tables };
    public static readonly Setting<long> TimeoutSeconds = new("sources[].timeoutSeconds", new WholeKind(1, 86_400),
        "for one statement that reads the source") { SourceTypes = Databases, Default = 300 };

    /// <summary>In the order of documentation.</summary>
    public static readonly IReadOnlyList<Setting> All =
        [Url, TableName, Key, Column, Text, Template, Title, TypeFrom, PriorityFrom, UpdatedAt, Where, Select, Format, Items,
            TimeoutSeconds, Publish, PublishColumn, PublishHash, PublishAt, PublishTable];
}
