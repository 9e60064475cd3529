#pragma warning disable RS0030 // the Postgres store
using System.Globalization;
using EmbSync.Core.Configuration;
using EmbSync.Core.Postgres;

namespace EmbSync.Core.Storage.Postgres;

/// <summary>
/// Recall of an HNSW index at k: the share of the k exact nearest that it finds. Queries are stored vectors, spread over the hashes, which
/// have
/// nothing to do with where a vector lies.
/// </summary>
internal sealed class PostgresRecall(PostgresDatabase database, VectorExtension extension, IndexConfig config)
{
    /// <summary>Distances of halfvec differ in the last places between the two plans: as near as that is as near.</summary>
    private const double Tie = 1e-6;

    /// <summary>Null where no index serves the search: then every vector is compared.</summary>
    public async Task<RecallSample?> MeasureAsync(StoredGeneration generation, RecallRequest request, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        if ((await new PostgresIndex(database.Sql, extension, config).FindAsync(connection, generation, database.Place, cancellationToken))
            .Count == 0)
        {
            return null;
        }

        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        await connection.RunAsync(string.Create(CultureInfo.InvariantCulture,
            $"SET LOCAL jit = off; SET LOCAL hnsw.ef_search = {config.EfSearch}"), cancellationToken);
        var table = $"{database.Sql.Schema}.{generation.Table}";
        var random = new Random(request.Seed);
        var (found, wanted, queries) = (0, 0, 0);
        for (; queries < request.Queries; queries++)
        {
            var from = new byte[Model.ContentHash.Size];
            random.NextBytes(from);
            var query = await connection.ScalarAsync<string>(
                $"SELECT embedding::text FROM (SELECT embedding, hash FROM {table} WHERE hash >= @from ORDER BY hash LIMIT 1) near "
                    + $"UNION ALL SELECT embedding::text FROM (SELECT embedding FROM {table} ORDER BY hash LIMIT 1) first LIMIT 1",
                cancellationToken, ("from", from));
            if (query is null)
            {
                return null;
            }

            var byIndex = await NearestAsync("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = on");
            var exact = await NearestAsync("SET LOCAL enable_seqscan = on; SET LOCAL enable_indexscan = off");
            wanted += exact.Count;
            found += exact.Count == 0 ? 0 : Math.Min(exact.Count, byIndex.Count(distance => distance <= exact[^1] + Tie));

            async Task<List<double>> NearestAsync(string planner)
            {
                await connection.RunAsync(planner, cancellationToken);
                return await connection.RowsAsync(
                    $"SELECT embedding {extension.Distance} (@query::text::{extension.TypeOf(generation.Vectors)}) AS distance FROM {table} ORDER BY 1 LIMIT @nearest",
                    row => row.GetDouble(0), cancellationToken, ("query", query), ("nearest", request.Nearest));
            }
        }

        return new(wanted == 0 ? 1 : (double)found / wanted, queries, request.Nearest, config.EfSearch);
    }
}
