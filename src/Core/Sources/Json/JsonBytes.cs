using System.Text;
using EmbSync.Core.Model;

namespace EmbSync.Core.Sources.Json;

/// <summary>
/// Bytes of a JSON file as UTF-8: by their byte order mark, else by where the zeros are (RFC 4627, section 3: JSON begins with ASCII). What
/// is no valid text in its
/// encoding is refused, never replaced.
/// </summary>
internal static class JsonBytes
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="FormatException">Not valid; says from which byte on.</exception>
    public static ReadOnlyMemory<byte> ToUtf8(byte[] bytes)
    {
        var (encoding, name, mark) = EncodingOf(bytes);
        try
        {
            if (encoding is not null)
            {
                return Encoding.UTF8.GetBytes(encoding.GetString(bytes.AsSpan(mark)));
            }

            if (!System.Text.Unicode.Utf8.IsValid(bytes.AsSpan(mark)))
            {
                _ = Utf8.GetCharCount(bytes, mark, bytes.Length - mark);
            }

            return bytes.AsMemory(mark);
        }
        catch (DecoderFallbackException invalid)
        {
            // Of what the decoder was given, which may have been a part; a byte or two of a cut-off character may lie before.
            var at = mark + Math.Max(0, invalid.Index);
            var line = encoding is null ? Text.Of($" (line {1 + bytes.AsSpan(0, Math.Min(at, bytes.Length)).Count((byte)'\n'):N0})") : "";
            throw new FormatException(Text.Of($"it is not valid {name}: byte 0x{string.Concat((invalid.BytesUnknown ?? []).Take(1).Select(value => value.ToString("X2", null)))} at offset {at:N0}{line}"), invalid);
        }
    }

    /// <summary>Null for UTF-8.</summary>
    private static (Encoding? Encoding, string Name, int Mark) EncodingOf(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [0xEF, 0xBB, 0xBF, ..] => (null, "UTF-8", 3),
        [0xFF, 0xFE, 0, 0, ..] => (new UTF32Encoding(bigEndian: false, byteOrderMark: true, throwOnInvalidCharacters: true), "UTF-32", 4),
        [0, 0, 0xFE, 0xFF, ..] => (new UTF32Encoding(bigEndian: true, byteOrderMark: true, throwOnInvalidCharacters: true), "UTF-32", 4),
        [0xFF, 0xFE, ..] => (new UnicodeEncoding(bigEndian: false, byteOrderMark: true, throwOnInvalidBytes: true), "UTF-16", 2),
        [0xFE, 0xFF, ..] => (new UnicodeEncoding(bigEndian: true, byteOrderMark: true, throwOnInvalidBytes: true), "UTF-16", 2),
        [0, 0, 0, not 0, ..] => (new UTF32Encoding(bigEndian: true, byteOrderMark: false, throwOnInvalidCharacters: true), "UTF-32", 0),
        [not 0, 0, 0, 0, ..] => (new UTF32Encoding(bigEndian: false, byteOrderMark: false, throwOnInvalidCharacters: true), "UTF-32", 0),
        [0, not 0, ..] => (new UnicodeEncoding(bigEndian: true, byteOrderMark: false, throwOnInvalidBytes: true), "UTF-16", 0),
        [not 0, 0, ..] => (new UnicodeEncoding(bigEndian: false, byteOrderMark: false, throwOnInvalidBytes: true), "UTF-16", 0),
        _ => (null, "UTF-8", 0),
    };
}
