using System.Globalization;
using System.Text;
using EmbSync.Core.Documents;

namespace EmbSync.Core.Providers.Local;

/// <summary>
/// Text to ids as BERT's own tokenizer does it (google-research/bert, tokenization.py; Hugging Face's BertNormalizer and BertPreTokenizer):
/// control characters vanish, ideographs and punctuation stand alone, uncased models get neither case nor accents, words are cut into the
/// longest pieces. Names of special pieces in a text are text. Decomposition is the project's own, as the runtime's does nothing without
/// ICU.
/// </summary>
/// <param name="uncased">The vocabulary has neither capitals nor accents.</param>
internal sealed class WordPieceTokenizer(WordPieceVocabulary vocabulary, bool uncased)
{
    /// <summary>Of these rules; part of what makes vectors comparable.</summary>
    public const string Version = "wordpiece-1";

    /// <summary>Characters of a word; a longer one is unknown.</summary>
    private const int LongestWord = 100;

    // No character below has a canonical decomposition.
    private const int FirstDecomposed = 0xC0;

    public WordPieceVocabulary Vocabulary => vocabulary;

    /// <summary>Appends the ids of the text, without the pieces that stand around it.</summary>
    public void Append(ReadOnlySpan<char> text, List<int> target)
    {
        var word = new Word(stackalloc char[2 * LongestWord]);
        var parts = new List<(int Point, int Class)>();
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.IsAscii)
            {
                Ascii((char)rune.Value, ref word, target);
            }
            else
            {
                Other(rune, ref word, parts, target);
            }
        }

        End(ref word, target);
    }

    private void Ascii(char character, ref Word word, List<int> target)
    {
        if (char.IsAsciiLetterOrDigit(character))
        {
            word.Add(uncased ? char.ToLowerInvariant(character) : character);
        }
        else if (character is ' ' or '\t' or '\n' or '\r')
        {
            End(ref word, target);
        }
        else if (!char.IsControl(character))
        {
            Alone(new(character), ref word, target);
        }
    }

    private void Other(Rune rune, ref Word word, List<(int Point, int Class)> parts, List<int> target)
    {
        var category = Rune.GetUnicodeCategory(rune);
        if (rune == Rune.ReplacementChar || IsControl(category))
        {
            return;
        }

        if (Rune.IsWhiteSpace(rune))
        {
            End(ref word, target);
        }
        else if (IsIdeograph(rune.Value))
        {
            // Compatibility ideographs decompose to the one that is meant.
            Alone(uncased ? Decomposed(rune, parts)[0] : rune, ref word, target);
        }
        else if (uncased && rune.Value >= FirstDecomposed)
        {
            foreach (var part in Decomposed(rune, parts))
            {
                category = Rune.GetUnicodeCategory(part);
                if (category != UnicodeCategory.NonSpacingMark)
                {
                    Letter(Rune.ToLowerInvariant(part), category, ref word, target);
                }
            }
        }
        else
        {
            Letter(rune, category, ref word, target);
        }
    }

    private void Letter(Rune rune, UnicodeCategory category, ref Word word, List<int> target)
    {
        if (IsPunctuation(rune, category))
        {
            Alone(rune, ref word, target);
        }
        else
        {
            word.Add(rune);
        }
    }

    private void Alone(Rune rune, ref Word word, List<int> target)
    {
        End(ref word, target);
        word.Add(rune);
        End(ref word, target);
    }

    private void End(ref Word word, List<int> target)
    {
        if (word.Characters > LongestWord)
        {
            target.Add(vocabulary.Unknown);
        }
        else
        {
            vocabulary.AppendPieces(word.Text, target);
        }

        word.Clear();
    }

    private static List<Rune> Decomposed(Rune rune, List<(int Point, int Class)> parts)
    {
        parts.Clear();
        Nfc.Decompose(rune, parts);
        return parts.ConvertAll(part => new Rune(part.Point));
    }

    private static bool IsControl(UnicodeCategory category) => category is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned;

    /// <summary>All that is neither letter, digit nor space in ASCII, and what Unicode calls punctuation elsewhere.</summary>
    private static bool IsPunctuation(Rune rune, UnicodeCategory category) => rune.IsAscii
        ? !Rune.IsLetterOrDigit(rune)
        : category is >= UnicodeCategory.ConnectorPunctuation and <= UnicodeCategory.OtherPunctuation;

    /// <summary>The blocks of ideographs that BERT sets apart; not kana or hangul, whose words have spaces or pieces.</summary>
    private static bool IsIdeograph(int point) =>
        point is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF)
        or (>= 0x2A700 and <= 0x2B73F) or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B820 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);

    /// <summary>A word as it grows. Beyond the longest only its length is of interest.</summary>
    private ref struct Word(Span<char> room)
    {
        private readonly Span<char> _room = room;
        private int _length;

        public int Characters { get; private set; }

        public readonly ReadOnlySpan<char> Text => _room[.._length];

        public void Add(char character)
        {
            if (++Characters <= LongestWord)
            {
                _room[_length++] = character;
            }
        }

        public void Add(Rune rune)
        {
            if (++Characters <= LongestWord)
            {
                _length += rune.EncodeToUtf16(_room[_length..]);
            }
        }

        public void Clear() => (_length, Characters) = (0, 0);
    }
}
