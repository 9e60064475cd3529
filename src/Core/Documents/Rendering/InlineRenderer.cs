#pragma warning disable RS0030 // Renders Markdig's tree.
using EmbSync.Core.Documents.Syntax;
using Markdig.Extensions.Footnotes;
using Markdig.Extensions.TaskLists;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace EmbSync.Core.Documents.Rendering;

/// <summary>
/// Inlines to text: emphasis, links and images as the text inside of them, addresses dropped, code kept, tags and comments dropped.
/// Walks by links, without recursion: inlines nest as deep as the author likes.
/// </summary>
internal sealed class InlineRenderer(TextSink sink)
{
    public int TasksDone { get; private set; }

    public int TasksTotal { get; private set; }

    /// <summary>The line ends with a title.</summary>
    private bool endsLine;

    /// <param name="oneLine">A hard break is a space: in headings and cells.</param>
    public void Render(ContainerInline? root, bool oneLine)
    {
        endsLine = false;
        for (var current = root?.FirstChild; current is not null; current = Next(current, root!))
        {
            Write(current, oneLine);
        }
    }

    private static Inline? Next(Inline current, ContainerInline root)
    {
        if (current is ContainerInline { FirstChild: { } child })
        {
            return child;
        }

        var node = current;
        while (node.NextSibling is null)
        {
            if (node.Parent is not { } parent || ReferenceEquals(parent, root))
            {
                return null;
            }

            node = parent;
        }

        return node.NextSibling;
    }

    private void Write(Inline inline, bool oneLine)
    {
        switch (inline)
        {
            case LiteralInline literal:
                sink.Write(IsLast(literal) ? BlockName.Without(literal.Content.AsSpan()) : literal.Content.AsSpan());
                break;
            case ShownInline shown:
                sink.Write(shown.Text);
                sink.SourceLine += shown.Lines;
                endsLine |= shown.EndsLine;
                break;
            case CodeInline code:
                sink.Write(code.Content);
                break;
            case LineBreakInline lineBreak:
                Break(lineBreak.IsHard || endsLine, oneLine);
                endsLine = false;
                sink.SourceLine++;
                break;
            case HtmlEntityInline entity:
                sink.Write(entity.Transcoded.AsSpan());
                break;
            case AutolinkInline autolink:
                sink.Write(autolink.Url);
                break;
            case HtmlInline html:
                if (HtmlText.IsLineBreak(html.Tag))
                {
                    Break(hard: true, oneLine);
                }

                break;
            // Only an item's first word is a checkbox; Markdig takes any.
            case TaskList { PreviousSibling: not null } task:
                sink.Write(task.Checked ? "[x]" : "[ ]");
                break;
            case TaskList task:
                TasksTotal++;
                TasksDone += task.Checked ? 1 : 0;
                break;
            case FootnoteLink:
                break;
            // An opener that found no end is the character that it is.
            case DelimiterInline delimiter:
                sink.Write(delimiter.ToLiteral());
                break;
            case ContainerInline:
                break;
            default:
                throw new NotSupportedException($"No text is defined for {inline.GetType()}.");
        }
    }

    /// <summary>Of a paragraph: the only place of a name that Obsidian gives to a block.</summary>
    private static bool IsLast(LiteralInline literal) => literal is { NextSibling: null, Parent.ParentBlock: ParagraphBlock };

    private void Break(bool hard, bool oneLine)
    {
        if (!hard)
        {
            sink.SoftBreak();
        }
        else if (oneLine)
        {
            sink.Space();
        }
        else
        {
            sink.NewLine();
        }
    }
}
