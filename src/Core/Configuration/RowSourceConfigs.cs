namespace EmbSync.Core.Configuration;

public enum TextFormat
{
    /// <summary>Taken as it is, but for line ends, white space at line ends and the form of composed letters.</summary>
    Plain,

    /// <summary>Rendered as Markdown files are.</summary>
    Markdown,
}

/// <summary>How a row or a JSON object becomes an item, whatever it is read from.</summary>
/// <param name="ItemType">Type of items that don't say their own.</param>
/// <param name="Priority">Of items that don't say their own.</param>
public sealed record RowShape(string ItemType, int Priority, TextFormat Format, ChunkConfig Chunk);

/// <summary>A source whose items are rows of a PostgreSQL database.</summary>
/// <param name="Url">Of the database, which may be another than the store's.</param>
/// <param name="TimeoutSeconds">For one statement.</param>
public abstract record DatabaseSourceConfig(string Name, Secret Url, RowShape Shape, int TimeoutSeconds) : SourceConfig(
    Name, Shape.Priority, Shape.Chunk);

/// <summary>Rows of a table or view. All names are columns, found in the catalog as they are written here.</summary>
/// <param name="Table">With or without its schema.</param>
/// <param name="Key">Columns that make the id; empty for the primary key.</param>
/// <param name="Text">Columns whose values, an empty line between, are the text.</param>
/// <param name="Template">Text with <c>{column}</c> in it, instead of <paramref name="Text"/>.</param>
/// <param name="Where">A condition in SQL.</param>
public sealed record TableSourceConfig(
    string Name,
    Secret Url,
    RowShape Shape,
    int TimeoutSeconds,
    string Table,
    IReadOnlyList<string> Key,
    IReadOnlyList<string> Text,
    string? Template,
    string? Title,
    string? TypeFrom,
    string? PriorityFrom,
    string? UpdatedAt,
    IReadOnlyList<string> Metadata,
    string? Where) : DatabaseSourceConfig(Name, Url, Shape, TimeoutSeconds)
{
    /// <summary>Columns of the table that vectors are published into; null for none.</summary>
    public ColumnPublish? Publish { get; init; }
}

/// <param name="Column">Of type vector or halfvec.</param>
/// <param name="Hash">Text: tells which text the vector is of.</param>
/// <param name="At">When it was written; null for none.</param>
public sealed record ColumnPublish(string Column, string Hash, string? At);

/// <summary>The distinct values of one column, trimmed: each is an item, whose id is the SHA-256 of the value.</summary>
public sealed record ColumnSourceConfig(
    string Name, Secret Url, RowShape Shape, int TimeoutSeconds, string Table, string Column, string? Where)
    : DatabaseSourceConfig(Name, Url, Shape, TimeoutSeconds)
{
    /// <summary>Table of the <c>embedding_cache</c> form that vectors are published into; null for none.</summary>
    public string? PublishTable { get; init; }
}

/// <summary>
/// Any SELECT that yields <c>id</c> and <c>text</c>, and where wanted <c>type</c>, <c>title</c>, <c>metadata</c>, <c>priority</c>,
/// <c>updated_at</c>.
/// </summary>
public sealed record QuerySourceConfig(string Name, Secret Url, RowShape Shape, int TimeoutSeconds, string Query) : DatabaseSourceConfig(
    Name, Url, Shape, TimeoutSeconds);

/// <summary>
/// Objects in JSON files: arrays, JSON lines, or what a path leads to. All names are paths of members: <c>author.login</c>.
/// </summary>
/// <param name="Include">Globs from the root; empty where the objects only come from standard input.</param>
/// <param name="Items">Path of the list in each file; null: the file is the list, or a line is an object.</param>
public sealed record JsonSourceConfig(
    string Name,
    RowShape Shape,
    IReadOnlyList<string> Include,
    IReadOnlyList<string> Exclude,
    string? Items,
    string Id,
    IReadOnlyList<string> Text,
    string? Template,
    string? Title,
    string? TypeFrom,
    string? PriorityFrom,
    string? UpdatedAt,
    IReadOnlyList<string> Metadata) : SourceConfig(Name, Shape.Priority, Shape.Chunk);
