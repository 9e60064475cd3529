#pragma warning disable RS0030 // the SQLite store
using System.Numerics.Tensors;
using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using Microsoft.Data.Sqlite;

namespace EmbSync.Core.Storage.Sqlite;

/// <summary>Exact search: every vector that the filters leave is read and compared, row by row, in memory for the hits only.</summary>
internal static class SqliteSearch
{
    public static IReadOnlyList<SearchHit> Run(
        SqliteConnection connection, StoredGeneration generation, SearchQuery query, CancellationToken cancellationToken)
    {
        if (VectorCodec.Fault(VectorType.Vector, query.Vector.Span, generation.Value.Signature.Dimension) is { } fault)
        {
            throw StoreRefusals.NotAQuery(fault, generation);
        }

        return [.. Scan(connection, generation, query, cancellationToken).Select(
            hit => Hit(connection, hit.Chunk, hit.Score, cancellationToken))];
    }

    private static IReadOnlyList<(long Chunk, double Score)> Scan(
        SqliteConnection connection, StoredGeneration generation, SearchQuery query, CancellationToken cancellationToken)
    {
        var filter = new MetadataFilter(query.Where);
        connection.CreateFunction<string, bool>("embsync_matches", filter.Matches, isDeterministic: true);
        using var command = connection.Command(
            SqliteSql.Scan(generation.Value.Id, query.Source is not null, query.Type is not null, !filter.IsEmpty),
            ("$source", query.Source), ("$type", query.Type));
        using var reader = command.ExecuteReader();
        var nearest = new NearestItems<long>(query.Limit);
        var numbers = new float[query.Vector.Length];
        var item = -1L;
        while (reader.Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var bytes = reader.Bytes(2);
            if (bytes.Length != VectorCodec.Size(generation.Vectors, numbers.Length))
            {
                throw new StoreException(
                    $"{connection.DataSource} holds a vector of {bytes.Length} bytes in {generation}, which has another length: the file is "
                        + "damaged. Restore it, or move it away and run 'embsync sync' to build a new one.");
            }

            VectorCodec.Decode(generation.Vectors, bytes, numbers);
            nearest.Offer(reader.GetInt64(0), TensorPrimitives.CosineSimilarity(query.Vector.Span, numbers), reader.GetInt64(1) != item);
            item = reader.GetInt64(1);
        }

        return nearest.Take();
    }

    private static SearchHit Hit(SqliteConnection connection, long chunk, double score, CancellationToken cancellationToken) =>
        connection.Rows(
        SqliteSql.Hit,
        row => new SearchHit(
            new(row.GetString(0), row.GetString(1)), row.GetInt32(2), row.Hash(3), row.GetString(4), row.TextOf(5), score,
            row.GetString(6), row.GetInt32(7), row.GetInt32(8), row.TextOf(9), row.GetString(10)),
        cancellationToken,
        ("$row", chunk)).Single();
}
