#pragma warning disable RS0030 // Parses a form of Markdown.
using System.Buffers;
using Markdig.Helpers;
using Markdig.Parsers;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace EmbSync.Core.Documents.Syntax;

/// <summary>Text that a reader sees in place of what is written.</summary>
/// <param name="text">As it is read.</param>
/// <param name="source">As it is written.</param>
internal sealed class ShownInline(string text, string source) : LeafInline
{
    public string Text { get; } = text;

    public string Source { get; } = source;

    /// <summary>Line breaks in what is written.</summary>
    public int Lines { get; } = source.AsSpan().Count('\n');

    /// <summary>The next line break ends the line: what is shown is a title.</summary>
    public bool EndsLine { get; init; }
}

/// <summary>
/// Links of wikis by their words, <c>[[page|words]]</c>, and embeds by name, <c>![[page]]</c>. What is a link of Markdown in brackets, a
/// footnote or
/// a number is left to the other parsers.
/// </summary>
internal sealed class WikiLinkParser : InlineParser
{
    private const int MaxLength = 400;

    private static readonly SearchValues<char> Numbers = SearchValues.Create("0123456789, .-");
    private static readonly SearchValues<char> Sizes = SearchValues.Create("0123456789x");

    public WikiLinkParser() => OpeningCharacters = ['[', '!'];

    public override bool Match(InlineProcessor processor, ref StringSlice slice)
    {
        var rest = slice.AsSpan();
        var isEmbed = rest[0] == '!';
        var start = isEmbed ? 3 : 2;
        if (!rest[(isEmbed ? 1 : 0)..].StartsWith("[["))
        {
            return false;
        }

        var window = rest[start..Math.Min(rest.Length, start + MaxLength)];
        var length = window.IndexOfAny(']', '[', '\n');
        if (length < 1 || !window[length..].StartsWith("]]"))
        {
            return false;
        }

        var content = window[..length];
        var after = start + length + 2;
        if (after < rest.Length && rest[after] is '(' or '[')
        {
            return false;
        }

        if (content[0] == '^' || content.Trim().IndexOfAnyExcept(Numbers) < 0 || content.Contains("://", StringComparison.Ordinal)
            || processor.Document.TryGetLinkReferenceDefinition(content.ToString(), out _))
        {
            return false;
        }

        if (!isEmbed && ParseBudget.Of(processor.Context) is var budget && budget.Brackets > 0)
        {
            budget.Brackets--;
        }

        processor.Inline = new ShownInline(Words(content, isEmbed), rest[..after].ToString())
        {
            Span = new SourceSpan(processor.GetSourcePosition(slice.Start, out var line, out var column), processor.GetSourcePosition(
                slice.Start + after - 1)),
            Line = line,
            Column = column,
        };
        slice.Start += after;
        return true;
    }

    private static string Words(ReadOnlySpan<char> content, bool isEmbed)
    {
        var bar = content.IndexOf('|');
        var target = (bar < 0 ? content : content[..bar]).TrimEnd('\\').Trim();
        var words = bar < 0 ? default : content[(bar + 1)..].Trim();
        // The number behind an embed is a width.
        if (!words.IsEmpty && !(isEmbed && words.IndexOfAnyExcept(Sizes) < 0))
        {
            return words.ToString();
        }

        var name = target.EndsWith(".md") ? target[..^3] : target;
        var heading = name.IndexOf('#');
        if (heading < 0)
        {
            return name.ToString();
        }

        var page = name[..heading].Trim();
        var place = name[(heading + 1)..].Trim();
        return place.StartsWith("^") ? page.ToString() : page.IsEmpty ? place.ToString() : $"{page} > {place}";
    }
}
