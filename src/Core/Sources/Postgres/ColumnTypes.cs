#pragma warning disable RS0030 // a source of rows
using EmbSync.Core.Postgres;
using Npgsql;

namespace EmbSync.Core.Sources.Postgres;

/// <summary>How the values of a type are text.</summary>
internal enum TextForm
{
    /// <summary>They aren't: numbers, times, bytes.</summary>
    None,

    /// <summary>Each is one: text, citext wherever it lives, names of an enum, JSON, XML, and domains over these.</summary>
    One,

    /// <summary>Each is a list of them, a line each.</summary>
    Lines,
}

/// <param name="Name">With its schema and in quotes where SQL needs that: <c>extensions.citext</c>.</param>
/// <param name="IsComparable">Has an equality of its own: values can be looked up by it.</param>
/// <param name="IsJson">As it was written (<c>json</c>, not <c>jsonb</c>): what it holds is not checked yet.</param>
internal sealed record ColumnType(string Name, TextForm Form, bool IsComparable, bool IsJson);

/// <summary>Types of columns and of a query's answers, as the catalog has them, so that both are taken alike.</summary>
internal static class ColumnTypes
{
    /// <summary>
    /// Of the type <c>t</c>. A domain is what it is made of; enums and ranges are compared by a rule for all of their kind. Two types have
    /// a length of 1 where none is
    /// said, but not under the names that the catalog has for them. Arrays can't be put into an array.
    /// </summary>
    private const string Columns = """
        CASE t.oid WHEN 'pg_catalog.bpchar'::regtype THEN 'bpchar' WHEN 'pg_catalog.bit'::regtype THEN '"bit"' ELSE format_type(t.oid, NULL) END,
        CASE WHEN b.typcategory IN ('S', 'E') OR b.typname IN ('json', 'jsonb', 'xml') THEN 1 WHEN e.typcategory IN ('S', 'E') THEN 2 ELSE 0 END,
        b.typcategory <> 'A' AND (b.typcategory = 'S' OR b.typtype IN ('e', 'r', 'm') OR EXISTS (
            SELECT FROM pg_opclass c JOIN pg_am m ON m.oid = c.opcmethod WHERE m.amname IN ('btree', 'hash') AND c.opcdefault AND c.opcintype = b.oid AND pg_opclass_is_visible(c.oid))),
        b.typname = 'json' AND b.typnamespace = 'pg_catalog'::regnamespace
        """;

    /// <summary>Domains may be over domains.</summary>
    private const string From = """
        pg_type t CROSS JOIN LATERAL (
            WITH RECURSIVE base AS (SELECT t.oid, t.typtype, t.typbasetype UNION ALL SELECT u.oid, u.typtype, u.typbasetype FROM base JOIN pg_type u ON u.oid = base.typbasetype WHERE base.typtype = 'd')
            SELECT y.* FROM base JOIN pg_type y ON y.oid = base.oid WHERE base.typtype <> 'd') b
        LEFT JOIN pg_type e ON b.typcategory = 'A' AND e.oid = b.typelem
        """;

    /// <summary>Name, quoted, not null, and the type, of each column of a table.</summary>
    public static Task<List<(string Name, string Quoted, bool IsNotNull, ColumnType Type)>> OfTableAsync(NpgsqlConnection connection,
        uint oid, CancellationToken cancellationToken) =>
        connection.RowsAsync(
            $"""
            SELECT a.attname::text, format('%I', a.attname), a.attnotnull, {Columns}
            FROM pg_attribute a JOIN ({From}) ON t.oid = a.atttypid WHERE a.attrelid = @oid::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
            """,
            row => (row.GetString(0), row.GetString(1), row.GetBoolean(2), Type(row, 3)), cancellationToken, ("oid", (long)oid));

    /// <summary>By their numbers.</summary>
    public static async Task<Dictionary<uint, ColumnType>> OfAsync(NpgsqlConnection connection, IEnumerable<uint> oids,
        CancellationToken cancellationToken) =>
        (await connection.RowsAsync(
            $"SELECT t.oid, {Columns} FROM {From} WHERE t.oid = ANY (@oids::oid[])",
            row => (row.GetFieldValue<uint>(0), Type(row, 1)), cancellationToken,
            ("oids", oids.Distinct().Select(oid => (long)oid).ToArray()))).ToDictionary(type => type.Item1, type => type.Item2);

    private static ColumnType Type(NpgsqlDataReader row, int at) =>
        new(row.GetString(at), (TextForm)row.GetInt32(at + 1), row.GetBoolean(at + 2), row.GetBoolean(at + 3));
}
