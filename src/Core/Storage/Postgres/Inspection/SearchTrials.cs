#pragma warning disable RS0030 // the Postgres store
using System.Text.Json;
using EmbSync.Core.Postgres;
using EmbSync.Core.Storage.Inspection;
using Npgsql;

namespace EmbSync.Core.Storage.Postgres.Inspection;

/// <summary>Searches a column as its queries would, with the vector of one of its rows: which plan, and how long.</summary>
internal sealed class SearchTrials(NpgsqlConnection connection, ExtensionFacts extension, TimeProvider clock)
{
    private const int Runs = 5;

    /// <summary>A search this slow isn't repeated: it burdens the server, and a second one says nothing new.</summary>
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(2);

    /// <summary>
    /// By the operator that queries use. An index that no query ever used is tried only where it serves that operator: a trial must not
    /// make it look used. Null when no row has a vector that the query can use.
    /// </summary>
    /// <param name="symbol">The operator that queries use.</param>
    public async Task<SearchTrial?> TryAsync(
        CatalogColumn column, ColumnValues values, IReadOnlyList<VectorIndex> indexes, string symbol, CancellationToken cancellationToken)
    {
        if (values.Dimensions.Count == 0)
        {
            return null;
        }

        var index = indexes.Where(one => one.IsValid && one.IsOfVectors && (one.Operator == symbol || one.Scans > 0))
            .OrderByDescending(one => one.Operator == symbol).ThenByDescending(one => one.Method == "hnsw").FirstOrDefault();
        if (index is null && values.Dimensions.Count > 1)
        {
            return new(symbol, null, false, null, "vectors of several dimensions can't be compared");
        }

        var key = index?.Key ?? column.Sql;
        var type = index?.KeyType ?? $"{extension.Schema}.{column.Type}";
        var condition = index?.Condition is { } predicate ? $" AND ({predicate})" : "";
        var sample = await connection.ScalarAsync<string>(
            $"SELECT {InspectionSql.Mark} ({key})::text FROM {column.Table.Sql} WHERE {column.Sql} IS NOT NULL AND {extension.Schema}.{Norm(column)}({column.Sql}) > 0{condition} LIMIT 1",
            cancellationToken);
        if (sample is null)
        {
            return null;
        }

        symbol = index?.Operator ?? symbol;
        var search = $"SELECT {InspectionSql.Mark} ctid FROM {column.Table.Sql} WHERE {column.Sql} IS NOT NULL{condition}"
            + $" ORDER BY {key} OPERATOR({extension.Schema}.{symbol}) {SqlQuote.Literal(sample)}::{type} LIMIT 10";
        var chosen = await PlannedAsync(search, indexes, cancellationToken);
        await connection.RunAsync(
            "SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off", cancellationToken);
        var usable = await PlannedAsync(search, indexes, cancellationToken);
        await connection.RunAsync(
            "SET LOCAL enable_seqscan TO DEFAULT; SET LOCAL enable_sort TO DEFAULT; SET LOCAL enable_bitmapscan TO DEFAULT",
            cancellationToken);
        return new(symbol, chosen, usable is not null, await MedianAsync(search, cancellationToken), null);
    }

    private static string Norm(CatalogColumn column) => column.Type == "vector" ? "vector_norm" : "l2_norm";

    private async Task<string?> PlannedAsync(string search, IReadOnlyList<VectorIndex> indexes, CancellationToken cancellationToken)
    {
        var plan = await connection.ScalarAsync<string>($"EXPLAIN (FORMAT JSON) {search}", cancellationToken);
        using var document = JsonDocument.Parse(plan ?? "[]");
        return IndexNames(document.RootElement).FirstOrDefault(name => indexes.Any(index => index.Name.Name == name));
    }

    private static IEnumerable<string> IndexNames(JsonElement node) => node.ValueKind switch
    {
        JsonValueKind.Array => node.EnumerateArray().SelectMany(IndexNames),
        JsonValueKind.Object => node.EnumerateObject().SelectMany(member =>
            member.NameEquals("Index Name") && member.Value.GetString() is { } name ? [name] : IndexNames(member.Value)),
        _ => [],
    };

    /// <summary>Milliseconds; the first run warms up and doesn't count, unless it takes so long that nothing else matters.</summary>
    private async Task<double> MedianAsync(string search, CancellationToken cancellationToken)
    {
        var times = new List<double>();
        for (var run = 0; run <= Runs; run++)
        {
            var begun = clock.GetTimestamp();
            await connection.RowsAsync(search, row => row.GetValue(0), cancellationToken);
            var taken = clock.GetElapsedTime(begun);
            if (run > 0 || taken > LongEnough)
            {
                times.Add(taken.TotalMilliseconds);
            }

            if (taken > LongEnough)
            {
                break;
            }
        }

        times.Sort();
        return Math.Round(times[times.Count / 2], 1);
    }
}
