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
    /// Decodes strictly (UTF-8, or UTF-16 by its byte order mark), then: lines end in LF, no white space at their ends, NFC. Line numbers
    /// stay those of the file. Exactly one of the two is set.
    /// </summary>
    public static (string? Text, Refusal? Refusal) Read(ReadOnlySpan<byte> bytes)
    {
        var (encoding, name, mark) = bytes switch
        {
            [0xEF, 0xBB, 0xBF, ..] => ((Encoding)Utf8, "UTF-8", 3),
            [0xFF, 0xFE, ..] => (new UnicodeEncoding(bigEndian: false, byteOrderMark: true, throwOnInvalidBytes: true), "UTF-16", 2),
            [0xFE, 0xFF, ..] => (new UnicodeEncoding(bigEndian: true, byteOrderMark: true, throwOnInvalidBytes: true), "UTF-16", 2),
            _ => (Utf8, "UTF-8", 0),
        };
        string text;
        try
        {
            text = encoding.GetString(bytes[mark..]);
        }
        catch (DecoderFallbackException exception)
        {
            var line = name == "UTF-8" ? 1 + bytes[mark..][..Math.Clamp(exception.Index, 0, bytes.Length - mark)].Count((byte)'\n') : (int?)null;
            return (null, new(ProblemCodes.NotUtf8, line, $"The file is not valid {name}. Save it as UTF-8, or exclude it."));
        }

        if (text.IndexOf('\0', StringComparison.Ordinal) is >= 0 and var zero)
        {
            var line = 1 + text.AsSpan(0, zero).Count('\n');
            return (null, new(ProblemCodes.NotUtf8, line, "The file holds a NUL character: it is binary, or UTF-16 without a byte order mark."
                + " Save it as UTF-8, or exclude it."));
        }

        var normal = Normalize(text);
        return normal.StartsWith(LfsHeader, StringComparison.Ordinal) && normal.Contains("\noid sha256:", StringComparison.Ordinal)
            ? (null, new(ProblemCodes.LfsPointer, null, "The file is a Git LFS pointer, not the text itself. Run 'git lfs pull', or exclude it."))
            : (normal, null);
    }

    /// <summary>Lines end in LF, no white space at their ends, NFC.</summary>
    public static string Normalize(string text) => TrimLines(Nfc.Normalize(text));

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
