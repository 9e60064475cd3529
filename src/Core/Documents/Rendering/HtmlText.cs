using System.Net;

namespace EmbSync.Core.Documents.Rendering;

/// <summary>
/// The text of raw HTML in Markdown: tags, comments, scripts and styles are dropped, entities decoded. Ends of block elements and
/// <c>br</c> end a line; other white space doesn't count. Not a browser: it is never shown, only embedded.
/// </summary>
internal static class HtmlText
{
    private static readonly string[] LineElements =
        ["br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "summary", "dt", "dd", "blockquote", "table", "ul", "ol", "pre",
            "hr"];

    private static readonly string[] Cells = ["td", "th"];
    private static readonly string[] Unseen = ["script", "style"];

    public static bool IsLineBreak(string tag) => NameOf(tag.AsSpan().TrimStart('<')) is "br" or "BR";

    /// <summary>What the first <c>h1</c> says, on one line; null where there is none, or nothing in it.</summary>
    public static string? TopHeading(string html)
    {
        var start = html.IndexOf("<h1", StringComparison.OrdinalIgnoreCase);
        var end = start < 0 ? -1 : html.IndexOf("</h1", start, StringComparison.OrdinalIgnoreCase);
        if (end < 0 || start + 3 >= html.Length || char.IsAsciiLetterOrDigit(html[start + 3]))
        {
            return null;
        }

        var sink = new TextSink();
        Write(html.AsSpan(start, end - start), sink);
        var text = sink.ToString().ReplaceLineEndings(" ").Trim();
        return text.Length > 0 ? text : null;
    }

    /// <summary>Writes what stands between the tags.</summary>
    public static void Write(ReadOnlySpan<char> html, TextSink sink)
    {
        // Behind the last closing bracket nothing is a tag.
        var last = html.LastIndexOf('>') + 1;
        WriteTagged(html[..last], sink);
        sink.Write(Decoded(html[last..]));
    }

    private static void WriteTagged(ReadOnlySpan<char> html, TextSink sink)
    {
        while (!html.IsEmpty)
        {
            var tag = NextTag(html);
            sink.Write(Decoded(tag < 0 ? html : html[..tag]));
            if (tag < 0)
            {
                return;
            }

            html = html[tag..];
            html = html.StartsWith("<!--") ? AfterMark(html, "-->")
                : html.StartsWith("<![CDATA[") ? WriteData(html, sink)
                : html.StartsWith("<?") ? AfterMark(html, "?>")
                : AfterTag(html, sink);
        }
    }

    /// <summary>An entity for NUL is the replacement character, as HTML has it; a NUL is what no store takes.</summary>
    private static string Decoded(ReadOnlySpan<char> text) => WebUtility.HtmlDecode(text.ToString()).Replace('\0', '\uFFFD');

    /// <summary>A <c>&lt;</c> that begins a tag, not one that compares; -1 when there is none.</summary>
    private static int NextTag(ReadOnlySpan<char> html)
    {
        for (var start = 0; start < html.Length;)
        {
            var found = html[start..].IndexOf('<');
            if (found < 0)
            {
                return -1;
            }

            var at = start + found;
            if (at + 1 < html.Length && (char.IsAsciiLetter(html[at + 1]) || html[at + 1] is '/' or '!' or '?'))
            {
                return at;
            }

            start = at + 1;
        }

        return -1;
    }

    private static ReadOnlySpan<char> AfterTag(ReadOnlySpan<char> html, TextSink sink)
    {
        var name = NameOf(html[(html.StartsWith("</") ? 2 : 1)..]);
        if (IsOneOf(name, LineElements))
        {
            sink.NewLine();
        }
        else if (IsOneOf(name, Cells))
        {
            sink.Space();
        }

        var rest = html[TagLength(html)..];
        if (html[1] == '/' || !IsOneOf(name, Unseen))
        {
            return rest;
        }

        var end = rest.IndexOf($"</{name}", StringComparison.OrdinalIgnoreCase);
        return end < 0 ? default : rest[end..];
    }

    /// <summary>Up to the closing bracket outside of quotes; where quotes don't close, up to the next bracket.</summary>
    private static int TagLength(ReadOnlySpan<char> html)
    {
        for (var i = 1; i < html.Length; i++)
        {
            if (html[i] == '>')
            {
                return i + 1;
            }

            if (html[i] is '"' or '\'' && html[i - 1] == '=')
            {
                var close = html[(i + 1)..].IndexOf(html[i]);
                if (close < 0)
                {
                    break;
                }

                i += close + 1;
            }
        }

        return html.IndexOf('>') + 1;
    }

    private static ReadOnlySpan<char> WriteData(ReadOnlySpan<char> html, TextSink sink)
    {
        html = html["<![CDATA[".Length..];
        var end = html.IndexOf("]]>", StringComparison.Ordinal);
        sink.Write(end < 0 ? html : html[..end]);
        return end < 0 ? default : html[(end + 3)..];
    }

    private static ReadOnlySpan<char> AfterMark(ReadOnlySpan<char> html, string mark) =>
        html.IndexOf(mark, StringComparison.Ordinal) is >= 0 and var end ? html[(end + mark.Length)..] : default;

    private static ReadOnlySpan<char> NameOf(ReadOnlySpan<char> tag)
    {
        var length = 0;
        while (length < tag.Length && char.IsAsciiLetterOrDigit(tag[length]))
        {
            length++;
        }

        return tag[..length];
    }

    private static bool IsOneOf(ReadOnlySpan<char> name, string[] names)
    {
        foreach (var candidate in names)
        {
            if (name.Equals(candidate, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
