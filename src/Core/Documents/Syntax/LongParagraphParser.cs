#pragma warning disable RS0030 // Guards the Markdown parser from inside.
using Markdig.Helpers;
using Markdig.Parsers;
using Markdig.Syntax;

namespace EmbSync.Core.Documents.Syntax;

/// <summary>
/// Sees each line before the paragraph takes it. Refuses what is nested too deep before time is lost on it, and ends the paragraph
/// where Markdig would be quadratic in its lines: long tables go on as a table of the same head, long runs of link definitions as
/// another paragraph of them.
/// </summary>
internal sealed class LongParagraphParser : BlockParser
{
    private const int TableLines = 16;
    private const int DefinitionLines = 256;

    public override BlockState TryOpen(BlockProcessor processor)
    {
        var depth = 0;
        for (Block? container = processor.CurrentContainer; container is not null; container = container.Parent)
        {
            depth++;
        }

        if (depth > ParseBudget.MaxDepth)
        {
            throw ParseBudget.Of(processor.Context).Refuse(processor.LineIndex);
        }

        if (processor.CurrentBlock is not ParagraphBlock { Parent: MarkdownDocument } paragraph || processor.IsBlankLine)
        {
            return BlockState.None;
        }

        var lines = paragraph.Lines;
        var current = processor.Line.AsSpan();
        if (lines.Count == DefinitionLines && IsDefinition(current) && lines.Lines.Take(lines.Count).All(
            line => IsDefinition(line.Slice.AsSpan())))
        {
            return Open(processor, Next(processor, paragraph));
        }

        if (lines.Count >= TableLines && current.Contains('|') && IsTableHead(lines.Lines[0].Slice.AsSpan(), lines.Lines[1].Slice.AsSpan()))
        {
            var next = Next(processor, paragraph);
            next.Lines = new StringLineGroup(TableLines + 1);
            next.Lines.Add(lines.Lines[0]);
            next.Lines.Add(lines.Lines[1]);
            ParseBudget.Of(processor.Context).ContinuedTables.Add(processor.LineIndex);
            return Open(processor, next);
        }

        return BlockState.None;
    }

    public static bool IsDefinition(ReadOnlySpan<char> line)
    {
        var text = line.TrimStart(' ');
        return text.StartsWith("[") && text.Contains("]:", StringComparison.Ordinal);
    }

    private static ParagraphBlock Next(BlockProcessor processor, ParagraphBlock before) => new(before.Parser!)
    {
        Column = processor.Column,
        Span = new SourceSpan(processor.Line.Start, processor.Line.End),
    };

    private static BlockState Open(BlockProcessor processor, ParagraphBlock paragraph)
    {
        processor.NewBlocks.Push(paragraph);
        return BlockState.Continue;
    }

    /// <summary>
    /// Strict, so that what is cut is a table for Markdig as well: as many cells in both rows, nothing that could hide a pipe.
    /// </summary>
    private static bool IsTableHead(ReadOnlySpan<char> head, ReadOnlySpan<char> rule) =>
        head.IndexOfAny('`', '\\', '<') < 0 && rule.Contains('-') && rule.IndexOfAnyExcept("|-: \t") < 0
        && !rule.Contains("||", StringComparison.Ordinal) && Cells(head) == Cells(rule);

    private static int Cells(ReadOnlySpan<char> row)
    {
        var text = row.Trim();
        return text.Count('|') + 1 - (text.StartsWith("|") ? 1 : 0) - (text.EndsWith("|") ? 1 : 0);
    }
}
