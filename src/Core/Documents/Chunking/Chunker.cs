using EmbSync.Core.Configuration;
using EmbSync.Core.Documents.Rendering;
using EmbSync.Core.Model;

namespace EmbSync.Core.Documents.Chunking;

/// <summary>
/// Cuts a document where its own text says, not by counting from its beginning, so that an edit moves no border but its neighbours:
/// <list type="number">
/// <item>Start with the whole document. While a part has a heading border that leaves at least the least tokens on both sides, split
/// at the best: highest level, then the largest key of the heading's text.</item>
/// <item>A part that is still above the most tokens is split at the border of the highest rank (block, line, sentence, word, character)
/// with the largest key of what follows it; among those that leave the least tokens on both sides, if there are any.</item>
/// </list>
/// Nothing is left out: parts in order, with white space between, are the text. Time is n log n in the number of atoms.
/// </summary>
internal sealed class Chunker
{
    private readonly RenderedDocument document;
    private readonly IReadOnlyList<Atom> atoms;
    private readonly ChunkConfig sizes;

    /// <summary>Units of all text before each atom's start, and before its end.</summary>
    private readonly long[] starts;

    private readonly long[] ends;
    private readonly BorderTree headings;
    private readonly BorderTree borders;

    /// <summary>Borders that no key tells apart, ascending: those of text that repeats itself.</summary>
    private readonly Dictionary<(BorderRank, ulong), List<int>> ties;

    private readonly Section?[] sections;

    private Chunker(RenderedDocument document, ChunkConfig sizes)
    {
        this.document = document;
        this.sizes = sizes;
        atoms = Atoms.Of(document.Text, document.Blocks, sizes.MaxTokens);
        starts = new long[atoms.Count];
        ends = new long[atoms.Count];
        long units = 0;
        var at = 0;
        for (var i = 0; i < atoms.Count; i++)
        {
            starts[i] = units += TokenEstimate.Units(document.Text.AsSpan(at, atoms[i].Start - at));
            ends[i] = units += TokenEstimate.Units(document.Text.AsSpan(atoms[i].Start, atoms[i].End - atoms[i].Start));
            at = atoms[i].End;
        }

        headings = new([.. atoms.Select(atom => IsHeading(atom)
            ? (6 - document.Blocks[atom.Block].Level, BorderKey.Of(document.TextOf(document.Blocks[atom.Block])))
            : (-1, 0UL))]);
        borders = new([.. atoms.Select(atom => ((int)atom.Rank, atom.Key))]);
        ties = atoms.Index().GroupBy(atom => (atom.Item.Rank, atom.Item.Key), atom => atom.Index)
            .Select(group => (group.Key, Borders: group.ToList())).Where(group => group.Borders.Count > 1)
            .ToDictionary(group => group.Key, group => group.Borders);
        sections = new Section?[document.Blocks.Count];
        Section? current = null;
        for (var i = 0; i < sections.Length; i++)
        {
            var block = document.Blocks[i];
            sections[i] = current = block.Level == 0 ? current : Section.Begin(current, block.Level, document.TextOf(block).ToString());
        }
    }

    public static IReadOnlyList<Part> Cut(RenderedDocument document, ChunkConfig sizes) => new Chunker(document, sizes).Cut();

    private List<Part> Cut()
    {
        var parts = new List<Part>();
        var pending = new Stack<(int First, int Last)>();
        if (atoms.Count > 0)
        {
            pending.Push((0, atoms.Count - 1));
        }

        while (pending.TryPop(out var range))
        {
            if (Border(range.First, range.Last) is { } border)
            {
                pending.Push((border, range.Last));
                pending.Push((range.First, border - 1));
            }
            else
            {
                parts.Add(PartOf(range.First, range.Last));
            }
        }

        return parts;
    }

    /// <summary>The atom that begins the second half; null when the part stays whole.</summary>
    private int? Border(int first, int last)
    {
        // The borders that leave enough on both sides are a stretch in the middle.
        var low = FirstWhere(first + 1, last + 1, border => Tokens(first, border - 1) >= sizes.MinTokens);
        var high = FirstWhere(low, last + 1, border => Tokens(border, last) < sizes.MinTokens) - 1;
        if (low <= high && headings.Best(low, high) is { } heading)
        {
            return heading;
        }

        if (first == last || Tokens(first, last) <= sizes.MaxTokens)
        {
            return null;
        }

        return low <= high && borders.Best(low, high) is { } best ? Filled(first, best, high) : borders.Best(first + 1, last);
    }

    /// <summary>
    /// Of borders that are equal the last one that leaves the first half within the most tokens. The first would leave the least that a
    /// chunk may hold,
    /// again and again: a line of one word repeated made 36,000 chunks of 4.5 MB.
    /// </summary>
    private int Filled(int first, int best, int high)
    {
        if (!ties.TryGetValue((atoms[best].Rank, atoms[best].Key), out var same))
        {
            return best;
        }

        var from = same.BinarySearch(best);
        var end = FirstWhere(from + 1, same.Count, i => same[i] > high || Tokens(first, same[i] - 1) > sizes.MaxTokens);
        return same[end - 1];
    }

    private long Tokens(int first, int last) => TokenEstimate.Tokens(ends[last] - starts[first]);

    /// <summary>Binary search: the first index from <paramref name="low"/> on that holds, <paramref name="high"/> when none does.</summary>
    private static int FirstWhere(int low, int high, Func<int, bool> holds)
    {
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            (low, high) = holds(middle) ? (low, middle) : (middle + 1, high);
        }

        return low;
    }

    private bool IsHeading(Atom atom) => document.Blocks[atom.Block].Level > 0 && document.Blocks[atom.Block].Start == atom.Start;

    private Part PartOf(int first, int last)
    {
        var (begin, end) = (atoms[first], atoms[last]);
        var (firstBlock, lastBlock) = (document.Blocks[begin.Block], document.Blocks[end.Block]);
        var section = sections[begin.Block];
        var path = IsHeading(begin) ? section!.Parent : section;
        var startLine = begin.Start == firstBlock.Start ? firstBlock.StartLine : document.LineAt(begin.Start);
        var endLine = end.End == lastBlock.End ? lastBlock.EndLine : document.LineAt(end.End - 1);
        return new(
            begin.Start,
            end.End,
            path?.Path ?? "",
            section?.Path ?? "",
            startLine,
            Math.Max(startLine, endLine));
    }
}
