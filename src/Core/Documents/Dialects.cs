using System.Text.RegularExpressions;

namespace EmbSync.Core.Documents;

/// <summary>
/// What generators and editors write around Markdown and no reader sees, taken out before it is parsed: comments of Obsidian, tags of Hugo
/// and Liquid,
/// attributes of kramdown and Pandoc, JSX. Every line keeps its number. Code is left alone, and so is a text that has none of it.
/// </summary>
internal static partial class Dialects
{
    public static string Prepare(string text, MarkdownDialect dialect)
    {
        if (dialect == MarkdownDialect.Mdx)
        {
            text = MdxText.Strip(text);
        }

        text = text.StartsWith("import ", StringComparison.Ordinal) || text.StartsWith("export ", StringComparison.Ordinal)
            || text.StartsWith('\n')
            ? MdxText.WithoutModules(text) : text;
        text = text.Contains("{{<", StringComparison.Ordinal) || text.Contains("{{%", StringComparison.Ordinal) || text.Contains(
            "{%", StringComparison.Ordinal)
            ? Erased(text, Tag()) : text;
        text = text.Contains("%%", StringComparison.Ordinal) ? Erased(text, Comment()) : text;
        text = text.Contains("{:", StringComparison.Ordinal) ? Erased(Erased(text, Contents()), Kramdown()) : text;
        text = text.Contains("{#", StringComparison.Ordinal) || text.Contains("{.", StringComparison.Ordinal) || text.Contains(
            "){", StringComparison.Ordinal)
            ? Erased(Erased(text, Attributes()), HeadingAttributes(), IsInHeading) : text;
        text = text.Contains(":: ", StringComparison.Ordinal) ? Erased(text, Property()) : text;
        text = text.Contains("$$", StringComparison.Ordinal) ? FencedMath(text) : text;
        return text.Contains("\n///", StringComparison.Ordinal) || text.StartsWith("///", StringComparison.Ordinal) ? Containers(text)
            : text;
    }

    /// <summary>Without what matches outside of code; the line breaks in it stay.</summary>
    private static string Erased(string text, Regex what, Func<string, int, bool>? where = null)
    {
        var code = CodeRanges.Of(text);
        return what.Replace(text, match => code.Contains(match.Index) || where?.Invoke(text, match.Index) == false
            ? match.Value
            : new string('\n', match.ValueSpan.Count('\n')));
    }

    private static bool IsInHeading(string text, int offset) =>
        text.AsSpan(text.LastIndexOf('\n', Math.Max(0, offset - 1)) + 1).TrimStart(' ').StartsWith("#");

    /// <summary>Two lines of <c>$$</c> alone are a fence of formulas.</summary>
    private static string FencedMath(string text)
    {
        var code = CodeRanges.Of(text);
        var left = MathLine().Matches(text).Count(match => !code.Contains(match.Index)) / 2 * 2;
        return left == 0 ? text : MathLine().Replace(text, match => code.Contains(match.Index) || left-- <= 0
            ? match.Value
            : match.Value.Replace("$$", "~~~~~~", StringComparison.Ordinal));
    }

    /// <summary>Blocks of pymdownx, <c>/// note | Title</c>, in the colons that others write.</summary>
    private static string Containers(string text)
    {
        var code = CodeRanges.Of(text);
        return Slashes().Replace(text, match => code.Contains(match.Index) ? match.Value
            : $":::{match.Groups[1].ValueSpan} {match.Groups[2].ValueSpan}".TrimEnd());
    }

    /// <summary>Shortcodes of Hugo, and tags of Liquid, Jinja and Nunjucks, which begin with a word.</summary>
    [GeneratedRegex(@"\{\{<(?:[^<>]|<[^<>\n]*>){0,2000}?>\}\}|\{\{%.{0,2000}?%\}\}|\{%-?\s*/?[A-Za-z_](?:[^%]|%(?!\})){0,2000}?%\}",
        RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Tag();

    /// <summary>Obsidian's: from a line that begins with the mark to one that ends with it. A word in capitals is a place-holder.</summary>
    [GeneratedRegex(@"(?<=^[ \t]*)%%(?![A-Z0-9_]+%%)(?:[^%]|%(?!%)){1,20000}?%%(?=[ \t]*$)",
        RegexOptions.CultureInvariant | RegexOptions.Multiline)]
    private static partial Regex Comment();

    /// <summary>An attribute list of kramdown; a tuple of Elixir, <c>{:ok, x}</c>, is none.</summary>
    [GeneratedRegex(@"\{:(?:[ \t]+[^}\n]*|[.#][^}\n]*|toc|[A-Za-z][\w-]*=[""'][^}\n]*|[A-Za-z][\w-]*)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Kramdown();

    /// <summary>The list item that kramdown puts a table of contents in place of.</summary>
    [GeneratedRegex(@"^[ ]{0,3}(?:[-*+]|\d\.)[ \t][^\n]*\n[ ]{0,3}\{:[^}\n]*toc[^}\n]*\}[ \t]*$",
        RegexOptions.CultureInvariant | RegexOptions.Multiline)]
    private static partial Regex Contents();

    /// <summary>What is set behind a link, an image or a span.</summary>
    [GeneratedRegex(@"(?<=\]\([^()\n]{0,500}\)|\])(?<!:[a-z][\w-]{0,40}\[[^\]\n]{0,300}\])\{(?:[#.][\w-]|[\w-]+=)[^{}\n]*\}",
        RegexOptions.CultureInvariant)]
    private static partial Regex Attributes();

    /// <summary>Names and classes at a line's end; only a heading has them.</summary>
    [GeneratedRegex(@"[ \t]+\{[#.][^{}\n]*\}(?=[ \t]*\#*$)", RegexOptions.CultureInvariant | RegexOptions.Multiline)]
    private static partial Regex HeadingAttributes();

    /// <summary>What Logseq keeps of a block for itself.</summary>
    [GeneratedRegex(@"^[ \t]*(?:id:: [0-9a-f]{8}-[0-9a-f-]{27}|collapsed:: (?:true|false))[ \t]*$",
        RegexOptions.CultureInvariant | RegexOptions.Multiline)]
    private static partial Regex Property();

    [GeneratedRegex(@"^[ \t>]*\$\$[ \t]*$", RegexOptions.CultureInvariant | RegexOptions.Multiline)]
    private static partial Regex MathLine();

    [GeneratedRegex(@"^///(?:[ \t]*([A-Za-z][\w-]*)(?:[ \t]*\|[ \t]*([^\n]*))?)?[ \t]*$",
        RegexOptions.CultureInvariant | RegexOptions.Multiline)]
    private static partial Regex Slashes();
}
