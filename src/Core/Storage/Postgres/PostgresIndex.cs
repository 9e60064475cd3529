#pragma warning disable RS0030 // the Postgres store
using EmbSync.Core.Model;
using Npgsql;

namespace EmbSync.Core.Storage.Postgres;

/// <summary>The HNSW index of a generation: built once, after the first load, which costs a quarter of keeping it up meanwhile.</summary>
internal sealed class PostgresIndex(PostgresSql sql, VectorExtension extension)
{
    /// <summary>Below it an exact scan takes a millisecond or two, as long as the index would, and is exact.</summary>
    public const int MinRows = 1_000;

    private const long MegaByte = 1024 * 1024;

    /// <summary>pgvector's defaults; more of either costs build time and gains little recall at these sizes.</summary>
    private const string Options = "m = 16, ef_construction = 64";

    /// <summary>Answers whether an index was built.</summary>
    /// <exception cref="StoreException">There is one that a broken build left behind.</exception>
    public async Task<bool> EnsureAsync(NpgsqlConnection connection, StoredGeneration generation, PostgresPlace place, CancellationToken cancellationToken)
    {
        var table = $"{sql.Schema}.{generation.Table}";
        var found = await connection.RowsAsync(
            """
            SELECT x.indexrelid::regclass::text, x.indisvalid FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid JOIN pg_am a ON a.oid = c.relam
            WHERE x.indrelid = to_regclass(@table) AND a.amname = 'hnsw'
            """,
            row => (Name: row.GetString(0), IsValid: row.GetBoolean(1)), cancellationToken, ("table", table));
        if (found.Find(index => !index.IsValid) is { Name: not null } broken)
        {
            throw new StoreException(
                $"{place}: the index {broken.Name} is INVALID, left by a build that was cut off: searches don't use it and writes still "
                    + $"pay for it. Run 'DROP INDEX CONCURRENTLY {broken.Name}', then 'embsync sync', which builds it anew.");
        }

        if (found.Count > 0 || await CountAsync(connection, table, MinRows, cancellationToken) < MinRows)
        {
            return false;
        }

        await BuildAsync(connection, generation, table, cancellationToken);
        return true;
    }

    private async Task BuildAsync(NpgsqlConnection connection, StoredGeneration generation, string table, CancellationToken cancellationToken)
    {
        var rows = await CountAsync(connection, table, long.MaxValue, cancellationToken);
        var bytes = rows * (VectorCodec.Size(generation.Vectors, generation.Value.Signature.Dimension) + 730L);
        var memory = Math.Clamp(bytes / MegaByte, 64, 1024); // measured need; too little takes 2.5 times as long
        await using var build = connection.Command(FormattableString.Invariant($"""
            SET LOCAL maintenance_work_mem = '{memory}MB';
            {(extension.HasParallelBuild ? "" : "SET LOCAL max_parallel_maintenance_workers = 0;")}
            CREATE INDEX {generation.Table}_hnsw ON {table}
                USING hnsw (embedding {extension.Schema}.{PostgresSql.NameOf(generation.Vectors)}_cosine_ops) WITH ({Options});
            ANALYZE {table}; ANALYZE {sql.Schema}.chunk; ANALYZE {sql.Schema}.item;
            """));
        build.CommandTimeout = 0; // a million rows take minutes
        await build.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<long> CountAsync(NpgsqlConnection connection, string table, long atMost, CancellationToken cancellationToken) =>
        await connection.ScalarAsync<long>($"SELECT count(*) FROM (SELECT FROM {table} LIMIT @most) t", cancellationToken, ("most", atMost));
}
