using System.Globalization;
using System.Text;
using EmbSync.Core.Documents.Rendering;
using EmbSync.Core.Model;

namespace EmbSync.Core.Documents.Chunking;

/// <summary>
/// Takes blocks apart only as far as the largest chunk asks for: a block that fits is one atom, a larger one its lines, a larger line its
/// sentences, then words, then characters.
/// </summary>
internal sealed class Atoms
{
    /// <summary>
    /// How much of the text behind a border its key is made of, in UTF-16 code units: enough to tell borders apart, little enough that most
    /// edits of a block leave its key alone. Of 3,000 random edits of a paragraph 99.4 % made at most two new chunks, three at worst; with
    /// keys of whole blocks 98.1 %, five at worst (512 tokens).
    /// </summary>
    private const int KeyWindow = 96;

    /// <summary>A longer word is data: it is cut between stretches of characters, as millions of borders would only cost memory.</summary>
    private const int LongWord = 32 * 1024;

    private const int Stretch = 64;

    /// <summary>Marks that may hang on one character before it is taken apart.</summary>
    private const int MaxMarks = 32;

    private readonly List<Atom> atoms = [];
    private readonly string text;
    private readonly long maxUnits;
    private int block;
    private int blockEnd;

    private Atoms(string text, long maxUnits)
    {
        this.text = text;
        this.maxUnits = maxUnits;
    }

    public static IReadOnlyList<Atom> Of(string text, IReadOnlyList<RenderedBlock> blocks, int maxTokens)
    {
        var maker = new Atoms(text, (long)maxTokens * TokenEstimate.UnitsPerToken);
        for (var i = 0; i < blocks.Count; i++)
        {
            (maker.block, maker.blockEnd) = (i, blocks[i].End);
            maker.Add(blocks[i].Start, blocks[i].End, BorderRank.Block, BorderRank.Line);
        }

        return maker.atoms;
    }

    /// <param name="rank">Of the border before the piece.</param>
    /// <param name="finer">How to cut it when it is too large; null when it can't be cut any more.</param>
    private void Add(int start, int end, BorderRank rank, BorderRank? finer)
    {
        if (finer is not { } kind || TokenEstimate.Units(text.AsSpan(start, end - start)) <= maxUnits)
        {
            atoms.Add(new(start, end, block, rank, BorderKey.Of(text.AsSpan(start, Math.Min(KeyWindow, blockEnd - start)))));
            return;
        }

        var first = true;
        var isLong = kind == BorderRank.Character && end - start > LongWord;
        for (var at = start; at < end;)
        {
            var (from, to) = Piece(at, end, kind);
            for (var more = 1; isLong && more < Stretch && to < end; more++)
            {
                to = CharacterEnd(to, end);
            }

            if (from < to)
            {
                // The border before the first piece is the border before the whole.
                Add(from, to, first ? rank : kind, kind == BorderRank.Character ? null : kind - 1);
                first = false;
            }

            at = Math.Max(to, at + 1);
        }
    }

    /// <summary>The next piece of a kind from an offset on, without the white space around it.</summary>
    private (int Start, int End) Piece(int at, int limit, BorderRank kind)
    {
        if (kind == BorderRank.Line)
        {
            // Indentation belongs to the line.
            var line = text.AsSpan(at, limit - at).IndexOf('\n');
            var end = line < 0 ? limit : at + line;
            return text.AsSpan(at, end - at).IsWhiteSpace() ? (end, end) : (at, end);
        }

        var start = at;
        while (start < limit && char.IsWhiteSpace(text[start]))
        {
            start++;
        }

        var stop = kind switch
        {
            BorderRank.Sentence => SentenceEnd(start, limit),
            BorderRank.Word => WordEnd(start, limit),
            _ => CharacterEnd(start, limit),
        };
        while (stop > start && char.IsWhiteSpace(text[stop - 1]))
        {
            stop--;
        }

        return (start, stop);
    }

    /// <summary>After a full stop and what closes with it: before white space in Latin scripts, anywhere in Chinese and Japanese.</summary>
    private int SentenceEnd(int start, int limit)
    {
        for (var i = start; i < limit; i++)
        {
            if (text[i] is '。' or '！' or '？' or '．')
            {
                return AfterClosers(i + 1, limit);
            }

            if (text[i] is '.' or '!' or '?' or '…' && AfterClosers(i + 1, limit) is var end
                && (end == limit || char.IsWhiteSpace(text[end])))
            {
                return end;
            }
        }

        return limit;
    }

    private int AfterClosers(int at, int limit)
    {
        // A run of stops without end would be looked through again from each of them.
        var bound = Math.Min(limit, at + MaxMarks);
        while (at < bound && text[at] is '"' or '\'' or ')' or ']' or '”' or '’' or '»' or '」' or '』' or '）' or '.' or '!' or '?')
        {
            at++;
        }

        return at;
    }

    private int WordEnd(int start, int limit)
    {
        var end = start;
        while (end < limit && !char.IsWhiteSpace(text[end]))
        {
            end++;
        }

        return end;
    }

    private int CharacterEnd(int start, int limit)
    {
        Rune.DecodeFromUtf16(text.AsSpan(start, limit - start), out _, out var length);
        var end = start + length;
        for (var marks = 0; marks < MaxMarks && end < limit; marks++)
        {
            Rune.DecodeFromUtf16(text.AsSpan(end, limit - end), out var next, out length);
            if (next.Value != 0x200D && Rune.GetUnicodeCategory(next) is not
                (UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark))
            {
                break;
            }

            end += length;
        }

        return end;
    }
}
