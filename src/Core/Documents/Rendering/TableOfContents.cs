#pragma warning disable RS0030 // Reads Markdig's tree.
using EmbSync.Core.Documents.Syntax;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace EmbSync.Core.Documents.Rendering;

/// <summary>Finds what repeats a document's own headings: text that tools write, and that changes with every heading.</summary>
internal static class TableOfContents
{
    /// <summary>Top-level blocks between the marks that generators leave, marks included, and lists of in-page links alone.</summary>
    public static HashSet<Block> In(MarkdownDocument document)
    {
        var found = new HashSet<Block>();
        var start = -1;
        for (var i = 0; i < document.Count; i++)
        {
            switch (document[i])
            {
                case HtmlBlock { Type: HtmlBlockType.Comment } html:
                    var mark = MarkOf(html);
                    if (mark == Mark.Start)
                    {
                        start = i;
                    }
                    else if (mark == Mark.Stop && start >= 0)
                    {
                        found.UnionWith(document.Skip(start).Take(i - start + 1));
                        start = -1;
                    }

                    break;
                case ListBlock list when LinksToThisPage(list):
                    found.Add(list);
                    break;
                case ParagraphBlock paragraph when IsPlaceholder(paragraph):
                    found.Add(paragraph);
                    break;
                default:
                    break;
            }
        }

        return found;
    }

    private enum Mark
    {
        None,
        Start,
        Stop,
    }

    private static Mark MarkOf(HtmlBlock html)
    {
        if (html.Lines.Count != 1)
        {
            return Mark.None;
        }

        var line = html.Lines.Lines[0].Slice.AsSpan().Trim();
        if (!line.StartsWith("<!--") || !line.EndsWith("-->") || line.Length < 7)
        {
            return Mark.None;
        }

        var text = line[4..^3].Trim().ToString().ToLowerInvariant();
        return text switch
        {
            "toc" or "toc start" or "tocstart" => Mark.Start,
            "tocstop" or "/toc" or "toc end" or "tocend" => Mark.Stop,
            _ when text.StartsWith("toc ", StringComparison.Ordinal) || text.StartsWith("start doctoc", StringComparison.Ordinal)
                || text.StartsWith("auto-generated-content:start (toc", StringComparison.Ordinal) => Mark.Start,
            _ when text.StartsWith("end doctoc", StringComparison.Ordinal)
                || text.StartsWith("auto-generated-content:end", StringComparison.Ordinal) => Mark.Stop,
            _ => Mark.None,
        };
    }

    /// <summary>Each item is one link to <c>#...</c>, with nested lists of the same. Depth is bounded by the parser.</summary>
    private static bool LinksToThisPage(ListBlock list) => list.Count > 0 && list.All(item => item is ListItemBlock { Count: > 0 } children
        && children.All(child => child switch
        {
            ParagraphBlock paragraph => IsInPageLink(paragraph.Inline),
            ListBlock nested => LinksToThisPage(nested),
            _ => false,
        }));

    private static bool IsInPageLink(ContainerInline? inline)
    {
        var links = 0;
        for (var child = inline?.FirstChild; child is not null; child = child.NextSibling)
        {
            switch (child)
            {
                case LinkInline { IsImage: false, Url: ['#', _, ..] }:
                    links++;
                    break;
                case LiteralInline literal when literal.Content.AsSpan().IsWhiteSpace():
                    break;
                default:
                    return false;
            }
        }

        return links == 1;
    }

    /// <summary>What GitLab, Azure DevOps and Python-Markdown put a table of contents in place of.</summary>
    private static bool IsPlaceholder(ParagraphBlock paragraph)
    {
        var text = "";
        for (var child = paragraph.Inline?.FirstChild; child is not null; child = child.NextSibling)
        {
            if (child is LiteralInline literal && text.Length <= "[[_TOC_]]".Length)
            {
                text += literal.Content.ToString();
            }
            else if (child is ShownInline shown && text.Length == 0)
            {
                text = shown.Source;
            }
            else if (child is EmphasisInline { FirstChild: LiteralInline { NextSibling: null } emphasised })
            {
                text += $"_{emphasised.Content}_";
            }
            else
            {
                return false;
            }
        }

        return text.ToUpperInvariant() is "[TOC]" or "[[_TOC_]]" or "[[TOC]]";
    }
}
