using System.Text.RegularExpressions;

namespace EmbSync.Core.Documents.FrontMatter;

/// <summary>How a block of front matter is marked off, which says what it is written in.</summary>
internal enum FrontMatterKind
{
    /// <summary>Between <c>---</c> and <c>---</c> or <c>...</c>; also <c>---yaml</c>.</summary>
    Yaml,

    /// <summary>Between <c>+++</c> (Hugo, Zola); also <c>---toml</c>.</summary>
    Toml,

    /// <summary>An object from the first character on (Hugo), or between <c>;;;</c>; also <c>---json</c>.</summary>
    Json,

    /// <summary>A comment of HTML that holds nothing but keys.</summary>
    Comment,

    /// <summary><c>Title: ...</c> and further keys without marks, up to an empty line (MultiMarkdown, Pelican, MkDocs).</summary>
    Header,

    /// <summary><c>key:: value</c> lines without marks (Logseq).</summary>
    Properties,
}

/// <summary>The block at a document's very start that may be front matter, before it is read.</summary>
/// <param name="Text">Between the marks.</param>
/// <param name="FirstLine">Line of the file that <paramref name="Text"/> starts on, from 1.</param>
/// <param name="Body">After the closing mark.</param>
/// <param name="BodyLine">Line of the file that the body starts on.</param>
internal sealed partial record FrontMatterBlock(FrontMatterKind Kind, string Text, int FirstLine, string Body, int BodyLine)
{
    /// <summary>Null when nothing looks like one. Empty lines before it don't count.</summary>
    public static FrontMatterBlock? Find(string text)
    {
        var start = 0;
        var line = 1;
        for (; start < text.Length && text[start] == '\n'; start++)
        {
            line++;
        }

        var rest = text.AsSpan(start);
        var first = rest[..(rest.IndexOf('\n') is >= 0 and var end ? end : rest.Length)];
        return first switch
        {
            "---" or "---yaml" or "---yml" or "--- yaml" => Marked(text, start, line, FrontMatterKind.Yaml, "---", "..."),
            "---toml" or "--- toml" => Marked(text, start, line, FrontMatterKind.Toml, "---", "---"),
            "---json" or "--- json" => Marked(text, start, line, FrontMatterKind.Json, "---", "---"),
            "+++" => Marked(text, start, line, FrontMatterKind.Toml, "+++", "+++"),
            ";;;" => Marked(text, start, line, FrontMatterKind.Json, ";;;", ";;;"),
            ['{', ..] => JsonReader.LengthOfObject(text.AsSpan(start)) is { } length
            ? Cut(text, FrontMatterKind.Json, start, start + length, start + length, line) : null,
            _ when first.StartsWith("<!--") => Comment(text, start, line),
            _ when PropertyLine().IsMatch(first) => Paragraph(text, start, line, FrontMatterKind.Properties, PropertyLine()),
            _ when TitleLine().IsMatch(first) => Paragraph(text, start, line, FrontMatterKind.Header, HeaderLine()),
            _ => null,
        };
    }

    /// <summary>A block whose end is not marked is none.</summary>
    private static FrontMatterBlock? Marked(string text, int start, int line, FrontMatterKind kind, string mark, string other)
    {
        var inner = text.IndexOf('\n', start) + 1;
        for (var at = inner; at > 0 && at <= text.Length;)
        {
            var end = text.IndexOf('\n', at) is >= 0 and var found ? found : text.Length;
            var current = text.AsSpan(at, end - at);
            if (current.SequenceEqual(mark) || current.SequenceEqual(other))
            {
                return Cut(text, kind, inner, at, end, line + 1);
            }

            at = end + 1;
        }

        return null;
    }

    private static FrontMatterBlock? Comment(string text, int start, int line)
    {
        const string Mark = "<!--";
        var inner = start + Mark.Length;
        var close = text.IndexOf("-->", inner, StringComparison.Ordinal);
        if (close < 0)
        {
            return null;
        }

        var end = text.IndexOf('\n', close) is >= 0 and var found ? found : text.Length;
        return text.AsSpan(close + 3, end - close - 3).IsWhiteSpace() ? Cut(text, FrontMatterKind.Comment, inner, close, end, line) : null;
    }

    /// <summary>Lines of one form, and lines that are indented and go on with them, up to an empty line.</summary>
    private static FrontMatterBlock? Paragraph(string text, int start, int line, FrontMatterKind kind, Regex form)
    {
        var at = start;
        while (at < text.Length && text[at] != '\n')
        {
            var end = text.IndexOf('\n', at) is >= 0 and var found ? found : text.Length;
            var current = text.AsSpan(at, end - at);
            if (kind == FrontMatterKind.Header && current is "---")
            {
                // A closing mark without an opening one, as Hexo takes it.
                return Cut(text, kind, start, at, end, line);
            }

            if (!form.IsMatch(current) && (at == start || current[0] is not (' ' or '\t')))
            {
                return null;
            }

            at = Math.Min(end + 1, text.Length);
        }

        return Cut(text, kind, start, at, at, line);
    }

    /// <param name="end">After the text.</param>
    /// <param name="close">The end of the line that closes the block, or the text's.</param>
    private static FrontMatterBlock Cut(string text, FrontMatterKind kind, int start, int end, int close, int line)
    {
        var body = Math.Min(text.Length, close < text.Length && text[close] == '\n' ? close + 1 : close);
        return new(kind, text[start..end], line, text[body..], line + text.AsSpan(start, body - start).Count('\n'));
    }

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9_/-]{0,60}::(?: .*)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex PropertyLine();

    /// <summary>Anything less and a paragraph that begins with "Note: ..." would be taken for metadata.</summary>
    [GeneratedRegex(@"\A[Tt]itle:[ \t]*\S", RegexOptions.CultureInvariant)]
    private static partial Regex TitleLine();

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9 _-]{0,40}:(?:[ \t].*)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex HeaderLine();
}
