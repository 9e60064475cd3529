#pragma warning disable RS0030 // the Postgres store
using EmbSync.Core.Configuration.Definition;
using EmbSync.Core.Model;
using EmbSync.Core.Postgres;
using EmbSync.Core.Storage.Columns;
using Npgsql;

namespace EmbSync.Core.Storage.Postgres.Columns;

/// <summary>A table's column as the catalog has it. All names are quoted.</summary>
/// <param name="Key">Of the table, as text that stays the same: schema and name.</param>
/// <param name="IdType">With its schema where it needs one.</param>
/// <param name="Text">Expression of the text of row <c>t</c>; empty where all its columns are.</param>
/// <param name="Vector"><c>vector</c> or <c>halfvec</c>.</param>
/// <param name="Dimension">As declared; null for none.</param>
internal sealed record ColumnFacts(
    uint Oid, string Table, string Key, string Id, string IdType, string Text, string Column, string ColumnName, string Vector,
    int? Dimension, bool IsNotNull, IReadOnlyList<ColumnIndex> Indexes)
{
    public string Type => Dimension is { } length ? FormattableString.Invariant($"{Vector}({length})") : Vector;
}

/// <summary>Finds the column, and refuses what can't be done before anything is written.</summary>
internal sealed class ColumnCatalogue(NpgsqlConnection connection, PostgresPlace place)
{
    /// <exception cref="UsageException">There is no such table or column, or it is of a kind that this can't be done with.</exception>
    public async Task<ColumnFacts> FindAsync(ColumnRequest request, CancellationToken cancellationToken)
    {
        var table = (await connection.RowsAsync(
            """
            SELECT c.oid, c.relkind::text, format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.oid = coalesce(to_regclass(quote_ident(@table)), to_regclass(@table))
            """,
            row => (Oid: row.GetFieldValue<uint>(0), Kind: row.GetString(1), Name: row.GetString(2)), cancellationToken,
            ("table", request.Table))).FirstOrDefault();
        if (table.Name is null)
        {
            throw new UsageException($"--table '{request.Table}': there is no such table in {place.Host}/{place.Database}. Write schema.table, in double quotes where SQL wants them");
        }

        if (table.Kind != "r")
        {
            throw new UsageException($"--table {table.Name} is no plain table (a view, a partitioned or foreign table): name the table, or each partition, by itself");
        }

        var columns = await connection.RowsAsync(
            """
            SELECT a.attname::text, format('%I', a.attname), format_type(a.atttypid, NULL), t.typname::text, a.atttypmod, a.attnotnull, a.attgenerated <> '', a.atthasdef,
                EXISTS (SELECT FROM pg_index x WHERE x.indrelid = a.attrelid AND x.indisprimary AND x.indnkeyatts = 1 AND x.indkey[0] = a.attnum), a.attnum
            FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid WHERE a.attrelid = @oid::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
            """,
            row => new Attribute(row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetInt32(4),
            row.GetBoolean(5), row.GetBoolean(6), row.GetBoolean(7), row.GetBoolean(8), row.GetInt16(9)),
            cancellationToken, ("oid", (long)table.Oid));
        var column = Find(columns, "--column", request.Column, table.Name);
        if (column.Type is not ("vector" or "halfvec") || column.IsGenerated)
        {
            throw new UsageException($"--column {column.Quoted} is {(column.IsGenerated ? "a generated column" : $"of type {column.Shown}")}: name a column of type vector or halfvec");
        }

        await RefuseTiedAsync(table.Oid, table.Name, column, cancellationToken);
        var id = request.Id is { } named ? Find(columns, "--id", named, table.Name)
            : columns.Find(one => one.IsKey) ?? throw new UsageException(
                $"{table.Name} has no primary key of one column: name a column that is unique and not null with --id");
        return new(
            table.Oid, table.Name, table.Name, id.Quoted, id.Shown,
            $"concat_ws(E'\\n\\n', {string.Join(", ", request.Texts.Select(text => $"nullif(t.{Find(columns, "--text", text, table.Name).Quoted}::text, '')"))})",
            column.Quoted, column.Name, column.Type, column.Modifier > 0 ? column.Modifier : null, column.IsNotNull, await IndexesAsync(
            table.Oid, column, cancellationToken));
    }

    /// <summary>What hangs on the column would go with it when another takes its place.</summary>
    private async Task RefuseTiedAsync(uint table, string name, Attribute column, CancellationToken cancellationToken)
    {
        var views = await connection.RowsAsync(
            """
            SELECT DISTINCT format('%I.%I', n.nspname, v.relname) FROM pg_depend d JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
            JOIN pg_class v ON v.oid = r.ev_class JOIN pg_namespace n ON n.oid = v.relnamespace
            WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = @oid::oid AND d.refobjsubid = @number ORDER BY 1
            """, row => row.GetString(0), cancellationToken, ("oid", (long)table), ("number", (int)column.Number));
        if (views.Count > 0)
        {
            throw new UsageException($"{name}.{column.Quoted} is used by the view {string.Join(", ", views)}: nothing was written. Drop it, run this, and make it again");
        }

        if (column.HasDefault)
        {
            throw new UsageException($"{name}.{column.Quoted} has a default value, which would be lost: nothing was written. ALTER TABLE {name} ALTER COLUMN {column.Quoted} DROP DEFAULT; first");
        }
    }

    /// <exception cref="UsageException">An index that this can't build again.</exception>
    private async Task<IReadOnlyList<ColumnIndex>> IndexesAsync(uint table, Attribute column, CancellationToken cancellationToken)
    {
        var found = await connection.RowsAsync(
            """
            SELECT i.relname::text, m.amname::text, o.opcname::text, coalesce(array_to_string(i.reloptions, ', '), ''), x.indisvalid, x.indnatts = 1 AND x.indpred IS NULL, format('%I', i.relname)
            FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_am m ON m.oid = i.relam JOIN pg_opclass o ON o.oid = x.indclass[0]
            WHERE x.indrelid = @oid::oid AND @number = ANY (x.indkey::int2[]) ORDER BY 1
            """,
            row => (Name: row.GetString(0), Method: row.GetString(1), Class: row.GetString(2), Options: row.GetString(3),
            IsValid: row.GetBoolean(4), IsPlain: row.GetBoolean(5), Quoted: row.GetString(6)),
            cancellationToken, ("oid", (long)table), ("number", column.Number));
        if (found.Find(index => !index.IsValid) is { Name: not null } broken)
        {
            throw new UsageException($"the index {broken.Quoted} is INVALID, left by a build that failed: nothing was written. Drop it with 'embsync doctor --fix', then run this again");
        }

        return found.Find(index => !index.IsPlain || index.Method is not ("hnsw" or "ivfflat")) is { Name: not null } odd
            ? throw new UsageException(
                $"the index {odd.Quoted} is not a plain index of vectors: it would be lost. Drop it, run this, and make it again")
            : [.. found.Select(index => new ColumnIndex(
                index.Name, index.Method, index.Class[(index.Class.IndexOf('_', StringComparison.Ordinal) + 1)..], index.Options))];
    }

    private static Attribute Find(List<Attribute> columns, string flag, string name, string table) => columns.Find(one => one.Name == name)
        ?? throw new UsageException($"{flag} '{name}': {table} has no such column: {Guess.ThereIs(name, columns.Select(one => one.Name))}");

    private sealed record Attribute(
        string Name, string Quoted, string Shown, string Type, int Modifier, bool IsNotNull, bool IsGenerated, bool HasDefault, bool IsKey,
        short Number);
}
