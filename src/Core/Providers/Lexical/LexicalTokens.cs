using System.Text;

namespace EmbSync.Core.Providers.Lexical;

/// <summary>
/// Cuts text into words: runs of letters and digits. Identifiers fall into their parts and count as a compound too; runs of CJK
/// characters become bigrams, a single one stands alone.
/// </summary>
internal static class LexicalTokens
{
    /// <summary>UTF-16 units; a longer run goes on as the next word.</summary>
    public const int LongestWord = 64;

    public static void Read(ReadOnlySpan<char> text, LexicalTerms terms)
    {
        var at = 0;
        while (at < text.Length)
        {
            var kind = KindAt(text, at, out var size);
            if (kind == Kind.Other)
            {
                at += size;
                continue;
            }

            var start = at;
            do
            {
                at += size;
            }
            while (at < text.Length && KindAt(text, at, out size) == kind && (kind == Kind.Cjk || at + size - start <= LongestWord));

            if (kind == Kind.Cjk)
            {
                AddBigrams(text[start..at], terms);
                continue;
            }

            AddWord(text[start..at], terms);
            at += PossessiveAt(text, at);
        }
    }

    private static void AddWord(ReadOnlySpan<char> word, LexicalTerms terms)
    {
        var start = 0;
        for (var at = 1; at < word.Length; at++)
        {
            if (!char.IsUpper(word[at]))
            {
                continue;
            }

            var lowerToUpper = char.IsLower(word[at - 1]);
            var acronymEnds = char.IsUpper(word[at - 1]) && at + 1 < word.Length && char.IsLower(word[at + 1]) && !IsPluralAcronym(
                word, at);
            if (lowerToUpper || acronymEnds)
            {
                terms.AddStem(word[start..at]);
                start = at;
            }
        }

        terms.AddStem(word[start..]);
        if (start > 0)
        {
            terms.AddCompound(word);
        }
    }

    /// <summary>The last capital of <c>APIs</c> or <c>URLsOf</c> begins no word.</summary>
    private static bool IsPluralAcronym(ReadOnlySpan<char> word, int at) =>
        word[at + 1] == 's' && (at + 2 == word.Length || char.IsUpper(word[at + 2]));

    private static void AddBigrams(ReadOnlySpan<char> run, LexicalTerms terms)
    {
        var first = SizeAt(run, 0);
        if (first == run.Length)
        {
            terms.AddStem(run);
            return;
        }

        for (var at = 0; at + first < run.Length;)
        {
            var second = SizeAt(run, at + first);
            terms.AddStem(run.Slice(at, first + second));
            at += first;
            first = second;
        }
    }

    private static int SizeAt(ReadOnlySpan<char> run, int at) => char.IsHighSurrogate(run[at]) ? 2 : 1;

    /// <returns>2 for an <c>'s</c> that ends a word, else 0.</returns>
    private static int PossessiveAt(ReadOnlySpan<char> text, int at) =>
        at + 1 < text.Length && text[at] is '\'' or '\u2019' && text[at + 1] is 's' or 'S'
            && (at + 2 == text.Length || KindAt(text, at + 2, out _) == Kind.Other) ? 2 : 0;

    private static Kind KindAt(ReadOnlySpan<char> text, int at, out int size)
    {
        var unit = text[at];
        size = 1;
        if (char.IsAscii(unit))
        {
            return char.IsAsciiLetterOrDigit(unit) ? Kind.Word : Kind.Other;
        }

        // A lone surrogate decodes to the replacement character: a border between words.
        Rune.DecodeFromUtf16(text[at..], out var rune, out size);
        if (!Rune.IsLetterOrDigit(rune))
        {
            return Kind.Other;
        }

        return IsCjk(rune.Value) ? Kind.Cjk : Kind.Word;
    }

    /// <summary>Scripts written without spaces (and Hangul), by their Unicode blocks.</summary>
    private static bool IsCjk(int value) => value
        is (>= 0x3005 and <= 0x3007)      // iteration marks
        or (>= 0x3040 and <= 0x30FF)      // hiragana, katakana
        or (>= 0x3100 and <= 0x312F)      // bopomofo
        or (>= 0x31A0 and <= 0x31FF)      // bopomofo and katakana extensions
        or (>= 0x3400 and <= 0x4DBF)      // ideographs, extension A
        or (>= 0x4E00 and <= 0x9FFF)      // ideographs
        or (>= 0xAC00 and <= 0xD7AF)      // hangul syllables
        or (>= 0xF900 and <= 0xFAFF)      // compatibility ideographs
        or (>= 0xFF66 and <= 0xFF9F)      // half-width katakana
        or (>= 0x1B000 and <= 0x1B16F)    // kana supplements
        or (>= 0x20000 and <= 0x3FFFF);   // ideographs, further extensions

    private enum Kind
    {
        Other,
        Word,
        Cjk,
    }
}
