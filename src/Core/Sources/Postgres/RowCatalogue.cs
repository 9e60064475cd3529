#pragma warning disable RS0030 // a source of rows
using EmbSync.Core.Configuration;
using EmbSync.Core.Configuration.Definition;
using EmbSync.Core.Model;
using EmbSync.Core.Postgres;
using Npgsql;

namespace EmbSync.Core.Sources.Postgres;

/// <summary>
/// Finds in the catalog what the configuration names, and refuses what isn't there: no name comes into a statement but as the catalog
/// quotes it.
/// </summary>
/// <param name="place">Host and database, for messages.</param>
internal sealed class RowCatalogue(NpgsqlConnection connection, string source, string place)
{
    private const string Nothing = "NULL::text";

    private sealed record Column(string Name, string Quoted, ColumnType Kind, bool IsNotNull)
    {
        public string Type => Kind.Name;
    }

    public async Task<RowQuery> FindAsync(DatabaseSourceConfig config, CancellationToken cancellationToken)
    {
        var found = config switch
        {
            TableSourceConfig table => await FindTableAsync(table, cancellationToken),
            ColumnSourceConfig column => await FindColumnAsync(column, cancellationToken),
            QuerySourceConfig query => await FindQueryAsync(query, cancellationToken),
            _ => throw new NotSupportedException($"no rows are known of {config.GetType().Name}"),
        };
        return found with { IsHidden = await IsHiddenAsync(found, cancellationToken) };
    }

    /// <summary>A table or view as the catalog quotes it.</summary>
    public async Task<string> FindTableAsync(string name, CancellationToken cancellationToken) =>
        (await TableAsync(name, cancellationToken)).Table;

    /// <summary>Table and key, without condition: of rows in and out of the source's scope.</summary>
    public async Task<(string Table, RowKey Key)> FindKeyAsync(TableSourceConfig config, CancellationToken cancellationToken)
    {
        var (oid, table, _) = await TableAsync(config.Table, cancellationToken);
        var (key, _) = await KeyAsync(oid, table, config, await ColumnsAsync(oid, cancellationToken), cancellationToken);
        return (table, KeyOf(key));
    }

    /// <summary>A SELECT of id, value and uses: the distinct values of a column source, and how many rows have each.</summary>
    public async Task<string> FindValuesAsync(ColumnSourceConfig config, CancellationToken cancellationToken)
    {
        var (oid, table, _) = await TableAsync(config.Table, cancellationToken);
        var column = Find(await ColumnsAsync(oid, cancellationToken), config.Column, "column", table);
        return $"SELECT encode(sha256(convert_to(v.value, 'UTF8')), 'hex') AS id, v.value, count(*)::int AS uses FROM (SELECT {Trimmed(TextOf(column, table))} AS value FROM {table} t "
            + $"WHERE t.{column.Quoted} IS NOT NULL{(config.Where is { } where ? $" AND ({where}\n)" : "")}) v WHERE v.value <> '' GROUP BY v.value";
    }

    /// <summary>A table with a column of text and one of vectors, all quoted.</summary>
    public async Task<(string Table, string Text, string Vector)> FindVectorsAsync(
        string name, string text, string vector, CancellationToken cancellationToken)
    {
        var (oid, table, _) = await TableAsync(name, cancellationToken);
        var columns = await ColumnsAsync(oid, cancellationToken);
        var texts = Find(columns, text, "--text", table);
        TextOf(texts, table);
        var vectors = Find(columns, vector, "--vector", table);
        return vectors.Type.Split('.')[^1] is "vector" or "halfvec" or "real[]" or "double precision[]"
            ? (table, texts.Quoted, vectors.Quoted)
            : throw Refused($"{vectors.Quoted} of {table} is of type {vectors.Type}: vectors are of type vector, halfvec, real[] or double precision[]");
    }

    /// <summary>A table that can have triggers.</summary>
    /// <param name="columns">As the configuration names them; the primary key comes in by itself.</param>
    public async Task<TriggerTarget> FindTriggerTargetAsync(string name, IReadOnlyList<string> columns, CancellationToken cancellationToken)
    {
        var (oid, table, kind) = await TableAsync(name, cancellationToken);
        if (kind is not ("r" or "p" or "f"))
        {
            throw Refused($"{table} is a view: name the tables it reads with --table");
        }

        var all = await ColumnsAsync(oid, cancellationToken);
        var schema = await connection.RowsAsync(
            "SELECT format('%I', n.nspname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = @oid::oid",
            row => row.GetString(0), cancellationToken, ("oid", (long)oid));

        var tables = kind != "p" ? [table] : await connection.RowsAsync(
            "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_partition_tree(@oid::oid::regclass) p JOIN pg_class c ON c.oid = p.relid JOIN pg_namespace n ON n.oid = c.relnamespace ORDER BY p.level, 1",
            row => row.GetString(0), cancellationToken, ("oid", (long)oid));

        // A trigger that runs before may change columns that the statement doesn't name.
        var rewrites = (await connection.RowsAsync(
            "SELECT count(*) FROM pg_trigger WHERE tgrelid = @oid::oid AND NOT tgisinternal AND tgtype & 2 = 2",
            row => row.GetInt64(0), cancellationToken, ("oid", (long)oid))).Single() > 0;
        if (rewrites)
        {
            columns = [];
        }

        // Another key is another item.
        var key = columns.Count == 0 ? [] : (await UniqueKeysAsync(oid, cancellationToken)).Find(one => one.IsPrimary).Columns ?? [];
        return new(schema.Single(), tables, [.. key.Union(columns).Select(column => Find(all, column, "the source", table).Quoted)]);
    }

    private async Task<(List<Column> Key, bool IsUnique)> KeyAsync(
        uint oid, string table, TableSourceConfig config, List<Column> columns, CancellationToken cancellationToken)
    {
        var unique = await UniqueKeysAsync(oid, cancellationToken);
        var names = config.Key.Count > 0 ? config.Key
            : unique.Find(one => one.IsPrimary).Columns ?? throw Refused(
                $"{table} has no primary key: name the columns that make the id with key: [...]");
        List<Column> key = [.. names.Select(name => Find(columns, name, "key", table))];
        return (key, key.TrueForAll(column => column.IsNotNull) && unique.Exists(one => one.Columns.All(names.Contains)));
    }

    private async Task<RowQuery> FindTableAsync(TableSourceConfig config, CancellationToken cancellationToken)
    {
        var (oid, table, kind) = await TableAsync(config.Table, cancellationToken);
        var columns = await ColumnsAsync(oid, cancellationToken);
        var (key, isUnique) = await KeyAsync(oid, table, config, columns, cancellationToken);
        var isStamped = kind is "r" or "p";
        return new(
            $"{table} t{(config.Where is { } where ? $"\nWHERE ({where}\n)" : "")}",
            IdOf(key),
            isStamped ? $"'x' || (SELECT system_identifier FROM pg_control_system()) || '.' || t.tableoid::text || '.' || t.xmin::text"
            : null,
            [.. config.Text.Select(name => TextOf(Find(columns, name, config.Template is null ? "text" : "template", table), table))],
            Optional(config.Title, "title"),
            Optional(config.TypeFrom, "typeFrom"),
            MetadataOf([.. config.Metadata.Select(name => Find(columns, name, "metadata", table))]),
            Optional(config.PriorityFrom, "priorityFrom"),
            Optional(config.UpdatedAt, "updatedAt"),
            KeyOf(key).WithIds,
            key is [{ Kind.IsComparable: true }] && isUnique && isStamped,
            isUnique && isStamped);

        string Optional(string? name, string setting) => name is null ? Nothing : $"t.{Find(columns, name, setting, table).Quoted}::text";
    }

    private async Task<RowQuery> FindColumnAsync(ColumnSourceConfig config, CancellationToken cancellationToken)
    {
        var (oid, table, _) = await TableAsync(config.Table, cancellationToken);
        var column = Find(await ColumnsAsync(oid, cancellationToken), config.Column, "column", table);
        var text = TextOf(column, table);
        var value = Trimmed(text);
        const string Hash = "encode(sha256(convert_to(t.value, 'UTF8')), 'hex')";
        return new(
            $"(SELECT DISTINCT {value} AS value FROM {table} t WHERE t.{column.Quoted} IS NOT NULL{(config.Where is { } where ? $" AND ({where}\n)" : "")}) t\nWHERE (t.value <> '')",
            Hash, null, ["t.value"], Nothing, Nothing, Nothing, Nothing, Nothing, $"{Hash} = ANY ($1)", IsIndexed: false, IsUnique: true);
    }

    private async Task<RowQuery> FindQueryAsync(QuerySourceConfig config, CancellationToken cancellationToken)
    {
        var from = $"(\n{config.Query}\n) t";
        var answers = new List<(string Name, uint Type)>();
        try
        {
            await using var command = SourceDatabase.Statement(connection, $"SELECT * FROM {from} LIMIT 0", []);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            for (var i = 0; i < reader.FieldCount; i++)
            {
                answers.Add((reader.GetName(i), reader.GetDataTypeOID(i)));
            }
        }
        catch (PostgresException e) when (!PostgresErrors.IsTransient(e)
            && e.SqlState is not (PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.InsufficientPrivilege))
        {
            throw new UsageException($"source '{source}': {place} can't run its query: {e.MessageText}{(e.Position > 0 ? FormattableString.Invariant($" (character {Math.Max(1, e.Position - "SELECT * FROM (\n".Length)})") : "")}", e);
        }

        var types = await ColumnTypes.OfAsync(connection, answers.Select(answer => answer.Type), cancellationToken);
        List<Column> columns = [.. answers.Select(
            answer => new Column(answer.Name, SqlQuote.Name(answer.Name), types[answer.Type], false))];
        const string Known = "id, text, type, title, metadata, priority, updated_at";
        if (columns.Find(column => !Known.Split(", ").Contains(column.Name)) is { } unknown)
        {
            throw Refused($"its query yields '{unknown.Name}', which means nothing here: it may yield {Known}; what is to be stored beside goes into metadata (jsonb_build_object('name', value))");
        }

        if (columns.GroupBy(column => column.Name).FirstOrDefault(group => group.Count() > 1) is { Key: var twice })
        {
            throw Refused($"its query yields '{twice}' twice: name each column once");
        }

        var id = Needed("id");
        return new(
            from, $"t.{id.Quoted}::text", null, [TextOf(Needed("text"), "its query")], Optional("title"), Optional("type"),
            Find("metadata") is { } metadata ? metadata.Type is "jsonb" or "json" ? "t.metadata::text"
            : throw Refused($"its query yields metadata of type {metadata.Type}: make it jsonb") : Nothing,
            Optional("priority"),
            Optional("updated_at"),
            KeyOf([id]).WithIds, IsIndexed: false, IsUnique: false);

        Column? Find(string name) => columns.Find(column => column.Name == name);

        Column Needed(string name) => Find(name) ?? throw Refused(
            $"its query yields no '{name}': SELECT ... AS id, ... AS text, and where wanted type, title, metadata, priority, updated_at");

        string Optional(string name) => Find(name) is null ? Nothing : $"t.{SqlQuote.Name(name)}::text";
    }

    private async Task<(uint Oid, string Table, string Kind)> TableAsync(string name, CancellationToken cancellationToken)
    {
        List<(uint Oid, string Table, string Kind)> found;
        try
        {
            found = await connection.RowsAsync(
                """
                SELECT c.oid, format('%I.%I', n.nspname, c.relname), c.relkind::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE c.oid = coalesce(to_regclass(quote_ident(@table)), to_regclass(@table)) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
                """,
                row => (row.GetFieldValue<uint>(0), row.GetString(1), row.GetString(2)), cancellationToken, ("table", name));
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.InvalidName or PostgresErrorCodes.SyntaxError)
        {
            found = [];
        }

        return found is [var table] ? table : throw Refused(
            $"there is no table or view '{Short(name)}' in {place}. Write schema.table, in double quotes where SQL wants them");
    }

    private async Task<List<Column>> ColumnsAsync(uint oid, CancellationToken cancellationToken) =>
        [.. (await ColumnTypes.OfTableAsync(connection, oid, cancellationToken)).Select(
            column => new Column(column.Name, column.Quoted, column.Type, column.IsNotNull))];

    /// <summary>Whether policies keep rows from this user: with row security off a statement that they would change is refused.</summary>
    private async Task<bool> IsHiddenAsync(RowQuery rows, CancellationToken cancellationToken)
    {
        const string Probe = "embsync_row_security";
        await connection.RunAsync($"SAVEPOINT {Probe}; SET LOCAL row_security = off", cancellationToken);
        try
        {
            await using var command = SourceDatabase.Statement(connection, $"SELECT 1 FROM {rows.From} LIMIT 0", []);
            await command.ExecuteNonQueryAsync(cancellationToken);
            return false;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege && e.MessageText.Contains(
            "row-level security", StringComparison.Ordinal))
        {
            return true;
        }
        finally
        {
            await connection.RunAsync($"ROLLBACK TO SAVEPOINT {Probe}", CancellationToken.None);
        }
    }

    private Task<List<(bool IsPrimary, string[] Columns)>> UniqueKeysAsync(uint oid, CancellationToken cancellationToken) =>
        connection.RowsAsync(
        """
        SELECT x.indisprimary, array_agg(a.attname::text ORDER BY k.position) FROM pg_index x
        CROSS JOIN LATERAL unnest(x.indkey::int2[]) WITH ORDINALITY k (number, position) JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.number
        WHERE x.indrelid = @oid::oid AND x.indisunique AND x.indisvalid AND x.indpred IS NULL AND x.indexprs IS NULL AND k.position <= x.indnkeyatts
        GROUP BY x.indexrelid, x.indisprimary
        """,
        row => (row.GetBoolean(0), row.GetFieldValue<string[]>(1)), cancellationToken, ("oid", (long)oid));

    private Column Find(List<Column> columns, string name, string setting, string table) => columns.Find(one => one.Name == name)
        ?? throw Refused($"{setting} names '{Short(name)}', and {table} has no such column: {Guess.ThereIs(name, columns.Select(one => one.Name))}");

    private string TextOf(Column column, string table) => column.Kind.Form switch
    {
        TextForm.One => $"t.{column.Quoted}::text",
        TextForm.Lines => $@"array_to_string(t.{column.Quoted}::text[], E'\n')",
        _ => throw Refused($"{column.Quoted} of {table} is of type {column.Type}, not text: name a column of text"),
    };

    /// <summary>What is beyond the bounds is at them: one row is no reason to read none.</summary>
    private static RowKey KeyOf(List<Column> key) =>
        RowKey.Of(key is [{ Kind.IsComparable: true } one] ? (one.Quoted, one.Type) : null, IdOf(key));

    /// <summary>Several columns: their values with a slash between, which is escaped where a value has one.</summary>
    private static string IdOf(List<Column> key) => key is [var one] ? $"t.{one.Quoted}::text"
        : "(" + string.Join(" || '/' || ", key.Select(column => $"replace(replace(t.{column.Quoted}::text, '%', '%25'), '/', '%2F')"))
            + ")";

    private static string Trimmed(string text) => $@"btrim({text}, E' \t\n\x0B\f\r')";

    /// <summary>
    /// Values of type json go as they were written: making jsonb of one that can't be would end the statement, and with it all rows.
    /// </summary>
    private static string MetadataOf(List<Column> columns) => columns.Count == 0 ? Nothing
        : $"{(columns.Exists(column => column.Kind.IsJson) ? "json" : "jsonb")}_build_object({string.Join(", ", columns.Select(column => $"{SqlQuote.Literal(column.Name)}, t.{column.Quoted}"))})::text";

    private static string Short(string name) => name.Length <= 80 ? name : name[..80] + "...";

    private UsageException Refused(string message) => new($"source '{source}': {message}");
}
