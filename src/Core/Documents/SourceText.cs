using System.Text;
using EmbSync.Core.Model;

namespace EmbSync.Core.Documents;

/// <summary>Why a document can't be used; becomes an <see cref="ItemProblem"/> with source, id and path.</summary>
/// <param name="Line">From 1; null where no line is to blame.</param>
internal sealed record Refusal(string Code, int? Line, string Message);

/// <summary>Bytes to text in the one form that is parsed and hashed.</summary>
internal static class SourceText
{
    private const string LfsHeader = "version https://git-lfs.github.com/spec/v1\n";

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// Decodes (UTF-8, or UTF-16 and UTF-32 by their byte order marks; other bytes cost a warning), then: lines end in LF, no white space
    /// at
    /// their ends, NFC. Line numbers stay those of the file. Exactly one of the two is set: what is not text is refused.
    /// </summary>
    public static (string? Text, Refusal? Refusal) Read(ReadOnlySpan<byte> bytes, List<ItemWarning> warnings)
    {
        var text = Marked(bytes);
        if (text?.Contains('\0', StringComparison.Ordinal) ?? bytes.Contains((byte)0))
        {
            text = OtherEncoding.Wide(bytes, warnings) ?? text;
        }

        text ??= OtherEncoding.Decode(bytes, warnings);
        if (text is null)
        {
            return (null, new(ProblemCodes.NotUtf8, null, "The file is not text: its bytes are no encoding of any. Exclude it."));
        }

        if (text.IndexOf('\0', StringComparison.Ordinal) is >= 0 and var zero)
        {
            return (null, new(ProblemCodes.NotUtf8, 1 + text.AsSpan(0, zero).Count('\n'),
                "The file holds a NUL character: it is not text. Exclude it, or save it as UTF-8."));
        }

        var normal = Normalize(text);
        return normal.StartsWith(LfsHeader, StringComparison.Ordinal) && normal.Contains("\noid sha256:", StringComparison.Ordinal)
            ? (null, new(ProblemCodes.LfsPointer, null,
                "The file is a Git LFS pointer, not the text itself. Run 'git lfs pull', or exclude it."))
            : (normal, null);
    }

    /// <summary>Lines end in LF, no white space at their ends, NFC.</summary>
    public static string Normalize(string text) => TrimLines(Nfc.Normalize(text));

    /// <summary>What is valid in the encoding that its first bytes name, UTF-8 where they name none; null for all else.</summary>
    private static string? Marked(ReadOnlySpan<byte> bytes)
    {
        var (encoding, mark) = bytes switch
        {
            [0xEF, 0xBB, 0xBF, ..] => ((Encoding)Utf8, 3),
            [0xFF, 0xFE, 0, 0, ..] when bytes.Length % 4 == 0 =>
            (new UTF32Encoding(bigEndian: false, byteOrderMark: true, throwOnInvalidCharacters: true), 4),
            [0, 0, 0xFE, 0xFF, ..] => (new UTF32Encoding(bigEndian: true, byteOrderMark: true, throwOnInvalidCharacters: true), 4),
            [0xFF, 0xFE, ..] => (new UnicodeEncoding(bigEndian: false, byteOrderMark: true, throwOnInvalidBytes: true), 2),
            [0xFE, 0xFF, ..] => (new UnicodeEncoding(bigEndian: true, byteOrderMark: true, throwOnInvalidBytes: true), 2),
            _ => (Utf8, 0),
        };
        try
        {
            return encoding.GetString(bytes[mark..]);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>CRLF and CR become LF; spaces and tabs at line ends go.</summary>
    private static string TrimLines(string text)
    {
        var result = new StringBuilder(text.Length);
        var rest = text.AsSpan();
        while (true)
        {
            var end = rest.IndexOfAny('\r', '\n');
            result.Append((end < 0 ? rest : rest[..end]).TrimEnd(" \t"));
            if (end < 0)
            {
                return result.ToString();
            }

            result.Append('\n');
            rest = rest[(end + (rest[end] == '\r' && end + 1 < rest.Length && rest[end + 1] == '\n' ? 2 : 1))..];
        }
    }
}
