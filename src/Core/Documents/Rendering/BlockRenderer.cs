#pragma warning disable RS0030 // Renders Markdig's tree.
using EmbSync.Core.Documents.Syntax;
using EmbSync.Core.Model;
using Markdig.Extensions.CustomContainers;
using Markdig.Extensions.Footnotes;
using Markdig.Extensions.Tables;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace EmbSync.Core.Documents.Rendering;

/// <summary>
/// Walks the tree of blocks and writes what a reader sees. Left out: comments, link definitions, generated tables of contents, the
/// state of checkboxes (counted), lines across the page, languages of fences, and footnotes that nothing refers to. Every ordered item
/// is <c>1.</c>, so that an insertion doesn't renumber the rest. Nesting is bounded by <see cref="ParseBudget.MaxDepth"/>.
/// </summary>
internal sealed class BlockRenderer
{
    private readonly TextSink sink = new();
    private readonly InlineRenderer inlines;
    private readonly List<RenderedBlock> blocks = [];
    private readonly int firstLine;
    private bool afterItem;
    private string? htmlTitle;

    private BlockRenderer(int firstLine)
    {
        this.firstLine = firstLine;
        inlines = new(sink);
    }

    /// <param name="source">The text that was parsed.</param>
    /// <param name="firstLine">Line of the file that it starts on, from 1.</param>
    public static RenderedDocument Render(ParsedMarkdown markdown, string source, int firstLine)
    {
        var renderer = new BlockRenderer(firstLine);
        var lines = new LineIndex(source);
        var skipped = TableOfContents.In(markdown.Document);
        foreach (var block in InSourceOrder(markdown.Document.Where(block => !skipped.Contains(block))))
        {
            renderer.RenderTop(block, lines, markdown.ContinuedTables.Contains(block.Line));
        }

        return new(renderer.sink.ToString(), renderer.blocks, renderer.sink.Marks, renderer.inlines.TasksDone, renderer.inlines.TasksTotal)
        {
            HtmlTitle = renderer.htmlTitle,
            LeftOut = renderer.sink.LeftOut,
        };
    }

    /// <summary>Markdig puts footnotes at the end, in the order of their references; here they stay where they were written.</summary>
    private static IEnumerable<Block> InSourceOrder(IEnumerable<Block> blocks)
    {
        var all = blocks.SelectMany(Flat).ToList();
        return all.Exists(block => block is Footnote) ? all.OrderBy(block => block.Line) : all;
    }

    /// <summary>
    /// Boxes only group: what is in them is blocks like all others, behind the box itself, which is its title alone then.
    /// </summary>
    private static IEnumerable<Block> Flat(Block block) => block switch
    {
        FootnoteGroup group => group,
        ListBlock list => list,
        CustomContainer or Admonition => ((ContainerBlock)block).SelectMany(Flat).Prepend(block),
        _ => Enumerable.Repeat(block, 1),
    };

    private void RenderTop(Block block, LineIndex lines, bool continuesTable)
    {
        if (continuesTable && block is ParagraphBlock)
        {
            throw new RefusedException(new(ProblemCodes.NestedTooDeep, firstLine + block.Line, ParseBudget.Advice));
        }

        var before = sink.Length;
        var continued = continuesTable && block is Table && blocks.Count > 0;
        var isItem = block is ListItemBlock;
        if (blocks.Count > 0)
        {
            sink.Separate(emptyLine: !continued && !(isItem && afterItem));
        }

        var start = sink.Length;
        var startLine = firstLine + (continued ? block.Line : lines.LineOf(block.Span.Start));
        sink.SourceLine = startLine;
        if (block is CustomContainer or Admonition)
        {
            RenderBoxTitle(block);
        }
        else
        {
            Render(block, continued);
        }

        if (sink.Length == start)
        {
            sink.Truncate(before, lineStart: blocks.Count == 0);
            return;
        }

        // The span of a fence that is never closed ends where it begins.
        var endLine = Math.Max(firstLine + lines.LineOf(block.Span.End), sink.Marks[^1].Line);
        var rendered = new RenderedBlock(
            start, sink.Length, block is HeadingBlock heading ? heading.Level : 0, startLine, Math.Max(startLine, endLine))
        {
            IsProse = IsProse(block),
        };
        htmlTitle ??= block is HtmlBlock && blocks.TrueForAll(before => !before.IsProse && before.Level == 0)
            ? HtmlText.TopHeading(((HtmlBlock)block).Lines.ToString()) : null;
        if (continued)
        {
            blocks[^1] = blocks[^1] with { End = rendered.End, EndLine = rendered.EndLine };
        }
        else
        {
            blocks.Add(rendered);
        }

        afterItem = isItem;
    }

    /// <summary>Leaves the sink on the last line that it wrote, without a line break.</summary>
    private void Render(Block block, bool continuesTable = false)
    {
        var start = sink.Length;
        switch (block)
        {
            case HeadingBlock heading:
                inlines.Render(heading.Inline, oneLine: true);
                break;
            case ParagraphBlock paragraph:
                inlines.Render(paragraph.Inline, oneLine: false);
                sink.TrimLine(start);
                break;
            case CodeBlock code:
                RenderCode(code);
                break;
            case HtmlBlock html:
                HtmlText.Write(html.Lines.ToSlice().AsSpan(), sink);
                sink.TrimLine(start);
                break;
            case Table table:
                RenderTable(table, continuesTable);
                break;
            case ListItemBlock item:
                RenderItem(item);
                break;
            case LinkReferenceDefinitionGroup or LinkReferenceDefinition or ThematicBreakBlock or BlankLineBlock:
                break;
            case CustomContainer or Admonition:
                RenderBox((ContainerBlock)block);
                break;
            case ContainerBlock container:
                RenderChildren(container);
                break;
            default:
                throw new NotSupportedException($"No text is defined for {block.GetType()}.");
        }
    }

    private void RenderBox(ContainerBlock box)
    {
        var start = sink.Length;
        RenderBoxTitle(box);
        if (sink.Length > start && box.Count > 0)
        {
            sink.NewLine();
        }

        RenderChildren(box);
        sink.TrimLine(start);
    }

    private void RenderBoxTitle(Block box) =>
        sink.Write(box is CustomContainer container ? Admonition.TitleOf(container.Info, container.Arguments) : ((Admonition)box).Title);

    /// <summary>
    /// Whether a paragraph has words of its own; all other blocks do, but for HTML and quotes, which say something about the page.
    /// </summary>
    private static bool IsProse(Block block) => block switch
    {
        HtmlBlock or QuoteBlock => false,
        ParagraphBlock { Inline: { } inline } =>
        inline.Descendants<LiteralInline>().Any(literal => !literal.Content.AsSpan().IsWhiteSpace() && !IsInLink(literal)),
        _ => true,
    };

    private static bool IsInLink(LiteralInline literal)
    {
        for (var parent = literal.Parent; parent is not null; parent = parent.Parent)
        {
            if (parent is LinkInline)
            {
                return true;
            }
        }

        // What stands between badges.
        return literal.Content.AsSpan().Trim() is "|" or "•" or "·" or "-" or "/" or ",";
    }

    /// <summary>Each child that has text starts a line of its own.</summary>
    private void RenderChildren(ContainerBlock container)
    {
        var first = sink.Length;
        foreach (var child in container)
        {
            var before = sink.Length;
            if (before > first)
            {
                sink.NewLine();
            }

            var start = sink.Length;
            sink.SourceLine = firstLine + child.Line;
            Render(child);
            if (sink.Length == start && start > before)
            {
                sink.Truncate(before, lineStart: false);
            }
        }
    }

    private void RenderItem(ListItemBlock item)
    {
        var before = sink.Length;
        var fresh = !sink.InLine;
        var mark = item.Parent is ListBlock { IsOrdered: true } ? "1." : "-";
        sink.WriteMark(mark);
        var start = sink.Length;
        sink.Indent(mark.Length + 1);
        RenderChildren(item);
        sink.Outdent(mark.Length + 1);
        if (sink.Length == start)
        {
            sink.Truncate(before, fresh);
        }
    }

    private void RenderCode(CodeBlock code)
    {
        var lines = code.Lines;
        var written = sink.Length;
        var blank = 0;
        var first = code.Line + (code is FencedCodeBlock ? 1 : 0);
        for (var i = 0; i < lines.Count; i++)
        {
            var line = lines.Lines[i].Slice.AsSpan().TrimEnd(" \t");
            if (line.IsWhiteSpace())
            {
                blank++;
                continue;
            }

            if (sink.Length > written)
            {
                for (; blank >= 0; blank--)
                {
                    sink.BreakLine();
                }
            }

            blank = 0;
            sink.SourceLine = firstLine + first + i;
            sink.WriteVerbatim(line);
        }
    }

    private void RenderTable(Table table, bool continues)
    {
        var first = sink.Length;
        var fresh = !sink.InLine;
        foreach (var row in table.OfType<TableRow>().Skip(continues ? 1 : 0))
        {
            var before = sink.Length;
            if (before > first)
            {
                sink.NewLine();
            }

            // A continued table repeats the two lines of its head, which are nowhere in the file.
            sink.SourceLine = firstLine + row.Line - (continues ? 2 : 0);
            if (!RenderRow(row))
            {
                sink.Truncate(before, lineStart: before == first && fresh);
            }
        }
    }

    /// <summary>False when no cell has text.</summary>
    private bool RenderRow(TableRow row)
    {
        var filled = false;
        for (var i = 0; i < row.Count; i++)
        {
            if (i > 0)
            {
                sink.Write(" | ");
            }

            foreach (var paragraph in ((TableCell)row[i]).OfType<ParagraphBlock>())
            {
                var length = sink.Length;
                inlines.Render(paragraph.Inline, oneLine: true);
                filled |= sink.Length > length;
            }
        }

        return filled;
    }
}
