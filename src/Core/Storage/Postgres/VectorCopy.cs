#pragma warning disable RS0030 // the Postgres store
using System.Buffers;
using System.Buffers.Binary;
using Npgsql;

namespace EmbSync.Core.Storage.Postgres;

/// <summary>
/// Vectors as PostgreSQL's binary COPY format (postgresql.org/docs/current/sql-copy.html): the fastest way in, a buffer at a time. The
/// driver
/// has no type for them, so the bytes are made here: a vector is int16 dimension, int16 zero, then its numbers, all big-endian.
/// </summary>
internal static class VectorCopy
{
    private const int BufferSize = 128 * 1024;

    private static readonly DateTimeOffset Epoch = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <param name="table">With the columns hash, embedding, tokens, created_at.</param>
    public static async Task WriteAsync(
        NpgsqlConnection connection, string table, StoredGeneration generation, IEnumerable<VectorRow> rows, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var rowSize = 2 + (4 + Model.ContentHash.Size) + (4 + EmbeddingSize(generation)) + (4 + 4) + (4 + 8);
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Max(BufferSize, rowSize));
        var stream = await connection.BeginRawBinaryCopyAsync(
            $"COPY {table} (hash, embedding, tokens, created_at) FROM STDIN (FORMAT binary)", cancellationToken);
        try
        {
            var filled = Begin(buffer);
            foreach (var row in rows)
            {
                if (filled + rowSize > buffer.Length)
                {
                    await stream.WriteAsync(buffer.AsMemory(0, filled), cancellationToken);
                    filled = 0;
                }

                Write(buffer.AsSpan(filled, rowSize), generation, row, now);
                filled += rowSize;
            }

            await stream.WriteAsync(buffer.AsMemory(0, filled), cancellationToken);
            BinaryPrimitives.WriteInt16BigEndian(buffer, -1); // without it the server refuses the whole: a torn copy can't pass for a short one
            await stream.WriteAsync(buffer.AsMemory(0, 2), cancellationToken);
        }
        catch (OperationCanceledException)
        {
            await stream.CancelAsync();
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            await stream.DisposeAsync();
        }
    }

    private static int EmbeddingSize(StoredGeneration generation) =>
        4 + VectorCodec.Size(generation.Vectors, generation.Value.Signature.Dimension);

    private static int Begin(Span<byte> buffer)
    {
        ReadOnlySpan<byte> header = [.. "PGCOPY\n"u8, 0xFF, .. "\r\n\0"u8, 0, 0, 0, 0, 0, 0, 0, 0];
        header.CopyTo(buffer);
        return header.Length;
    }

    private static void Write(Span<byte> target, StoredGeneration generation, VectorRow row, DateTimeOffset now)
    {
        BinaryPrimitives.WriteInt16BigEndian(target, 4);
        target = target[2..];
        row.Hash.CopyTo(Field(ref target, Model.ContentHash.Size));
        var embedding = Field(ref target, EmbeddingSize(generation));
        BinaryPrimitives.WriteInt16BigEndian(embedding, (short)row.Vector.Length);
        BinaryPrimitives.WriteInt16BigEndian(embedding[2..], 0);
        VectorCodec.Encode(generation.Vectors, row.Vector.Span, embedding[4..], bigEndian: true);
        BinaryPrimitives.WriteInt32BigEndian(Field(ref target, 4), row.Tokens);
        BinaryPrimitives.WriteInt64BigEndian(Field(ref target, 8), (now - Epoch).Ticks / TimeSpan.TicksPerMicrosecond);
    }

    /// <summary>Writes a field's length; answers the place of its bytes.</summary>
    private static Span<byte> Field(ref Span<byte> target, int length)
    {
        BinaryPrimitives.WriteInt32BigEndian(target, length);
        var field = target.Slice(4, length);
        target = target[(4 + length)..];
        return field;
    }
}
