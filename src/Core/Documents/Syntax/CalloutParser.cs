#pragma warning disable RS0030 // Parses a form of Markdown.
using Markdig.Helpers;
using Markdig.Parsers;
using Markdig.Syntax;

namespace EmbSync.Core.Documents.Syntax;

/// <summary>
/// The head of a callout or alert, <c>&gt; [!warning]- Title</c>: its title is what is read, its kind where it has none. GitHub's and
/// Obsidian's.
/// </summary>
internal sealed class CalloutParser : InlineParser
{
    private const int MaxLength = 60;

    public CalloutParser() => OpeningCharacters = ['['];

    public override bool Match(InlineProcessor processor, ref StringSlice slice)
    {
        var rest = slice.AsSpan();
        if (!rest.StartsWith("[!") || processor.Block is not ParagraphBlock { Parent: QuoteBlock quote } paragraph || !ReferenceEquals(
            quote[0], paragraph)
            || processor.Root?.FirstChild is not null)
        {
            return false;
        }

        var length = rest[2..Math.Min(rest.Length, MaxLength)].IndexOf(']');
        var kind = length < 1 ? default : rest[2..(2 + length)];
        var meta = kind.IndexOf('|');
        kind = (meta < 0 ? kind : kind[..meta]).Trim();
        if (kind.IsEmpty || !IsWord(kind))
        {
            return false;
        }

        var end = 2 + length + 1;
        end += end < rest.Length && rest[end] is '+' or '-' ? 1 : 0;
        var title = rest[end..];
        title = title[..(title.IndexOf('\n') is >= 0 and var line ? line : title.Length)].Trim();
        processor.Inline = new ShownInline(title.IsEmpty ? Admonition.Named(kind) : "", rest[..end].ToString()) { EndsLine = true };
        slice.Start += end;
        return true;
    }

    private static bool IsWord(ReadOnlySpan<char> kind)
    {
        foreach (var character in kind)
        {
            if (!char.IsLetterOrDigit(character) && character is not ('-' or '_' or ' '))
            {
                return false;
            }
        }

        return true;
    }
}
