#pragma warning disable RS0030 // the Postgres store
using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Postgres;
using Npgsql;

namespace EmbSync.Core.Storage.Postgres;

/// <summary>The HNSW index of a generation: built once, after the first load, which costs a quarter of keeping it up meanwhile.</summary>
internal sealed class PostgresIndex(PostgresSql sql, VectorExtension extension, IndexConfig config)
{
    private const long MegaByte = 1024 * 1024;

    /// <summary>Names of the HNSW indexes over the generation.</summary>
    /// <exception cref="StoreException">One of them is INVALID.</exception>
    public async Task<IReadOnlyList<string>> FindAsync(
        NpgsqlConnection connection, StoredGeneration generation, PostgresPlace place, CancellationToken cancellationToken)
    {
        var found = await ListAsync(connection, generation, cancellationToken);
        return found.Find(index => !index.IsValid) is { Name: not null } broken
            ? throw new StoreException(
                $"{place}: the index {broken.Name} is INVALID, left by a build that was cut off: searches don't use it and writes still "
                    + "pay for it. Run 'embsync repair', which drops it and builds it anew.")
            : [.. found.Select(index => index.Name)];
    }

    /// <summary>There is none that searches use, and the table is large enough to need one.</summary>
    public async Task<bool> IsMissingAsync(NpgsqlConnection connection, StoredGeneration generation, CancellationToken cancellationToken) =>
        !(await ListAsync(connection, generation, cancellationToken)).Exists(index => index.IsValid) && await IsNeededAsync(
            connection, generation, cancellationToken);

    public async Task<bool> IsNeededAsync(NpgsqlConnection connection, StoredGeneration generation, CancellationToken cancellationToken) =>
        await CountAsync(connection, Table(generation), config.MinRows, cancellationToken) >= config.MinRows;

    /// <summary>What to set for the time of the build, and what then builds it.</summary>
    public async Task<(IReadOnlyList<string> Settings, string Statement)> StatementAsync(
        NpgsqlConnection connection, StoredGeneration generation, bool concurrently, CancellationToken cancellationToken)
    {
        var rows = await CountAsync(connection, Table(generation), long.MaxValue, cancellationToken);
        var bytes = rows * (VectorCodec.Size(generation.Vectors, generation.Value.Signature.Dimension) + 730L);
        // The need was measured; too little takes 2.5 times as long.
        var memory = config.BuildMemory is { } set ? Math.Max(1, set / MegaByte) : Math.Clamp(bytes / MegaByte, 64, 1024);
        List<string> settings = [FormattableString.Invariant($"maintenance_work_mem = '{memory}MB'")];
        if (!extension.HasParallelBuild)
        {
            settings.Add("max_parallel_maintenance_workers = 0");
        }

        return (settings, FormattableString.Invariant($"""
            CREATE INDEX {(concurrently ? "CONCURRENTLY " : "")}{generation.Table}_hnsw ON {Table(generation)}
                USING hnsw (embedding {extension.Schema}.{PostgresSql.NameOf(generation.Vectors)}_cosine_ops) WITH (m = {config.M}, ef_construction = {config.EfConstruction})
            """));
    }

    public string Analyze(StoredGeneration generation) =>
        $"ANALYZE {Table(generation)}; ANALYZE {sql.Schema}.chunk; ANALYZE {sql.Schema}.item";

    public string Table(StoredGeneration generation) => $"{sql.Schema}.{generation.Table}";

    public string Name(StoredGeneration generation) => $"{Table(generation)}_hnsw";

    private Task<List<(string Name, bool IsValid)>> ListAsync(NpgsqlConnection connection, StoredGeneration generation,
        CancellationToken cancellationToken) => connection.RowsAsync(
        """
        SELECT x.indexrelid::regclass::text, x.indisvalid FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid JOIN pg_am a ON a.oid = c.relam
        WHERE x.indrelid = to_regclass(@table) AND a.amname = 'hnsw'
        """,
        row => (row.GetString(0), row.GetBoolean(1)), cancellationToken, ("table", Table(generation)));

    private static async Task<long> CountAsync(NpgsqlConnection connection, string table, long atMost,
        CancellationToken cancellationToken) =>
        await connection.ScalarAsync<long>(
            $"SELECT count(*) FROM (SELECT FROM {table} LIMIT @most) t", cancellationToken, ("most", atMost));
}
