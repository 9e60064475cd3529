#pragma warning disable RS0030 // Parses a form of Markdown.
using Markdig.Parsers;
using Markdig.Syntax;

namespace EmbSync.Core.Documents.Syntax;

/// <summary>
/// A box with a title: <c>!!! note "Title"</c> or <c>??? note</c> of MkDocs and <c>=== "Tab"</c>, with lines that stand four columns to the
/// right.
/// </summary>
internal sealed class Admonition(BlockParser parser) : ContainerBlock(parser)
{
    private static readonly HashSet<string> Kinds = new(StringComparer.OrdinalIgnoreCase)
    {
        "abstract", "attention", "bug", "caution", "check", "cite", "danger", "done", "error", "example", "fail", "failure", "faq", "help",
            "hint", "important", "info",
        "missing", "note", "question", "quote", "seealso", "success", "summary", "tip", "tldr", "todo", "warning",
    };

    /// <summary>As it is read; empty where the box has none.</summary>
    public required string Title { get; init; }

    public static bool IsKind(string kind) => Kinds.Contains(kind);

    /// <summary>The kind of a callout that has no title: <c>Warning</c>.</summary>
    public static string Named(ReadOnlySpan<char> kind) =>
        kind.IsEmpty ? "" : string.Concat(kind[..1].ToString().ToUpperInvariant(), kind[1..].ToString().ToLowerInvariant());

    /// <summary>
    /// What is read above a box between colons: <c>:::note Title</c>, <c>:::note[Title]</c>, else its kind, where that is one of an
    /// admonition. Other
    /// containers only group.
    /// </summary>
    public static string TitleOf(string? info, string? arguments)
    {
        var kind = (info ?? "").Trim('{', '}', '.', ' ');
        var rest = (arguments ?? "").Trim();
        var bracket = kind.IndexOf('[', StringComparison.Ordinal);
        if (bracket >= 0)
        {
            rest = $"{kind[(bracket + 1)..]} {rest}".Trim();
            rest = rest.TrimEnd(']');
            kind = kind[..bracket];
        }

        var attributes = rest.IndexOf('{', StringComparison.Ordinal);
        rest = (attributes < 0 ? rest : rest[..attributes]).Trim().Trim('"');
        return rest.Length > 0 && !kind.StartsWith('=') ? Unmarked(rest) : Kinds.Contains(kind) ? Named(kind) : "";
    }

    private static string Unmarked(string title) =>
        title.Replace("**", "", StringComparison.Ordinal).Replace("`", "", StringComparison.Ordinal).TrimStart('[').TrimEnd(']');
}

internal sealed class AdmonitionParser : BlockParser
{
    private const int Indent = 4;

    public AdmonitionParser() => OpeningCharacters = ['!', '?', '='];

    public override BlockState TryOpen(BlockProcessor processor)
    {
        if (processor.IsCodeIndent || TitleOf(processor.Line.AsSpan()) is not { } title)
        {
            return BlockState.None;
        }

        var line = processor.Line;
        processor.NewBlocks.Push(new Admonition(this)
        {
            Title = title,
            Column = processor.Column,
            Span = new SourceSpan(line.Start, line.End),
        });
        return BlockState.ContinueDiscard;
    }

    public override BlockState TryContinue(BlockProcessor processor, Block block)
    {
        if (processor.IsBlankLine)
        {
            return BlockState.Continue;
        }

        if (processor.Indent < Indent)
        {
            return BlockState.None;
        }

        processor.GoToColumn(processor.ColumnBeforeIndent + Indent);
        block.UpdateSpanEnd(processor.Line.End);
        return BlockState.Continue;
    }

    /// <summary>Null for any other line. An empty title in quotes is none at all.</summary>
    private static string? TitleOf(ReadOnlySpan<char> line)
    {
        var isTab = line.StartsWith("=== \"") || line.StartsWith("===! \"") || line.StartsWith("===+ \"");
        if (!isTab && !line.StartsWith("!!! ") && !line.StartsWith("??? ") && !line.StartsWith("???+ "))
        {
            return null;
        }

        var rest = line[line.IndexOf(' ')..].Trim();
        var quote = rest.IndexOf('"');
        var kinds = (quote < 0 ? rest : rest[..quote]).Trim();
        foreach (var character in kinds)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('-' or '_' or ' '))
            {
                return null;
            }
        }

        if (quote >= 0)
        {
            var title = rest[(quote + 1)..];
            return title.EndsWith("\"") ? title[..^1].Trim().ToString() : null;
        }

        // Exclamation marks are no box where no known kind follows, and nothing in quotes.
        var kind = kinds.IndexOf(' ') is > 0 and var space ? kinds[..space] : kinds;
        return !isTab && Admonition.IsKind(kind.ToString()) ? Admonition.Named(kind) : null;
    }
}
