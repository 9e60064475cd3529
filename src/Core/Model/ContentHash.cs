using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace EmbSync.Core.Model;

/// <summary>
/// SHA-256 of exactly the text that is embedded (UTF-8, before a model's role prefix). The key of every vector.
/// A value of 32 bytes, so that sets of a million of them stay small.
/// </summary>
public readonly record struct ContentHash(ulong A, ulong B, ulong C, ulong D) : IComparable<ContentHash>
{
    /// <summary>Length in bytes.</summary>
    public const int Size = 32;

    public static ContentHash Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Span<byte> digest = stackalloc byte[Size];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), digest);
        return FromBytes(digest);
    }

    /// <summary>Digest of an item's chunks in order: equal digests mean that the same texts are embedded in the same order.</summary>
    public static ContentHash OfSequence(IEnumerable<ContentHash> hashes)
    {
        ArgumentNullException.ThrowIfNull(hashes);
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> buffer = stackalloc byte[Size];
        foreach (var hash in hashes)
        {
            hash.CopyTo(buffer);
            sha.AppendData(buffer);
        }

        sha.GetHashAndReset(buffer);
        return FromBytes(buffer);
    }

    /// <exception cref="ArgumentException">Not exactly 32 bytes.</exception>
    public static ContentHash FromBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
        {
            throw new ArgumentException($"A content hash has {Size} bytes, not {bytes.Length}.", nameof(bytes));
        }

        return new(
            BinaryPrimitives.ReadUInt64BigEndian(bytes),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]));
    }

    /// <exception cref="FormatException">Not 64 hexadecimal digits.</exception>
    public static ContentHash FromHex(string hex) => FromBytes(Convert.FromHexString(hex));

    /// <summary>Big-endian, so that the order of bytes is the order of <see cref="CompareTo"/>.</summary>
    public void CopyTo(Span<byte> target)
    {
        BinaryPrimitives.WriteUInt64BigEndian(target, A);
        BinaryPrimitives.WriteUInt64BigEndian(target[8..], B);
        BinaryPrimitives.WriteUInt64BigEndian(target[16..], C);
        BinaryPrimitives.WriteUInt64BigEndian(target[24..], D);
    }

    public byte[] ToBytes()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    public int CompareTo(ContentHash other) => (A, B, C, D).CompareTo((other.A, other.B, other.C, other.D));

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(ToBytes());
}
