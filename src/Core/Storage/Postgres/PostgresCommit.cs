#pragma warning disable RS0030 // the Postgres store
using EmbSync.Core.Model;
using EmbSync.Core.Postgres;
using EmbSync.Core.Storage.Sqlite;
using Npgsql;
using NpgsqlTypes;

namespace EmbSync.Core.Storage.Postgres;

/// <summary>The rows of one batch, inside the writer's transaction. Every method answers how many rows really changed.</summary>
internal sealed class PostgresCommit(
    NpgsqlConnection connection, PostgresSql sql, bool keepText, DateTimeOffset now, CancellationToken cancellationToken)
{
    /// <summary>Hashes in one question: 320 KB.</summary>
    public const int HashSlice = 10_000;

    /// <summary>Items in one statement, with their chunks: a few megabytes.</summary>
    private const int ItemSlice = 500;

    /// <summary>What is there is subtracted, the rest copied: half the time of ON CONFLICT for all.</summary>
    /// <exception cref="PostgresException">23505: somebody else wrote one of them in the same moment.</exception>
    public async Task<int> CopyNewAsync(StoredGeneration generation, IReadOnlyList<VectorRow> rows)
    {
        var known = new HashSet<ContentHash>();
        foreach (var slice in rows.Chunk(HashSlice))
        {
            known.UnionWith(await connection.RowsAsync(
                sql.Existing(generation.Value.Id), row =>
                row.Hash(0), cancellationToken, ("hashes", Bytes(slice.Select(row => row.Hash)))));
        }

        var fresh = rows.Where(row => known.Add(row.Hash)).ToList();
        if (fresh.Count > 0)
        {
            await VectorCopy.WriteAsync(connection, $"{sql.Schema}.{generation.Table}", generation, fresh, now, cancellationToken);
        }

        return fresh.Count;
    }

    /// <summary>By way of a temporary table: where rows may be there already, or are to be replaced.</summary>
    public async Task<int> MergeAsync(StoredGeneration generation, IReadOnlyList<VectorRow> rows, bool replace)
    {
        await connection.RunAsync(sql.Waiting(generation.Value.Id), cancellationToken);
        await VectorCopy.WriteAsync(connection, "pg_temp.waiting", generation, rows.DistinctBy(row => row.Hash), now, cancellationToken);
        return await connection.RunAsync(sql.Merge(generation.Value.Id, replace), cancellationToken);
    }

    public async Task<int> PutItemsAsync(IReadOnlyList<Item> items)
    {
        var changes = 0;
        foreach (var slice in items.Chunk(ItemSlice))
        {
            changes += await PutSliceAsync(slice);
        }

        return changes;
    }

    public async Task<int> DeleteAsync(IReadOnlyList<ItemKey> keys) => keys.Count == 0 ? 0 : await connection.RunAsync(
        sql.DeleteItems, cancellationToken, ("source", keys.Select(key => key.Source).ToArray()),
        ("id", keys.Select(key => key.Id).ToArray()));

    public static byte[][] Bytes(IEnumerable<ContentHash> hashes) => [.. hashes.Select(hash => hash.ToBytes())];

    private async Task<int> PutSliceAsync(Item[] items)
    {
        await using var put = connection.Command(
            sql.PutItems, ("source", Of(item => item.Key.Source)), ("id", Of(item => item.Key.Id)), ("type", Of(item => item.Type)),
            ("title", Of(item => item.Title)), ("path", Of(item => item.Path)), ("version", Of(item => item.Version)),
            ("pipeline", Of(item => item.Pipeline)), ("metadata", Of(item => item.Metadata)), ("priority", Of(item => item.Priority)),
            ("content", Of(item => item.ContentDigest.ToBytes())), ("record", Of(item => item.RecordDigest.ToBytes())),
            ("chunks", Of(item => item.Chunks.Count)), ("remarks", Of(ItemRemarks.Of)), ("now", now));
        put.Parameters.Add(new NpgsqlParameter("updated", NpgsqlDbType.Array | NpgsqlDbType.TimestampTz)
            { Value = Of(item => item.UpdatedAt?.UtcDateTime) });
        var changes = await put.ExecuteNonQueryAsync(cancellationToken);

        var chunks = items.SelectMany(item => item.Chunks.Select(chunk => (item.Key, Chunk: chunk))).ToArray();
        if (chunks.Length > 0)
        {
            changes += await connection.RunAsync(
                sql.PutChunks, cancellationToken, ("source", OfChunk((key, _) => key.Source)), ("item", OfChunk((key, _) => key.Id)),
                ("seq", OfChunk((_, chunk) => chunk.Seq)), ("hash", OfChunk((_, chunk) => chunk.Hash.ToBytes())),
                ("heading", OfChunk((_, chunk) => chunk.Heading)), ("start", OfChunk((_, chunk) => chunk.StartLine)),
                ("end", OfChunk((_, chunk) => chunk.EndLine)), ("text", OfChunk((_, chunk) => keepText ? chunk.Text : null)));
        }

        return changes + await connection.RunAsync(
            sql.CutChunks, cancellationToken, ("source", Of(item => item.Key.Source)), ("id", Of(item => item.Key.Id)),
            ("chunks", Of(item => item.Chunks.Count)));

        T[] Of<T>(Func<Item, T> value) => [.. items.Select(value)];

        T[] OfChunk<T>(Func<ItemKey, Chunk, T> value) => [.. chunks.Select(row => value(row.Key, row.Chunk))];
    }
}
