namespace EmbSync.Core.Storage.Postgres.Inspection;

/// <summary>
/// Every question to the catalog. All run with an empty search_path, so that what the server prints as SQL names its schemas. Each carries
/// a mark, so that the server's record of statements can be read without embsync's own.
/// </summary>
internal static class InspectionSql
{
    /// <summary>Stands in every statement of an inspection that reads a table.</summary>
    public const string Mark = "/* embsync doctor */";

    public const string Server = """
        SELECT current_setting('server_version'), current_setting('server_encoding'),
            pg_is_in_recovery() OR current_setting('default_transaction_read_only') = 'on', current_setting('is_superuser') = 'on',
            (SELECT stats_reset FROM pg_stat_database WHERE datname = current_database()),
            (SELECT bool_or(v.trusted) FROM pg_available_extension_versions v WHERE v.name = 'vector')
                AND has_database_privilege(current_database(), 'CREATE')
        """;

    public const string Extension = """
        SELECT e.extversion, quote_ident(n.nspname), a.default_version, coalesce(pg_has_role(e.extowner, 'USAGE'), false)
        FROM (SELECT) one LEFT JOIN pg_extension e ON e.extname = 'vector' LEFT JOIN pg_namespace n ON n.oid = e.extnamespace
        LEFT JOIN pg_available_extensions a ON a.name = 'vector'
        """;

    /// <summary>Views show other tables' columns and are left out; so are temporary tables.</summary>
    public const string Columns = """
        SELECT c.oid::bigint, n.nspname, c.relname, a.attname, t.typname, a.atttypmod, c.relkind = 'p', pg_get_userbyid(c.relowner)::text,
            pg_has_role(c.relowner, 'USAGE'),
            has_schema_privilege(n.oid, 'USAGE') AND has_column_privilege(c.oid, a.attnum, 'SELECT'),
            c.reltuples::bigint, c.relispopulated, c.relrowsecurity AND row_security_active(c.oid), quote_ident(a.attname), a.attnum::int
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_type t ON t.oid = a.atttypid
        JOIN pg_extension e ON e.extname = 'vector' AND e.extnamespace = t.typnamespace
        WHERE t.typname IN ('vector', 'halfvec', 'sparsevec') AND c.relkind IN ('r', 'p', 'm') AND NOT a.attisdropped
            AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
            AND (@schema::text IS NULL OR n.nspname = @schema) AND (@table::text IS NULL OR c.relname = @table)
        ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C", a.attnum
        """;

    /// <summary>Indexes over a column or an expression of it, of methods that order by distance.</summary>
    public const string Indexes = """
        SELECT n.nspname, i.relname, am.amname, oc.opcname, o.oprname, pg_get_indexdef(x.indexrelid, 1, true),
            format_type(ia.atttypid, ia.atttypmod), pg_get_expr(x.indpred, x.indrelid), coalesce(array_to_string(i.reloptions, ', '), ''),
            x.indisvalid AND x.indisready,
            EXISTS (SELECT FROM pg_locks l WHERE l.locktype = 'relation' AND l.relation = x.indrelid AND l.granted
                AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
                AND l.mode IN ('ShareUpdateExclusiveLock', 'ShareLock', 'AccessExclusiveLock')
                AND coalesce((SELECT a.backend_type FROM pg_stat_activity a WHERE a.pid = l.pid), '') <> 'autovacuum worker'),
            pg_relation_size(i.oid), coalesce(s.idx_scan, 0), EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = i.oid)
        FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_namespace n ON n.oid = i.relnamespace JOIN pg_am am ON am.oid = i.relam
        JOIN pg_opclass oc ON oc.oid = x.indclass[0] JOIN pg_attribute ia ON ia.attrelid = i.oid AND ia.attnum = 1
        JOIN pg_amop ao ON ao.amopfamily = oc.opcfamily AND ao.amoppurpose = 'o' JOIN pg_operator o ON o.oid = ao.amopopr
        LEFT JOIN pg_stat_all_indexes s ON s.indexrelid = i.oid
        WHERE x.indrelid = @table::oid AND i.relkind = 'i' AND EXISTS (
            SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = i.oid AND d.refclassid = 'pg_class'::regclass
                AND d.refobjid = x.indrelid AND d.refobjsubid = @column)
        ORDER BY n.nspname COLLATE "C", i.relname COLLATE "C"
        """;

    /// <summary>Tables without a vector column, with their columns of text.</summary>
    public const string TextTables = """
        SELECT c.oid::bigint, n.nspname, c.relname, c.reltuples::bigint,
            ARRAY(SELECT quote_ident(a.attname) FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
                WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND t.typcategory = 'S' AND has_column_privilege(c.oid, a.attnum, 'SELECT')
                ORDER BY a.attnum),
            has_schema_privilege(n.oid, 'USAGE')
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'm') AND NOT c.relispartition AND c.relispopulated AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
            AND (@schema::text IS NULL OR n.nspname = @schema) AND (@table::text IS NULL OR c.relname = @table)
            AND NOT EXISTS (SELECT FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
                WHERE a.attrelid = c.oid AND NOT a.attisdropped AND t.typname IN ('vector', 'halfvec', 'sparsevec'))
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
        ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
        """;

    public const string HnswNames = """
        SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relname LIKE '%\_hnsw%'
        """;

    /// <summary>Where an extension of that name records statements; its schema, quoted.</summary>
    public const string StatementRecord = """
        SELECT quote_ident(n.nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_stat_statements'
        """;

    /// <param name="schema">Quoted.</param>
    public static string Statements(string schema) => $"""
        SELECT query, calls FROM {schema}.pg_stat_statements WHERE dbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
            AND query ~* 'order\s+by' AND query NOT LIKE '%{Mark}%' AND query ~ '<=>|<->|<#>|<[+]>'
        """;

    /// <summary>Schemas that embsync made.</summary>
    public const string Stores = """
        SELECT n.nspname FROM pg_namespace n WHERE has_schema_privilege(n.oid, 'USAGE') AND 6 = (
            SELECT count(*) FROM pg_class c WHERE c.relnamespace = n.oid AND c.relkind = 'r'
                AND c.relname IN ('schema_version', 'meta', 'generation', 'chunk', 'item', 'writer'))
            AND EXISTS (SELECT FROM pg_class g JOIN pg_attribute a ON a.attrelid = g.oid
                WHERE g.relnamespace = n.oid AND g.relname = 'generation' AND a.attname = 'fingerprint')
        ORDER BY n.nspname COLLATE "C"
        """;

    /// <param name="norm">Function for the length of a vector.</param>
    public static string Values(string table, string column, string norm, string sample) => $"""
        SELECT {Mark} count(*), count(v), count(*) FILTER (WHERE n = 0), count(*) FILTER (WHERE n::text IN ('NaN', 'Infinity')),
            count(*) FILTER (WHERE n > 0 AND abs(n - 1) > 0.01 AND n::text NOT IN ('NaN', 'Infinity'))
        FROM (SELECT {column} AS v, {norm}({column}) AS n FROM {table}{sample}) s
        """;

    public static string Counts(string table, string column) => $"SELECT {Mark} count(*), count({column}) FROM {table}";

    public static string Dimensions(string table, string column, string dimension, string sample) => $"""
        SELECT {Mark} {dimension}, count(*) FROM {table}{sample} WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20
        """;
}
