namespace EmbSync.Core.Sources.Postgres;

/// <summary>SQL of a source's rows with every name found and quoted. All expressions are over the row <c>t</c>.</summary>
/// <param name="From">What follows FROM: table and condition, or a query of the user's.</param>
/// <param name="Id">Text.</param>
/// <param name="Stamp">Text that changes with every update of a row; null where the database has no such thing (views, queries).</param>
/// <param name="Texts">Text, each.</param>
/// <param name="Type">Text or NULL, as the rest.</param>
/// <param name="Metadata">JSON as text.</param>
/// <param name="Priority">Text, as <see cref="Rows.RowOrder"/> reads it.</param>
/// <param name="UpdatedAt">Likewise.</param>
/// <param name="WithIds">Condition that the id is in <c>$1</c>, an array of text.</param>
/// <param name="IsIndexed">The server finds rows by <paramref name="WithIds"/> without reading all.</param>
/// <param name="IsUnique">The catalog says that ids are unique and not null.</param>
internal sealed record RowQuery(
    string From, string Id, string? Stamp, IReadOnlyList<string> Texts, string Title, string Type, string Metadata, string Priority,
    string UpdatedAt, string WithIds, bool IsIndexed, bool IsUnique)
{
    public const string NoStamp = "-";

    /// <summary>Row security keeps rows from the user that reads.</summary>
    public bool IsHidden { get; init; }

    public string StampOrNone => Stamp ?? $"'{NoStamp}'::text";

    /// <summary>Bytes of text in UTF-8.</summary>
    public string Bytes => $"({string.Join(" + ", Texts.Select(text => $"coalesce(octet_length({text}), 0)"))})";

    /// <summary>
    /// SHA-256 of the raw row: of all that an item is made of. Order of work and time of change aren't part of it: a row that was only
    /// touched is
    /// the same. A NULL differs from an empty text, and no two columns run into each other.
    /// </summary>
    public string Hash
    {
        get
        {
            var parts = Texts.Concat([Title, Type, Metadata]).Select(part => $@"coalesce({part}, E'\x1E')");
            return $@"encode(sha256(convert_to(concat_ws(E'\x1F', {string.Join(", ", parts)}), 'UTF8')), 'hex')";
        }
    }

    /// <summary>Ids and versions, never a text: id, stamp, hash (null where there is a stamp), type, priority, updated_at, bytes.</summary>
    public string Listing => $"""
        SELECT ({Id}) COLLATE "C" AS id, {StampOrNone} AS stamp, {(Stamp is null ? Hash : "NULL::text")} AS hash, {Type} AS type, {Priority} AS priority, {UpdatedAt} AS updated_at, {Bytes}::int8 AS bytes
        FROM {From}
        """;

    /// <summary>The same, of the ids in <c>$1</c>.</summary>
    public string ListingOf => Filtered(Listing);

    /// <summary>id, hash of the ids in <c>$1</c>.</summary>
    public string Hashes => Filtered($"SELECT {Id} AS id, {Hash} AS hash FROM {From}");

    /// <summary>id of the ids in <c>$1</c> that are still there.</summary>
    public string Present => Filtered($"SELECT {Id} AS id FROM {From}");

    /// <summary>id of those that are one of the names in <c>$1</c>, whatever the case.</summary>
    public string Similar =>
        $"SELECT id FROM (SELECT {Id} AS id FROM {From}) ids WHERE lower(id) IN (SELECT lower(name) FROM unnest($1::text[]) name)";

    /// <summary>
    /// id, stamp, hash, type, title, metadata, priority, updated_at, bytes, then the texts of the ids in <c>$1</c>; no text above <c>$2</c>
    /// bytes.
    /// </summary>
    public string Rows => Filtered($"""
        SELECT {Id} AS id, {StampOrNone}, {Hash}, {Type}, {Title}, {Metadata}, {Priority}, {UpdatedAt}, {Bytes}::int8,
            {string.Join(", ", Texts.Select(text => $"CASE WHEN {Bytes} <= $2 THEN {text} END"))}
        FROM {From}
        """);

    /// <summary>Rows, rows without an id, distinct ids.</summary>
    public string Uniqueness => $"SELECT count(*), count(*) - count(id), count(DISTINCT id) FROM (SELECT {Id} AS id FROM {From}) ids";

    /// <summary>Up to <c>$1</c> ids that several rows claim, with their number.</summary>
    public string Duplicates => $"SELECT id, count(*) FROM (SELECT {Id} AS id FROM {From}) ids WHERE id IS NOT NULL GROUP BY id HAVING count(*) > 1 ORDER BY id LIMIT $1";

    // The condition of the user stands in brackets, so that this one is about all of it.
    private string Filtered(string select) =>
        $"{select}\n{(From.Contains("\nWHERE (", StringComparison.Ordinal) ? "AND" : "WHERE")} {WithIds}";
}
