using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace EmbSync.Core.Model;

/// <summary>
/// Makes text from outside (titles, paths, snippets) harmless to what shows it: terminals, GitHub's log commands, Markdown, HTML.
/// Nothing is dropped unseen: what can't be shown is shown as its code point.
/// </summary>
public static partial class Plain
{
    /// <summary>
    /// One line: control characters, escapes, line separators, bidirectional and invisible format characters become <c>\u{XX}</c>.
    /// </summary>
    public static string Line(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "";
        }

        var line = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is '\n' or '\t')
            {
                line.Append(' ');
            }
            else if (IsHarmful(rune))
            {
                line.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:X}}}");
            }
            else
            {
                line.Append(rune.ToString());
            }
        }

        // Runners read '##[command]', and that of Azure Pipelines '##vso[command]', anywhere in a line.
        return RunnerCommand().Replace(line.ToString(), "$1\\[");
    }

    /// <summary>Where an item is, as <c>index</c> and <c>similar</c> take it: its path, else <c>SOURCE:ID</c>.</summary>
    public static string Place(string source, string id, string? path) => Line(path ?? $"{source}:{id}");

    /// <summary>As a cell or a phrase of Markdown: marks escaped, one line.</summary>
    public static string Markdown(string? text)
    {
        var escaped = new StringBuilder();
        foreach (var character in Line(text))
        {
            if (character is '\\' or '`' or '*' or '_' or '{' or '}' or '[' or ']' or '<' or '>' or '(' or ')' or '#' or '|' or '!' or '~' or '@' or '&')
            {
                escaped.Append('\\');
            }

            escaped.Append(character);
        }

        return escaped.ToString();
    }

    /// <summary>The message of a GitHub Actions command: percent sign and line ends encoded, as the runner decodes them.</summary>
    public static string CommandData(string? text) => (text ?? "")
        .Replace("%", "%25", StringComparison.Ordinal).Replace("\r", "%0D", StringComparison.Ordinal).Replace(
            "\n", "%0A", StringComparison.Ordinal);

    /// <summary>A property of a GitHub Actions command: separators encoded too.</summary>
    public static string CommandProperty(string? text) => CommandData(text)
        .Replace(":", "%3A", StringComparison.Ordinal).Replace(",", "%2C", StringComparison.Ordinal);

    [GeneratedRegex(@"(##\w{0,64})\[", RegexOptions.CultureInvariant)]
    private static partial Regex RunnerCommand();

    private static bool IsHarmful(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate
        && rune.Value is not (0x200C or 0x200D);   // joiners that scripts and emoji need; they reorder nothing
}
