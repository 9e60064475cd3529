using System.Security.Cryptography;
using System.Text;

namespace EmbSync.Core.Sources.Markdown;

/// <summary>Versions of files, see <see cref="Model.Item.Version"/>.</summary>
internal static class FileVersion
{
    private const string Git = "git:";

    public static string OfBlob(string blob) => Git + blob;

    /// <summary>
    /// The version of bytes that were read: <c>git:BLOBID</c> when they are that blob, as stored or with the line endings of a checkout
    /// under <c>core.autocrlf</c>; else <c>file:SHA256</c>. Bytes that another filter made (LFS, ident) have a version of their own.
    /// </summary>
    /// <param name="expected">Blob that the bytes may be; null for none.</param>
    public static string Of(byte[] bytes, string? expected)
    {
        if (expected is not null && (BlobId(bytes) == expected || BlobId(WithoutCarriageReturns(bytes)) == expected))
        {
            return OfBlob(expected);
        }

        return "file:" + Convert.ToHexStringLower(SHA256.HashData(bytes));
    }

    /// <summary>The blob that a version names; null for other versions.</summary>
    public static string? BlobOf(string version) => version.StartsWith(Git, StringComparison.Ordinal) ? version[Git.Length..] : null;

    private static string BlobId(ReadOnlySpan<byte> bytes)
    {
#pragma warning disable CA5350 // Not for security: SHA-1 is how git names a blob.
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
#pragma warning restore CA5350
        sha.AppendData(Encoding.ASCII.GetBytes($"blob {bytes.Length}\0"));
        sha.AppendData(bytes);
        return Convert.ToHexStringLower(sha.GetHashAndReset());
    }

    /// <summary>Every CRLF as LF.</summary>
    private static ReadOnlySpan<byte> WithoutCarriageReturns(byte[] bytes)
    {
        var result = new byte[bytes.Length];
        var length = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] != '\r' || i + 1 == bytes.Length || bytes[i + 1] != '\n')
            {
                result[length++] = bytes[i];
            }
        }

        return result.AsSpan(0, length);
    }
}
