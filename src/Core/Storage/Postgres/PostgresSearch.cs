#pragma warning disable RS0030 // the Postgres store
using EmbSync.Core.Configuration;
using EmbSync.Core.Postgres;
using EmbSync.Core.Storage.Sqlite;
using Npgsql;

namespace EmbSync.Core.Storage.Postgres;

/// <summary>
/// Two ways to the nearest items. Few candidates after the filter: exact distances over them. Many: the HNSW index first, which finds
/// chunks
/// near the query, then the best of each item; where that yields too few items, more chunks, and in the end the exact way. So an
/// answer is short only when there is no more.
/// </summary>
internal sealed class PostgresSearch(
    PostgresDatabase database, NpgsqlConnection connection, VectorExtension extension, IndexConfig index, StoredGeneration generation,
    SearchQuery query)
{
    /// <summary>
    /// Chunks after the filter up to which comparing all is faster than the index and finds all (measured: 2,000 to 5,000).
    /// </summary>
    public const int FewChunks = 2_000;

    /// <summary>Chunks asked of the index at most, in growing steps; beyond it comparing all is as fast.</summary>
    private const int MostFromIndex = 10_000;

    private readonly string s = database.Sql.Schema;
    private readonly List<(string Name, object? Value)> values = [("limit", query.Limit),
        ("query", new Pgvector.Vector(query.Vector.ToArray()).ToString())];

    public async Task<IReadOnlyList<SearchHit>> RunAsync(CancellationToken cancellationToken)
    {
        if (VectorCodec.Fault(VectorType.Vector, query.Vector.Span, generation.Value.Signature.Dimension) is { } fault)
        {
            throw StoreRefusals.NotAQuery(fault, generation);
        }

        var filter = Filter();
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        await connection.RunAsync("SET LOCAL work_mem = '64MB'; SET LOCAL jit = off", cancellationToken);
        if (await connection.ScalarAsync<long>(CountFew(filter), cancellationToken, [.. values]) > FewChunks)
        {
            for (var rows = Math.Max(30, 3 * query.Limit); rows <= MostFromIndex; rows *= 4)
            {
                await connection.RunAsync(IndexSettings(rows), cancellationToken);
                var found = await connection.RowsAsync(ByIndex(filter), Hit, cancellationToken, [.. values, ("rows", rows)]);
                if (found.Count == query.Limit)
                {
                    return found;
                }
            }
        }

        return await connection.RowsAsync(Exact(filter), Hit, cancellationToken, [.. values]);
    }

    private string Distance => $"v.embedding {extension.Distance} (@query::text::{extension.TypeOf(generation.Vectors)})";

    private string CountFew(string filter) => FormattableString.Invariant($"""
        SELECT count(*) FROM (SELECT FROM {s}.chunk c JOIN {s}.item i ON i.source = c.source AND i.id = c.item {filter} LIMIT {FewChunks + 1}) few
        """);

    private string IndexSettings(int rows) =>
        FormattableString.Invariant($"SET LOCAL hnsw.ef_search = {Math.Clamp(Math.Max(rows, index.EfSearch), 1, 1_000)}")
        + (extension.HasIterativeScan ? "; SET LOCAL hnsw.iterative_scan = relaxed_order" : "");

    private string ByIndex(string filter) => $"""
        WITH near AS MATERIALIZED (
            SELECT c.source, c.item, c.seq, {Distance} AS distance
            FROM {s}.{generation.Table} v JOIN {s}.chunk c ON c.hash = v.hash JOIN {s}.item i ON i.source = c.source AND i.id = c.item
            {filter}
            ORDER BY {Distance} LIMIT @rows)
        {BestOf("near")}
        """;

    private string Exact(string filter) => $"""
        WITH few AS MATERIALIZED (
            SELECT c.source, c.item, c.seq, c.hash FROM {s}.chunk c JOIN {s}.item i ON i.source = c.source AND i.id = c.item
            {filter}),
        scored AS MATERIALIZED (
            SELECT few.source, few.item, few.seq, {Distance} AS distance FROM few JOIN {s}.{generation.Table} v ON v.hash = few.hash)
        {BestOf("scored")}
        """;

    /// <summary>One chunk an item, then the details of the hits only.</summary>
    private string BestOf(string chunks) => $"""
        , best AS (
            SELECT * FROM (SELECT DISTINCT ON (source, item) * FROM {chunks} ORDER BY source, item, distance, seq) one
            ORDER BY distance, source, item LIMIT @limit)
        SELECT best.source, best.item, best.seq, c.hash, i.title, i.path, 1 - best.distance, c.heading, c.start_line, c.end_line, c.text, i.metadata::text
        FROM best JOIN {s}.item i ON i.source = best.source AND i.id = best.item
            JOIN {s}.chunk c ON c.source = best.source AND c.item = best.item AND c.seq = best.seq
        ORDER BY best.distance, best.source, best.item
        """;

    /// <summary>Only the conditions that are set, so that each search gets a plan of its own.</summary>
    private string Filter()
    {
        List<string> conditions = [];
        if (query.Source is { } source)
        {
            conditions.Add($"i.source = @{Add(source)}");
        }

        if (query.Type is { } type)
        {
            conditions.Add($"i.type = @{Add(type)}");
        }

        // Containment alone uses the GIN index; ->> misleads the planner (194 ms against 2).
        conditions.AddRange(new MetadataFilter(query.Where).ContainedForms().Select(forms =>
            "(" + string.Join(" OR ", forms.Select(form => $"i.metadata @> @{Add(form)}::jsonb")) + ")"));
        return conditions.Count == 0 ? "" : "WHERE " + string.Join(" AND ", conditions);
    }

    private string Add(string value)
    {
        var name = FormattableString.Invariant($"p{values.Count}");
        values.Add((name, value));
        return name;
    }

    private static SearchHit Hit(NpgsqlDataReader row) => new(
        new(row.GetString(0), row.GetString(1)), row.GetInt32(2), row.Hash(3), row.GetString(4), row.TextOf(5), row.GetDouble(6),
        row.GetString(7), row.GetInt32(8), row.GetInt32(9), row.TextOf(10), PostgresRows.Canonical(row.GetString(11)));
}
