namespace EmbSync.Core.Documents.Rendering;

/// <summary>What a reader sees of a document, as one text, and where its blocks are in it.</summary>
/// <param name="Text">Blocks in order; between two an empty line, between two items of a list a line break.</param>
/// <param name="Marks">Where lines of the file begin in the text, ascending; lines without text have none.</param>
internal sealed record RenderedDocument(
    string Text, IReadOnlyList<RenderedBlock> Blocks, IReadOnlyList<LineMark> Marks, int TasksDone, int TasksTotal)
{
    /// <summary>Text of an <c>h1</c> that is written in HTML at the top; null where there is none.</summary>
    public string? HtmlTitle { get; init; }

    /// <summary>Lines of the file with data that was left out, and how many characters.</summary>
    public IReadOnlyList<(int Line, int Length)> LeftOut { get; init; } = [];

    public ReadOnlySpan<char> TextOf(RenderedBlock block) => Text.AsSpan(block.Start, block.End - block.Start);

    /// <summary>Line of the file that the character at an offset stands on, from 1.</summary>
    public int LineAt(int offset)
    {
        var (low, high) = (0, Marks.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = Marks[middle].Offset <= offset ? (middle, high) : (low, middle - 1);
        }

        return Marks.Count == 0 ? 1 : Marks[low].Line;
    }
}

/// <summary>A heading, paragraph, fence, table, quote, footnote, or list item with its children.</summary>
/// <param name="Start">Offset in the text.</param>
/// <param name="End">Offset after its last character.</param>
/// <param name="Level">1 to 6 for a heading, 0 for all else.</param>
/// <param name="StartLine">Line of the file, from 1.</param>
/// <param name="EndLine">Inclusive.</param>
internal sealed record RenderedBlock(int Start, int End, int Level, int StartLine, int EndLine)
{
    /// <summary>Words of its own, not only those of links, images and HTML, which stand above a title.</summary>
    public bool IsProse { get; init; } = true;
}

internal readonly record struct LineMark(int Offset, int Line);
