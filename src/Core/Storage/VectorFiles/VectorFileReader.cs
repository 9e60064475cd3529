using System.Buffers.Binary;
using EmbSync.Core.Model;

namespace EmbSync.Core.Storage.VectorFiles;

/// <summary>Reads vectors back; each is checked before it is believed.</summary>
internal sealed class VectorFileReader
{
    private readonly Stream _stream;
    private readonly long? _count;

    /// <param name="stream">At its beginning; stays its owner's.</param>
    /// <exception cref="VectorFileException">Not such a file, of another version, or damaged at its beginning.</exception>
    public VectorFileReader(Stream stream)
    {
        _stream = stream;
        Header = VectorFileHeader.Read(stream);
        Span<byte> count = stackalloc byte[sizeof(long)];
        if (stream.ReadAtLeast(count, count.Length, throwOnEndOfStream: false) == count.Length)
        {
            var said = BinaryPrimitives.ReadInt64LittleEndian(count);
            _count = said == VectorFileHeader.Open ? null : said;
        }
        else
        {
            CutOff = true;
        }
    }

    public VectorFileHeader Header { get; }

    /// <summary>After reading: the last record is a part of one, or fewer came than the file says.</summary>
    public bool CutOff { get; private set; }

    /// <summary>After reading: records whose content is not what was written, or can't be a vector.</summary>
    public int Damaged { get; private set; }

    /// <summary>All records that are whole, in the order of the file.</summary>
    public IEnumerable<VectorRow> Rows()
    {
        var record = new byte[Header.RecordSize];
        var seen = 0L;
        while (true)
        {
            var read = _stream.ReadAtLeast(record, record.Length, throwOnEndOfStream: false);
            if (read < record.Length)
            {
                CutOff |= read > 0 || seen < _count;
                yield break;
            }

            seen++;
            if (Decode(record) is { } row)
            {
                yield return row;
            }
            else
            {
                Damaged++;
            }
        }
    }

    private VectorRow? Decode(ReadOnlySpan<byte> record)
    {
        var content = record.Length - VectorFileHeader.CheckSize;
        Span<byte> check = stackalloc byte[VectorFileHeader.CheckSize];
        VectorFileHeader.Check(record[..content], check);
        if (!check.SequenceEqual(record[content..]))
        {
            return null;
        }

        var numbers = new float[Header.Dimension];
        VectorCodec.Decode(Header.Numbers, record[(ContentHash.Size + sizeof(int))..content], numbers);
        return VectorCodec.Fault(Header.Numbers, numbers, Header.Dimension) is null
            ? new VectorRow(ContentHash.FromBytes(record[..ContentHash.Size]), numbers, BinaryPrimitives.ReadInt32LittleEndian(
                record[ContentHash.Size..]))
            : null;
    }
}
