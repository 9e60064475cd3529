using System.Text;
using EmbSync.Core.Documents;
using EmbSync.Core.Model;

namespace EmbSync.Core.Tests.Documents;

/// <summary>Bytes become text in one form; what is no UTF-8 costs a warning, and only what is no text is refused.</summary>
public sealed class Decoding
{
    private const string Document = "# Größe\n\nCafé naïve Ångström.\n\n- one\n- two\n\n```\n  code\n```\n";

    [Fact]
    public void Same_hashes_with_crlf_bom_utf16_nfd_and_trailing_space()
    {
        var expected = Reading.Hashes(Document);
        expected.ShouldNotBeEmpty();
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: true);
        byte[][] forms =
        [
            Encoding.UTF8.GetBytes(Document.ReplaceLineEndings("\r\n")),
            Encoding.UTF8.GetBytes(Document.Replace('\n', '\r')),
            [.. utf8.GetPreamble(), .. utf8.GetBytes(Document)],
            [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(Document)],
            [.. Encoding.BigEndianUnicode.GetPreamble(), .. Encoding.BigEndianUnicode.GetBytes(Document)],
            Encoding.UTF8.GetBytes(Document.Replace("ö", "o\u0308").Replace("é", "e\u0301").Replace("ï", "i\u0308").Replace(
            "Å", "A\u030A")),
            Encoding.UTF8.GetBytes(Document.Replace("\n", " \t \n")),
        ];
        foreach (var form in forms)
        {
            Reading.Read(form).Chunks.Select(chunk => chunk.Hash).ShouldBe(expected);
        }
    }

    [Theory]
    [InlineData(new byte[] { (byte)'n', (byte)'a', 0xEF, (byte)'v', (byte)'e', (byte)' ', 0x93, (byte)'x', 0x94, (byte)' ', 0x80 },
        "naïve “x” €")]
    [InlineData(new byte[] { 0xC3, 0xA9, (byte)' ', 0xE9, (byte)' ', 0xC3, 0x28 }, "é é Ã(")]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 }, "í €")]
    public void Reads_other_bytes_as_windows_1252_and_says_the_line(byte[] bytes, string text)
    {
        var document = Reading.Read([.. "one\n\n"u8, .. bytes]);
        document.Chunks.Single().Text.ShouldBe("one\n\n" + text);
        document.Warnings.Select(warning => (warning.Code, warning.Line)).ShouldBe([(ProblemCodes.OtherEncoding, 3)]);
    }

    [Fact]
    public void Reads_utf16_without_a_mark_and_utf32_with_one()
    {
        var expected = Reading.Hashes(Document);
        foreach (var encoding in new[] { Encoding.Unicode, Encoding.BigEndianUnicode })
        {
            var document = Reading.Read(encoding.GetBytes(Document));
            document.Chunks.Select(chunk => chunk.Hash).ShouldBe(expected);
            document.Warnings.Single().Code.ShouldBe(ProblemCodes.OtherEncoding);
        }

        foreach (var encoding in new[]
            { new UTF32Encoding(bigEndian: false, byteOrderMark: true), new UTF32Encoding(bigEndian: true, byteOrderMark: true) })
        {
            var document = Reading.Read([.. encoding.GetPreamble(), .. encoding.GetBytes(Document)]);
            document.Chunks.Select(chunk => chunk.Hash).ShouldBe(expected);
            document.Warnings.ShouldBeEmpty();
        }
    }

    [Theory]
    [InlineData(new byte[] { (byte)'a', 0, (byte)'b' })]
    [InlineData(new byte[] { 0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 0x0D })]
    [InlineData(new byte[] { 0x1F, 0x8B, 0x08, 0x04, 0x02, 0x01, 0x99, 0xAB })]
    [InlineData(new byte[] { 0xFF, 0xFE, 0x00, 0xD8, 0x61, 0x00 })]
    [InlineData(new byte[] { 0xFF, 0xFE, 0x61 })]
    public void Refuses_what_is_not_text(byte[] bytes) => Reading.Refuse(bytes).Code.ShouldBe(ProblemCodes.NotUtf8);

    [Fact]
    public void Refuses_a_git_lfs_pointer() =>
        Reading.Refuse("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n").Code.ShouldBe(ProblemCodes.LfsPointer);

    [Theory]
    [InlineData("")]
    [InlineData("\n\n \t\r\n")]
    [InlineData("---\nstatus: open\n---\n")]
    [InlineData("<!-- nothing -->\n")]
    [InlineData("[ref]: http://example.org\n")]
    public void Nothing_to_embed_makes_no_chunk(string markdown)
    {
        var document = Reading.Read(markdown, path: "tasks/Write docs.v2.md");
        document.Chunks.ShouldBeEmpty();
        document.Title.ShouldBe("Write docs.v2");
    }

    [Fact]
    public void Composes_as_the_standard_says()
    {
        // Examples of UAX 15: order of marks, blocked marks, singletons, exclusions, Hangul, long runs.
        (string Given, string Expected)[] cases =
        [
            ("D\u0307\u0323", "\u1E0C\u0307"), ("D\u0323\u0307", "\u1E0C\u0307"), ("\u212B", "\u00C5"), ("\u1E9B\u0323", "\u1E9B\u0323"),
            ("\u0958", "\u0915\u093C"), ("\u1100\u1161\u11A8", "\uAC01"), ("\uAC00\u11A8", "\uAC01"), ("\uFB1D", "\u05D9\u05B4"),
            ("a\u0315\u0300\u05AE\u0300b", "\u00E0\u05AE\u0300\u0315b"), ("\U00011099\U000110BA", "\U0001109A"), ("\uF900", "\u8C48"),
            ("e\u0301x", "éx"), ("x\u0301", "x\u0301"),
        ];
        foreach (var (given, expected) in cases)
        {
            Nfc.Normalize(given).ShouldBe(expected);
            Nfc.Normalize("日本 " + given + " end").ShouldBe("日本 " + expected + " end");
        }

        // A million marks on one letter: sorted, not quadratic.
        Nfc.Normalize("a" + string.Concat(Enumerable.Repeat("\u0323\u0301", 500_000))).Length.ShouldBe(1_000_000);
    }

    [Fact]
    public void Normal_form_of_all_characters_is_unicodes()
    {
        // Digest of NFC of each character where decompositions are (Unicode 14.0), alone and between "a" and U+0323, computed by Python's
        // unicodedata.
        var text = new StringBuilder();
        for (var point = 1; point < 0x30000; point++)
        {
            if (point is < 0xD800 or > 0xDFFF && IsInTable(point))
            {
                var character = char.ConvertFromUtf32(point);
                text.Append(Nfc.Normalize(character)).Append(Nfc.Normalize($"a{character}\u0323")).Append('\n');
            }
        }

        ContentHash.Of(text.ToString()).ToString().ShouldBe("584b988fbb04556126d293bf3745fcac39e046e83a6491aa5524779324b4481e");

        static bool IsInTable(int point) => point < 0x3400
            || point is (>= 0xA66F and < 0xAC10) or (>= 0xF900 and < 0xFFFF) or (>= 0x10000 and < 0x1E900) or (>= 0x2F800 and < 0x2FA20);
    }

    [Fact]
    public void Normal_form_is_normal()
    {
        const int Seed = 7;
        var random = new Random(Seed);
        for (var round = 0; round < 5_000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => (char)random.Next(0x20, 0x3200)));
            var normal = Nfc.Normalize(text);
            Nfc.Normalize(normal).ShouldBe(normal, $"seed {Seed}, round {round}");
        }
    }
}
