using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using EmbSync.Core.Configuration;
using EmbSync.Core.Model;

namespace EmbSync.Core.Storage.VectorFiles;

/// <summary>
/// What the vectors of a file are. A vector file is: the word <c>EMBSYNCV</c>, its version (4 bytes), the length of the description (4
/// bytes), the
/// description as JSON, the first 8 bytes of the SHA-256 of all that; then the number of records (8 bytes, -1 where the file grows), then
/// records of equal size: content hash (32), tokens (4), numbers, the first 8 bytes of the SHA-256 of the record. Integers and numbers are
/// little-endian.
/// </summary>
/// <param name="HashForm">How content hashes are made; vectors under another form can't be found.</param>
/// <param name="Numbers">Form of the numbers: 2 bytes (halfvec) or 4 (vector).</param>
internal sealed record VectorFileHeader(string Provider, string Model, int Dimension, string RoleRules, string HashForm, VectorType Numbers)
{
    /// <summary>SHA-256 of the UTF-8 of exactly the text that is embedded, see <see cref="ContentHash"/>.</summary>
    public const string CurrentHashForm = "sha256-utf8-text";

    public const int Version = 1;

    /// <summary>A file that grows has no count yet.</summary>
    public const long Open = -1;

    private const int MostDescription = 1 << 16;
    private const int MostDimension = 1 << 16;

    private static ReadOnlySpan<byte> Magic => "EMBSYNCV"u8;

    public static int CheckSize => 8;

    [JsonIgnore]
    public EmbeddingSignature Signature => new(Provider, Model, Dimension, RoleRules);

    [JsonIgnore]
    public int RecordSize => ContentHash.Size + sizeof(int) + VectorCodec.Size(Numbers, Dimension) + CheckSize;

    public static VectorFileHeader Of(EmbeddingSignature signature, VectorType numbers) =>
        new(signature.Provider, signature.Model, signature.Dimension, signature.RoleRules, CurrentHashForm, numbers);

    public static void Check(ReadOnlySpan<byte> content, Span<byte> target)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, digest);
        digest[..CheckSize].CopyTo(target);
    }

    /// <summary>Up to the count, which follows it.</summary>
    public byte[] ToBytes()
    {
        var description = JsonSerializer.SerializeToUtf8Bytes(this, VectorFileContext.Default.VectorFileHeader);
        var bytes = new byte[Magic.Length + 8 + description.Length + CheckSize];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(Magic.Length), Version);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(Magic.Length + 4), description.Length);
        description.CopyTo(bytes.AsSpan(Magic.Length + 8));
        Check(bytes.AsSpan(0, bytes.Length - CheckSize), bytes.AsSpan(bytes.Length - CheckSize));
        return bytes;
    }

    /// <summary>Reads the description; the stream is at the count then.</summary>
    /// <exception cref="VectorFileException">Not such a file, of another version, or damaged.</exception>
    public static VectorFileHeader Read(Stream stream)
    {
        Span<byte> start = stackalloc byte[Magic.Length + 8];
        if (stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) < start.Length || !start[..Magic.Length].SequenceEqual(
            Magic))
        {
            throw new VectorFileException("is no file of embsync's vectors");
        }

        var version = BinaryPrimitives.ReadInt32LittleEndian(start[Magic.Length..]);
        var length = BinaryPrimitives.ReadInt32LittleEndian(start[(Magic.Length + 4)..]);
        if (version != Version)
        {
            throw new VectorFileException(FormattableString.Invariant($"is of version {version}, this embsync reads version {Version}"));
        }

        if (length is < 2 or > MostDescription)
        {
            throw new VectorFileException("is damaged at its beginning");
        }

        var rest = new byte[length + CheckSize];
        Span<byte> check = stackalloc byte[CheckSize];
        var whole = stream.ReadAtLeast(rest, rest.Length, throwOnEndOfStream: false) == rest.Length;
        Check([.. start, .. rest.AsSpan(0, length)], check);
        if (!whole || !check.SequenceEqual(rest.AsSpan(length)))
        {
            throw new VectorFileException("is damaged at its beginning");
        }

        var header = JsonSerializer.Deserialize(rest.AsSpan(0, length), VectorFileContext.Default.VectorFileHeader);
        return header is { Dimension: > 0 and <= MostDimension } && Enum.IsDefined(header.Numbers) ? header
            : throw new VectorFileException("is damaged at its beginning");
    }
}

[JsonSourceGenerationOptions(UseStringEnumConverter = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(VectorFileHeader))]
internal sealed partial class VectorFileContext : JsonSerializerContext;

/// <summary>A file of vectors can't be used. The message goes on after the file's name.</summary>
public sealed class VectorFileException(string message) : Exception(message);
