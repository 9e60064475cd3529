using System.Buffers;
using System.Text;
using EmbSync.Core.Model;

namespace EmbSync.Core.Documents;

/// <summary>
/// Bytes that are not the UTF-8 (or UTF-16 with a mark) that they should be, as well as they can be read: UTF-16 without a mark by its
/// zeros, else
/// UTF-8 as far as it goes and Windows-1252 for the bytes between, which is what most such files are (Latin-1 among them).
/// </summary>
internal static class OtherEncoding
{
    /// <summary>Of 1,000 bytes, control characters that text may have and what is binary has more of.</summary>
    private const int ControlsPerThousand = 10;

    /// <summary>Windows-1252 from 0x80 to 0x9F, by the table of the Unicode Consortium (CP1252.TXT); five of them are nothing.</summary>
    private const string HighControls = "\u20AC\uFFFD\u201A\u0192\u201E\u2026\u2020\u2021\u02C6\u2030\u0160\u2039\u0152\uFFFD\u017D\uFFFD"
        + "\uFFFD\u2018\u2019\u201C\u201D\u2022\u2013\u2014\u02DC\u2122\u0161\u203A\u0153\uFFFD\u017E\u0178";

    /// <summary>Null for what is no text in any of them.</summary>
    public static string? Decode(ReadOnlySpan<byte> bytes, List<ItemWarning> warnings)
    {
        var isMarked = bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] or [0, 0, 0xFE, 0xFF, ..];
        return isMarked || IsBinary(bytes) ? null : Mixed(bytes, warnings);
    }

    /// <summary>UTF-16 without a byte order mark: every other byte is zero, wherever the text is Latin.</summary>
    public static string? Wide(ReadOnlySpan<byte> bytes, List<ItemWarning> warnings)
    {
        if (bytes.Length < 4 || bytes.Length % 2 != 0)
        {
            return null;
        }

        var (even, odd) = (0, 0);
        for (var i = 0; i < bytes.Length; i += 2)
        {
            even += bytes[i] == 0 ? 1 : 0;
            odd += bytes[i + 1] == 0 ? 1 : 0;
        }

        var half = bytes.Length / 2;
        if (Math.Max(even, odd) * 10 < half * 7 || Math.Min(even, odd) > 0)
        {
            return null;
        }

        try
        {
            var text = new UnicodeEncoding(bigEndian: even > odd, byteOrderMark: false, throwOnInvalidBytes: true).GetString(bytes);
            warnings.Add(new(ProblemCodes.OtherEncoding, null,
                "The file was read as UTF-16, and has no byte order mark that says so. Save it as UTF-8."));
            return text;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static bool IsBinary(ReadOnlySpan<byte> bytes)
    {
        var controls = 0;
        foreach (var value in bytes)
        {
            controls += value < 0x20 && value is not ((byte)'\t' or (byte)'\n' or (byte)'\r' or 0x0C or 0x1B) ? 1 : 0;
        }

        return bytes.Contains((byte)0) || (long)controls * 1000 > (long)bytes.Length * ControlsPerThousand;
    }

    private static string Mixed(ReadOnlySpan<byte> bytes, List<ItemWarning> warnings)
    {
        var text = new StringBuilder(bytes.Length);
        int? first = null;
        var others = 0;
        for (var at = 0; at < bytes.Length;)
        {
            if (Rune.DecodeFromUtf8(bytes[at..], out var rune, out var length) == OperationStatus.Done)
            {
                text.Append(rune.ToString());
                at += length;
                continue;
            }

            first ??= 1 + bytes[..at].Count((byte)'\n');
            others++;
            text.Append(bytes[at] is >= 0x80 and <= 0x9F ? HighControls[bytes[at] - 0x80] : (char)bytes[at]);
            at++;
        }

        warnings.Add(new(ProblemCodes.OtherEncoding, first, $"The file is not valid UTF-8: {Text.Count(others, "byte")} of it {(others == 1 ? "was" : "were")} read as Windows-1252. Save it as UTF-8."));
        return text.ToString();
    }
}
