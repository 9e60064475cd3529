#pragma warning disable RS0030 // the Postgres store
using EmbSync.Core.Configuration;
using EmbSync.Core.Postgres;
using Npgsql;

namespace EmbSync.Core.Storage.Postgres;

/// <summary>The tables, as steps that are applied forward and never changed once released.</summary>
internal static class PostgresSchema
{
    /// <summary>Version that has <c>item.remarks</c>: only who writes migrates, and an older store is read as it is.</summary>
    public const int WithRemarks = 4;

    /// <summary>
    /// Step n makes version n + 1 out of version n; <c>{s}</c> is the schema. Ids sort by bytes, as the engine sorts them.
    /// </summary>
    public static readonly IReadOnlyList<string> Steps =
    [
        """
        CREATE TABLE {s}.meta (
            id int PRIMARY KEY CHECK (id = 1), project text NOT NULL, revision bigint NOT NULL);

        CREATE TABLE {s}.source (
            name text COLLATE "C" PRIMARY KEY, commit text, pipeline text NOT NULL);

        CREATE TABLE {s}.item (
            source text COLLATE "C" NOT NULL, id text COLLATE "C" NOT NULL, type text COLLATE "C" NOT NULL, title text NOT NULL, path text,
            version text NOT NULL, pipeline text NOT NULL, metadata jsonb NOT NULL, priority int NOT NULL, updated_at timestamptz NOT NULL,
            content_digest bytea NOT NULL, record_digest bytea NOT NULL, chunks int NOT NULL,
            PRIMARY KEY (source, id)) WITH (fillfactor = 85);
        CREATE INDEX item_metadata ON {s}.item USING gin (metadata jsonb_path_ops);

        CREATE TABLE {s}.chunk (
            source text COLLATE "C" NOT NULL, item text COLLATE "C" NOT NULL, seq int NOT NULL, hash bytea NOT NULL, heading text NOT NULL,
            start_line int NOT NULL, end_line int NOT NULL, text text,
            PRIMARY KEY (source, item, seq),
            FOREIGN KEY (source, item) REFERENCES {s}.item (source, id) ON DELETE CASCADE) WITH (fillfactor = 85);
        CREATE INDEX chunk_hash ON {s}.chunk (hash);

        CREATE TABLE {s}.generation (
            id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, space text NOT NULL, provider text NOT NULL, model text NOT NULL, dimension int NOT NULL,
            role_rules text NOT NULL, fingerprint text NOT NULL, vectors text NOT NULL, state text NOT NULL,
            created_at timestamptz NOT NULL, activated_at timestamptz, UNIQUE (space, fingerprint));
        CREATE UNIQUE INDEX generation_active ON {s}.generation (space) WHERE state = 'active';
        CREATE UNIQUE INDEX generation_building ON {s}.generation (space) WHERE state = 'building';

        CREATE TABLE {s}.writer (
            space text NOT NULL, role text NOT NULL, epoch bigint NOT NULL, PRIMARY KEY (space, role));
        INSERT INTO {s}.writer VALUES ('*', 'writer', 0);

        CREATE TABLE {s}.work (
            generation int NOT NULL, hash bytea NOT NULL, attempts int NOT NULL DEFAULT 0, token bigint NOT NULL DEFAULT 0, worker text,
            lease_until timestamptz NOT NULL DEFAULT '-infinity', PRIMARY KEY (generation, hash));
        CREATE INDEX work_lease ON {s}.work (generation, lease_until);

        CREATE TABLE {s}.run (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, command text NOT NULL, status text NOT NULL, items_total int NOT NULL,
            items_processed int NOT NULL, tokens bigint NOT NULL, cost numeric, error text, commit text, started_at timestamptz NOT NULL,
            completed_at timestamptz, details json NOT NULL);
        """,
        """
        ALTER TABLE {s}.generation ADD COLUMN retired_at timestamptz, ADD COLUMN pinned boolean NOT NULL DEFAULT false;
        UPDATE {s}.generation SET retired_at = now() WHERE state = 'retired';
        """,
        """
        ALTER TABLE {s}.work ADD COLUMN text text, ADD COLUMN source text, ADD COLUMN item text, ADD COLUMN place bigint;
        DROP INDEX {s}.work_lease;
        CREATE INDEX work_lease ON {s}.work (generation, lease_until, place);
        """,
        """
        ALTER TABLE {s}.item ADD COLUMN remarks text;
        CREATE INDEX item_remarks ON {s}.item (source) WHERE remarks IS NOT NULL;
        """,
    ];

    /// <summary>
    /// PLAIN keeps a vector in its row: searches and COPY then don't go through TOAST (COPY 2.8 times, exact scans 4 times as fast). No
    /// statistics: ANALYZE would read every vector for nothing.
    /// </summary>
    public static string VectorTable(string schema, VectorExtension extension, StoredGeneration generation) => FormattableString.Invariant($"""
        CREATE TABLE IF NOT EXISTS {schema}.{generation.Table} (
            hash bytea PRIMARY KEY, embedding {extension.TypeOf(generation.Vectors)}({generation.Value.Signature.Dimension}) NOT NULL, tokens int NOT NULL,
            created_at timestamptz NOT NULL);
        ALTER TABLE {schema}.{generation.Table} ALTER COLUMN embedding SET STORAGE PLAIN, ALTER COLUMN embedding SET STATISTICS 0;
        """);

    /// <summary>Most numbers that an HNSW index takes, and that fit a row with PLAIN.</summary>
    public static int MaxDimension(VectorType vectors) => vectors == VectorType.HalfVec ? 4_000 : 2_000;

    /// <summary>Version of the schema in the database; 0 when there is none yet.</summary>
    public static async Task<int> VersionAsync(NpgsqlConnection connection, PostgresSql sql, CancellationToken cancellationToken) =>
        await connection.ScalarAsync<bool>(
            "SELECT to_regclass(@table) IS NOT NULL", cancellationToken, ("table", $"{sql.Schema}.schema_version"))
            ? await connection.ScalarAsync<int>($"SELECT coalesce(max(version), 0) FROM {sql.Schema}.schema_version", cancellationToken)
            : 0;

    /// <summary>Applies the steps that are missing, all or none of them, one process at a time.</summary>
    public static async Task MigrateAsync(
        NpgsqlConnection connection, PostgresDatabase database, IReadOnlyList<string> steps, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var s = database.Sql.Schema;
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.RunAsync(
            "SELECT pg_advisory_xact_lock(@key)", cancellationToken, ("key", PostgresLock.Key(database.Place, "migration")));
        var version = await VersionAsync(connection, database.Sql, cancellationToken);
        if (version == 0)
        {
            // CREATE SCHEMA IF NOT EXISTS asks for the right to create even where the schema is there, made by an administrator.
            if (!await connection.ScalarAsync<bool>(
                "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = @schema)", cancellationToken, ("schema", database.Place.Schema)))
            {
                await connection.RunAsync($"CREATE SCHEMA {s}", cancellationToken);
            }

            await connection.RunAsync(
                $"CREATE TABLE {s}.schema_version (version int PRIMARY KEY, applied_at timestamptz NOT NULL)", cancellationToken);
        }

        for (var next = version + 1; next <= steps.Count; next++)
        {
            await connection.RunAsync(steps[next - 1].Replace("{s}", s, StringComparison.Ordinal), cancellationToken);
            await connection.RunAsync(
                $"INSERT INTO {s}.schema_version VALUES (@version, @at)", cancellationToken, ("version", next), ("at", clock.Now()));
        }

        await transaction.CommitAsync(cancellationToken);
    }
}
