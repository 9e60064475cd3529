using System.Buffers.Binary;

namespace EmbSync.Core.Storage.VectorFiles;

/// <summary>Appends vectors to a stream. Until <see cref="Close"/> the file says that it grows.</summary>
internal sealed class VectorFileWriter
{
    private readonly Stream _stream;
    private readonly VectorFileHeader _header;
    private readonly long _countAt;
    private long _count;

    /// <param name="stream">Empty, writable, seekable; stays its owner's.</param>
    public VectorFileWriter(Stream stream, VectorFileHeader header)
    {
        (_stream, _header) = (stream, header);
        stream.Write(header.ToBytes());
        _countAt = stream.Position;
        WriteCount(VectorFileHeader.Open);
    }

    /// <summary>One write for all of them: a crash leaves whole records and at most one that is cut off.</summary>
    public void Append(IReadOnlyList<VectorRow> rows)
    {
        var size = _header.RecordSize;
        var bytes = new byte[size * rows.Count];
        for (var i = 0; i < rows.Count; i++)
        {
            Encode(rows[i], bytes.AsSpan(i * size, size));
        }

        _stream.Write(bytes);
        _count += rows.Count;
    }

    /// <summary>Says that all of them are there.</summary>
    public void Close()
    {
        _stream.Position = _countAt;
        WriteCount(_count);
        _stream.Position = _stream.Length;
    }

    private void Encode(VectorRow row, Span<byte> record)
    {
        row.Hash.CopyTo(record);
        BinaryPrimitives.WriteInt32LittleEndian(record[Model.ContentHash.Size..], row.Tokens);
        var content = record.Length - VectorFileHeader.CheckSize;
        VectorCodec.Encode(_header.Numbers, row.Vector.Span, record[(Model.ContentHash.Size + sizeof(int))..content], bigEndian: false);
        VectorFileHeader.Check(record[..content], record[content..]);
    }

    private void WriteCount(long count)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, count);
        _stream.Write(bytes);
    }
}
