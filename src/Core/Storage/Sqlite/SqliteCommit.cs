#pragma warning disable RS0030 // the SQLite store
using EmbSync.Core.Model;
using Microsoft.Data.Sqlite;

namespace EmbSync.Core.Storage.Sqlite;

/// <summary>The rows of one batch, inside the writer's transaction. Every method answers how many rows really changed.</summary>
internal sealed class SqliteCommit(SqliteConnection connection, bool keepText, DateTimeOffset now, CancellationToken cancellationToken)
{
    /// <param name="generation">Null only for a batch without vectors.</param>
    public int PutVectors(StoreBatch batch, StoredGeneration? generation)
    {
        if (generation is null || batch.Vectors.Count == 0)
        {
            return 0;
        }

        using var put = new Statement(
            connection, SqliteSql.PutVector(batch.Generation, batch.ReplaceVectors), "$hash", "$tokens", "$at", "$embedding");
        return batch.Vectors.DistinctBy(row => row.Hash).Sum(row =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            return put.Run(row.Hash.ToBytes(), row.Tokens, SqliteRows.Text(now), VectorCodec.Encode(generation.Vectors, row.Vector.Span));
        });
    }

    public int PutItems(IReadOnlyList<Item> items)
    {
        using var putItem = new Statement(
            connection, SqliteSql.PutItem, "$source", "$id", "$type", "$title", "$path", "$version", "$pipeline",
            "$metadata", "$priority", "$updated", "$content", "$record", "$chunks", "$remarks");
        using var putChunk = new Statement(
            connection, SqliteSql.PutChunk, "$source", "$item", "$seq", "$hash", "$heading", "$start", "$end", "$text");
        using var cut = new Statement(connection, SqliteSql.CutChunks, "$source", "$item", "$count");
        var changes = 0;
        foreach (var item in items)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (source, id) = item.Key;
            changes += putItem.Run(source, id, item.Type, item.Title, item.Path, item.Version, item.Pipeline, item.Metadata, item.Priority,
                SqliteRows.Text(item.UpdatedAt ?? now), item.ContentDigest.ToBytes(), item.RecordDigest.ToBytes(), item.Chunks.Count,
                    ItemRemarks.Of(item));
            changes += item.Chunks.Sum(chunk => putChunk.Run(
                source, id, chunk.Seq, chunk.Hash.ToBytes(), chunk.Heading, chunk.StartLine, chunk.EndLine, keepText ? chunk.Text : null));
            changes += cut.Run(source, id, item.Chunks.Count);
        }

        return changes;
    }

    public int Delete(IReadOnlyList<ItemKey> keys)
    {
        using var delete = new Statement(connection, SqliteSql.DeleteItem, "$source", "$id");
        return keys.Sum(key => delete.Run(key.Source, key.Id));
    }

    /// <summary>A statement that is prepared once and run for many rows.</summary>
    private sealed class Statement : IDisposable
    {
        private readonly SqliteCommand command;

        public Statement(SqliteConnection connection, string sql, params ReadOnlySpan<string> names)
        {
            command = connection.Command(sql);
            foreach (var name in names)
            {
                command.Parameters.Add(new SqliteParameter(name, null));
            }
        }

        public int Run(params ReadOnlySpan<object?> values)
        {
            for (var i = 0; i < values.Length; i++)
            {
                command.Parameters[i].Value = values[i] ?? DBNull.Value;
            }

            return command.ExecuteNonQuery();
        }

        public void Dispose() => command.Dispose();
    }
}
