using System.Buffers;

namespace EmbSync.Core.Providers.Lexical;

/// <summary>Takes English endings off a word, in place. Small on purpose: it only has to map forms of a word to one spelling.</summary>
internal static class LexicalStem
{
    /// <summary>Shorter words are left as they are.</summary>
    private const int ShortestWord = 4;

    /// <summary><c>y</c> counts, so that <c>syncing</c> meets <c>sync</c>.</summary>
    private static readonly SearchValues<byte> Vowels = SearchValues.Create("aeiouy"u8);

    /// <param name="word">A part in lower case, UTF-8; its bytes may change.</param>
    /// <returns>Bytes of <paramref name="word"/> that are left, counted from its start.</returns>
    public static int Cut(Span<byte> word)
    {
        if (word.Length < ShortestWord || word.ContainsAnyExceptInRange((byte)'a', (byte)'z'))
        {
            return word.Length;
        }

        var rest = Plural(word);
        rest = Participle(rest);
        if (rest.Length >= 6 && rest.EndsWith("ly"u8))
        {
            rest = rest[..^2];
        }

        if (rest.Length >= 5 && rest.EndsWith("e"u8))
        {
            rest = rest[..^1];
        }

        return rest.Length;
    }

    private static Span<byte> Plural(Span<byte> word)
    {
        if (word.EndsWith("ies"u8))
        {
            return EndInY(word);
        }

        if (word.EndsWith("sses"u8))
        {
            return word[..^2];
        }

        if (word.EndsWith("xes"u8) || word.EndsWith("ches"u8) || word.EndsWith("shes"u8) || word.EndsWith("zes"u8))
        {
            return word[..^2];
        }

        var plural = word.EndsWith("s"u8) && !word.EndsWith("ss"u8) && !word.EndsWith("us"u8) && !word.EndsWith("is"u8);
        return plural ? word[..^1] : word;
    }

    private static Span<byte> Participle(Span<byte> word)
    {
        if (word.EndsWith("ied"u8))
        {
            return EndInY(word);
        }

        if (word.Length >= 6 && word.EndsWith("ing"u8))
        {
            return HasVowel(word[..^3]) ? Undoubled(word[..^3]) : word;
        }

        if (word.Length >= 5 && word.EndsWith("ed"u8))
        {
            return HasVowel(word[..^2]) ? Undoubled(word[..^2]) : word;
        }

        return word.Length >= 6 && (word.EndsWith("tion"u8) || word.EndsWith("sion"u8)) ? word[..^3] : word;
    }

    /// <summary>Both endings are three letters long; what was <c>ies</c> or <c>ied</c> becomes <c>y</c>.</summary>
    private static Span<byte> EndInY(Span<byte> word)
    {
        word[^3] = (byte)'y';
        return word[..^2];
    }

    private static bool HasVowel(ReadOnlySpan<byte> word) => word.ContainsAny(Vowels);

    private static Span<byte> Undoubled(Span<byte> word) =>
        word.Length >= 2 && word[^1] == word[^2] && word[^1] is not ((byte)'l' or (byte)'s' or (byte)'z') ? word[..^1] : word;
}
