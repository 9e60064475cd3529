using System.Buffers.Binary;
using System.Text;

namespace EmbSync.ModelMaker;

/// <summary>One field of a protocol buffers message as it stands on the wire.</summary>
/// <param name="Wire">0 varint, 1 eight bytes, 2 length and bytes, 5 four bytes.</param>
/// <param name="Value">Of the numeric kinds.</param>
/// <param name="Bytes">Of kind 2.</param>
internal readonly record struct ProtoField(int Number, int Wire, ulong Value, ReadOnlyMemory<byte> Bytes);

/// <summary>
/// A message as a list of fields: enough to read an ONNX file and write it changed, with all that isn't understood left as it is.
/// </summary>
internal sealed class ProtoMessage
{
    private const int Varint = 0, Eight = 1, Length = 2, Four = 5;

    public List<ProtoField> Fields { get; } = [];

    /// <exception cref="InvalidDataException">Not a message.</exception>
    public static ProtoMessage Parse(ReadOnlyMemory<byte> bytes)
    {
        var message = new ProtoMessage();
        for (var at = 0; at < bytes.Length;)
        {
            var tag = ReadVarint(bytes.Span, ref at);
            var (number, wire) = ((int)(tag >> 3), (int)(tag & 7));
            switch (wire)
            {
                case Varint:
                    message.Fields.Add(new(number, wire, ReadVarint(bytes.Span, ref at), default));
                    break;
                case Eight or Four:
                    var size = wire == Eight ? sizeof(ulong) : sizeof(uint);
                    var fixedBytes = Take(bytes, ref at, (ulong)size).Span;
                    message.Fields.Add(new(number, wire, wire == Eight ? BinaryPrimitives.ReadUInt64LittleEndian(fixedBytes)
                        : BinaryPrimitives.ReadUInt32LittleEndian(fixedBytes), default));
                    break;
                case Length:
                    var length = ReadVarint(bytes.Span, ref at);
                    message.Fields.Add(new(number, wire, 0, Take(bytes, ref at, length)));
                    break;
                default:
                    throw new InvalidDataException($"not a protocol buffers message: wire type {wire} at byte {at}");
            }
        }

        return message;
    }

    public string Text(int number) =>
        Fields.Where(field => field.Number == number).Select(field => Encoding.UTF8.GetString(field.Bytes.Span)).FirstOrDefault("");

    public IReadOnlyList<string> Texts(int number) =>
        [.. Fields.Where(field => field.Number == number).Select(field => Encoding.UTF8.GetString(field.Bytes.Span))];

    public ulong Number(int number) => Fields.FirstOrDefault(field => field.Number == number).Value;

    /// <summary>Repeated numbers, packed or not.</summary>
    public IReadOnlyList<long> Numbers(int number)
    {
        var numbers = new List<long>();
        foreach (var field in Fields.Where(field => field.Number == number))
        {
            if (field.Wire == Varint)
            {
                numbers.Add((long)field.Value);
                continue;
            }

            for (var at = 0; at < field.Bytes.Length;)
            {
                numbers.Add((long)ReadVarint(field.Bytes.Span, ref at));
            }
        }

        return numbers;
    }

    public ProtoMessage Add(int number, string text) => Add(number, Encoding.UTF8.GetBytes(text));

    public ProtoMessage Add(int number, ProtoMessage message) => Add(number, message.ToBytes());

    public ProtoMessage Add(int number, byte[] bytes)
    {
        Fields.Add(new(number, Length, 0, bytes));
        return this;
    }

    public ProtoMessage Add(int number, long value)
    {
        Fields.Add(new(number, Varint, (ulong)value, default));
        return this;
    }

    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        Span<byte> fixedBytes = stackalloc byte[sizeof(ulong)];
        foreach (var field in Fields)
        {
            WriteVarint(stream, ((ulong)field.Number << 3) | (uint)field.Wire);
            switch (field.Wire)
            {
                case Varint:
                    WriteVarint(stream, field.Value);
                    break;
                case Eight or Four:
                    BinaryPrimitives.WriteUInt64LittleEndian(fixedBytes, field.Value);
                    stream.Write(fixedBytes[..(field.Wire == Eight ? sizeof(ulong) : sizeof(uint))]);
                    break;
                default:
                    WriteVarint(stream, (ulong)field.Bytes.Length);
                    stream.Write(field.Bytes.Span);
                    break;
            }
        }

        return stream.ToArray();
    }

    private static ReadOnlyMemory<byte> Take(ReadOnlyMemory<byte> bytes, ref int at, ulong length)
    {
        if (length > (ulong)(bytes.Length - at))
        {
            throw new InvalidDataException($"not a protocol buffers message, or cut off: {length} bytes at byte {at} of {bytes.Length}");
        }

        var taken = bytes.Slice(at, (int)length);
        at += (int)length;
        return taken;
    }

    private static ulong ReadVarint(ReadOnlySpan<byte> bytes, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (at >= bytes.Length)
            {
                break;
            }

            var next = bytes[at++];
            value |= (ulong)(next & 127) << shift;
            if (next < 128)
            {
                return value;
            }
        }

        throw new InvalidDataException($"not a protocol buffers message: a number has no end at byte {at}");
    }

    private static void WriteVarint(Stream stream, ulong value)
    {
        for (; value >= 128; value >>= 7)
        {
            stream.WriteByte((byte)(value | 128));
        }

        stream.WriteByte((byte)value);
    }
}
