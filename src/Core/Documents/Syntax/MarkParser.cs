#pragma warning disable RS0030 // Parses a form of Markdown.
using System.Buffers;
using Markdig.Helpers;
using Markdig.Parsers;
using Markdig.Syntax;

namespace EmbSync.Core.Documents.Syntax;

/// <summary>
/// Marks of editors and generators within a line that nobody reads: <c>==highlight==</c>, <c>%% comment %%</c>, <c>$formula$</c>,
/// <c>:name[text]{...}</c>. Each is one only where it closes, stands apart from words, and could be nothing else: <c>a == b</c>, <c>100
/// %</c> and
/// <c>$5</c> stay.
/// </summary>
internal sealed class MarkParser : InlineParser
{
    private const int MaxLength = 2_000;

    private static readonly SearchValues<char> Capitals = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
    private static readonly SearchValues<char> Signs = SearchValues.Create("\\^_={}+<>");

    public MarkParser() => OpeningCharacters = ['=', '%', '$', ':'];

    public override bool Match(InlineProcessor processor, ref StringSlice slice)
    {
        var before = slice.PeekCharExtra(-1);
        var rest = slice.AsSpan();
        rest = rest[..Math.Min(rest.Length, MaxLength)];
        return rest[0] switch
        {
            '=' => Highlight(processor, ref slice, rest, before),
            '%' => Comment(processor, ref slice, rest, before),
            '$' => Formula(processor, ref slice, rest, before),
            _ => Directive(processor, ref slice, rest, before),
        };
    }

    /// <summary>Takes away the marks alone, so that what is within is read like all else.</summary>
    private static bool Highlight(InlineProcessor processor, ref StringSlice slice, ReadOnlySpan<char> rest, char before)
    {
        var budget = ParseBudget.Of(processor.Context);
        budget.Enter(processor.Block!);
        if (budget.Closers.Remove(slice.Start))
        {
            return Show(processor, ref slice, "", 2);
        }

        if (rest.Length < 5 || rest[1] != '=' || rest[2] == '=' || char.IsWhiteSpace(rest[2]) || char.IsLetterOrDigit(before)
            || before is '=' or '!' or '<' or '>')
        {
            return false;
        }

        for (var at = 3; at + 1 < rest.Length; at++)
        {
            if (rest[at] != '=' || rest[at + 1] != '=')
            {
                continue;
            }

            if (char.IsWhiteSpace(rest[at - 1]) || (at + 2 < rest.Length && (rest[at + 2] == '=' || char.IsLetterOrDigit(rest[at + 2]))))
            {
                return false;
            }

            budget.Closers.Add(slice.Start + at);
            return Show(processor, ref slice, "", 2);
        }

        return false;
    }

    private static bool Comment(InlineProcessor processor, ref StringSlice slice, ReadOnlySpan<char> rest, char before)
    {
        if (rest.Length < 5 || rest[1] != '%' || char.IsLetterOrDigit(before))
        {
            return false;
        }

        var length = rest[2..].IndexOf("%%");
        return length > 0 && rest.Slice(2, length).IndexOfAnyExcept(Capitals) >= 0
            && Show(processor, ref slice, "", length + 4);
    }

    /// <summary>Closed by Pandoc's rules: no white space within the marks, no digit or letter behind.</summary>
    private static bool Formula(InlineProcessor processor, ref StringSlice slice, ReadOnlySpan<char> rest, char before)
    {
        var mark = rest.Length > 1 && rest[1] == '$' ? 2 : 1;
        if (rest.Length < (2 * mark) + 1 || char.IsLetterOrDigit(before) || before is '$' or '\\' || rest[mark] is '$' or '`'
            || (mark == 1 && rest[mark] == '{') || (mark == 1 && char.IsWhiteSpace(rest[mark])))
        {
            return false;
        }

        for (var at = mark + 1; at + mark <= rest.Length; at++)
        {
            if (rest[at] == '\\')
            {
                at++;
                continue;
            }

            if (!rest[at..].StartsWith(mark == 2 ? "$$" : "$"))
            {
                continue;
            }

            var content = rest[mark..at];
            var isClosed = mark == 2 || (!char.IsWhiteSpace(rest[at - 1])
                && !(at + 1 < rest.Length && (char.IsLetterOrDigit(rest[at + 1]) || rest[at + 1] == '$')));
            return isClosed && (mark == 2 || IsFormula(content)) && Show(processor, ref slice, content.Trim().ToString(), at + mark);
        }

        return false;
    }

    private static bool IsFormula(ReadOnlySpan<char> content) =>
        content.IndexOfAny(Signs) >= 0 ? !content.Contains('`') : content.Length <= 2 && char.IsLetter(content[0]);

    /// <summary>Directives by their label; a leaf with two colons may stand for something that isn't text, such as a video.</summary>
    private static bool Directive(InlineProcessor processor, ref StringSlice slice, ReadOnlySpan<char> rest, char before)
    {
        var colons = rest.Length > 1 && rest[1] == ':' ? 2 : 1;
        if (rest.Length < colons + 3 || char.IsLetterOrDigit(before) || before is ':' or ')' or ']' or '`' || !char.IsAsciiLetterLower(
            rest[colons])
            || (colons == 2 && processor.Root?.FirstChild is not null))
        {
            return false;
        }

        var name = colons;
        while (name < rest.Length && (char.IsAsciiLetterOrDigit(rest[name]) || rest[name] is '-' or '_'))
        {
            name++;
        }

        var end = name;
        ReadOnlySpan<char> label = default;
        if (end < rest.Length && rest[end] == '[')
        {
            var close = rest[end..].IndexOfAny(']', '\n');
            if (close < 0 || rest[end + close] != ']')
            {
                return false;
            }

            label = rest[(end + 1)..(end + close)];
            end += close + 1;
        }

        var hasAttributes = end < rest.Length && rest[end] == '{';
        if (hasAttributes)
        {
            var close = rest[end..].IndexOfAny('}', '\n');
            if (close < 0 || rest[end + close] != '}')
            {
                return false;
            }

            end += close + 1;
        }

        return (hasAttributes || (colons == 2 && !label.IsEmpty)) && (colons == 1 || end == rest.Length || rest[end] == '\n')
            && (colons == 2 || !label.IsEmpty) && Show(processor, ref slice, label.ToString(), end);
    }

    private static bool Show(InlineProcessor processor, ref StringSlice slice, string text, int length)
    {
        processor.Inline = new ShownInline(text, slice.AsSpan()[..length].ToString())
        {
            Span = new SourceSpan(processor.GetSourcePosition(slice.Start, out var line, out var column), processor.GetSourcePosition(
                slice.Start + length - 1)),
            Line = line,
            Column = column,
        };
        slice.Start += length;
        return true;
    }
}
