using System.Text;
using System.Text.RegularExpressions;

namespace EmbSync.Core.Documents;

/// <summary>
/// MDX without what makes it a program: <c>import</c> and <c>export</c>, tags of JSX, expressions in braces. The text between tags stays,
/// and so does
/// what a tag shows by its title or label. Every line keeps its number; what doesn't close stays as it stands.
/// </summary>
internal sealed partial class MdxText
{
    /// <summary>UTF-16 code units of one tag or expression.</summary>
    private const int MaxLength = 20_000;

    private readonly string text;
    private readonly CodeRanges code;
    private readonly StringBuilder result;

    private MdxText(string text)
    {
        (this.text, code, result) = (text, CodeRanges.Of(text), new(text.Length));
    }

    public static string Strip(string text) => new MdxText(Dedented(WithoutModules(text, everywhere: true))).Strip();

    /// <summary>Without the statements at the top, as Docusaurus has them in <c>.md</c> too; everywhere in MDX.</summary>
    public static string WithoutModules(string text, bool everywhere = false)
    {
        if (!text.Contains("import ", StringComparison.Ordinal) && !text.Contains("export ", StringComparison.Ordinal))
        {
            return text;
        }

        var result = new StringBuilder(text.Length);
        var fence = default(Fence);
        var isModule = false;
        var isStart = true;
        var depth = 0;
        foreach (var range in text.AsSpan().Split('\n'))
        {
            var line = text.AsSpan(range);
            result.Append(range.Start.Value == 0 ? "" : "\n");
            fence = isModule ? fence : fence.After(line);
            var begins = isStart && !fence.IsOpen && Module().IsMatch(line);
            if (begins || (isModule && (depth > 0 || !line.IsWhiteSpace())))
            {
                depth = Math.Max(0, depth + line.Count('{') - line.Count('}') + line.Count('(') - line.Count(')')
                    + line.Count('[') - line.Count(']'));
                isModule = true;
                isStart = true;
                continue;
            }

            isModule = false;
            // A statement stands behind an empty line; outside of MDX only others stand before it.
            isStart = line.IsWhiteSpace() ? everywhere || isStart : false;
            result.Append(line);
        }

        return result.ToString();
    }

    private string Strip()
    {
        for (var at = 0; at < text.Length;)
        {
            var length = text[at] is not ('<' or '{') || code.Contains(at) || (at > 0 && text[at - 1] == '\\') ? 0
                : text[at] == '{' ? Expression(at) : Tag(at);
            if (length > 0)
            {
                result.Append('\n', text.AsSpan(at, length).Count('\n'));
                at += length;
                continue;
            }

            result.Append(text[at++]);
        }

        return result.ToString();
    }

    /// <summary>Length of an expression; 0 when it doesn't close. A string in it is text.</summary>
    private int Expression(int start)
    {
        var length = Balanced(start);
        if (length > 2)
        {
            var inner = text.AsSpan(start + 1, length - 2).Trim();
            if (inner.Length >= 2 && inner[0] is '"' or '\'' or '`' && inner[^1] == inner[0] && inner[1..^1]
                .IndexOf(inner[0]) < 0 && !inner.Contains("${", StringComparison.Ordinal))
            {
                result.Append(inner[1..^1].ToString().Replace('\n', ' '));
            }
        }

        return length;
    }

    /// <summary>Length of a tag; 0 for what is none, or a tag of HTML without braces, which the parser knows.</summary>
    private int Tag(int start)
    {
        var name = TagName().Match(text, start);
        if (!name.Success || name.Index != start)
        {
            return 0;
        }

        for (var at = start + name.Length; at < Math.Min(text.Length, start + MaxLength); at++)
        {
            if (text[at] == '>')
            {
                var whole = text.AsSpan(start, at + 1 - start);
                var isHtml = name.Groups[1].Value is [>= 'a' and <= 'z', ..] lower && !lower.Contains('.', StringComparison.Ordinal)
                    && !whole.Contains('{');
                if (isHtml)
                {
                    return 0;
                }

                foreach (Match shown in Shown().Matches(whole.ToString()))
                {
                    // Two spaces at a line's end break it: what follows is no part of the title.
                    result.Append(shown.Groups[1].Success ? shown.Groups[1].ValueSpan : shown.Groups[2].ValueSpan).Append("  ");
                }

                return whole.Length;
            }

            if (text[at] is '"' or '\'' && text[at - 1] == '=')
            {
                at = text.IndexOf(text[at], at + 1) is > 0 and var close ? close : text.Length;
            }
            else if (text[at] == '{')
            {
                var length = Balanced(at);
                if (length == 0)
                {
                    return 0;
                }

                at += length - 1;
            }
            else if (text[at] == '<')
            {
                return 0;
            }
        }

        return 0;
    }

    /// <summary>Up to the brace that closes, past strings and comments; 0 where none does.</summary>
    private int Balanced(int start)
    {
        var depth = 0;
        for (var at = start; at < Math.Min(text.Length, start + MaxLength); at++)
        {
            switch (text[at])
            {
                case '{':
                    depth++;
                    break;
                case '}' when --depth == 0:
                    return at + 1 - start;
                case '/' when at + 1 < text.Length && text[at + 1] == '*':
                    at = text.IndexOf("*/", at + 2, StringComparison.Ordinal) is >= 0 and var end ? end + 1 : text.Length;
                    break;
                case '"' or '`' when text.AsSpan(at + 1, Math.Min(text.Length - at - 1, 2_000)).IndexOf(text[at]) is >= 0 and var close:
                    at += close + 1;
                    break;
                default:
                    break;
            }
        }

        return 0;
    }

    /// <summary>
    /// What stands to the right within tags isn't code in MDX: lines there begin where the first one behind the tag does.
    /// </summary>
    private static string Dedented(string text)
    {
        var result = new StringBuilder(text.Length);
        var fence = default(Fence);
        var margins = new Stack<int>();
        var isFirst = false;
        foreach (var range in text.AsSpan().Split('\n'))
        {
            var line = text.AsSpan(range);
            result.Append(range.Start.Value == 0 ? "" : "\n");
            var content = line.TrimStart(" \t");
            var indent = line.Length - content.Length;
            if (!fence.IsOpen && isFirst && !content.IsEmpty)
            {
                margins.Push(Math.Max(margins.Count > 0 ? margins.Peek() : 0, indent));
                isFirst = false;
            }

            if (!fence.IsOpen && content.StartsWith("</") && margins.Count > 0 && content.Length > 2 && IsComponent(content[2]))
            {
                margins.Pop();
            }

            var margin = margins.Count > 0 ? Math.Min(margins.Peek(), indent) : 0;
            result.Append(line[margin..]);
            fence = fence.After(line);
            isFirst |= !fence.IsOpen && content.Length > 1 && content[0] == '<' && IsComponent(content[1]) && content[^1] == '>'
                && !content.EndsWith("/>") && !content.Contains("</", StringComparison.Ordinal);
        }

        return result.ToString();
    }

    private static bool IsComponent(char character) => char.IsAsciiLetter(character) || character == '>';

    [GeneratedRegex(@"\A(?:import\s+(?:[""'{*]|[\w$]+\s*,\s*[{*]|[\w$]+\s+from\s+[""'])|export\s+(?:const|let|var|function|async|default|class|\{|\*))", RegexOptions.CultureInvariant)]
    private static partial Regex Module();

    [GeneratedRegex(@"\G</?([A-Za-z][\w.:-]*)?(?=[\s/>])", RegexOptions.CultureInvariant)]
    private static partial Regex TagName();

    /// <summary>Attributes that are read, not only set.</summary>
    [GeneratedRegex(@"[\s{](?:title|label|heading|description|caption|summary)\s*[=:]\s*(?:""([^""]*)""|'([^']*)')",
        RegexOptions.CultureInvariant)]
    private static partial Regex Shown();
}
