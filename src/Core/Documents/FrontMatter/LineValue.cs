using System.Globalization;
using System.Text;

namespace EmbSync.Core.Documents.FrontMatter;

/// <summary>A value on a line: in quotes, a list in brackets, a map in braces, else the text that it is.</summary>
internal static class LineValue
{
    /// <summary>Brackets that open less those that close, outside of quotes.</summary>
    public static int Balance(ReadOnlySpan<char> text)
    {
        var balance = 0;
        var (isDouble, isSingle) = (true, true);
        for (var i = 0; i < text.Length; i++)
        {
            // Where one doesn't close, those behind it aren't looked at again: that would be quadratic.
            if ((text[i] == '"' && isDouble) || (text[i] == '\'' && isSingle))
            {
                var close = ClosingQuote(text, i);
                isDouble &= text[i] != '"' || close is not null;
                isSingle &= text[i] != '\'' || close is not null;
                i = close ?? i;
            }
            else
            {
                balance += text[i] is '[' or '{' ? 1 : text[i] is ']' or '}' ? -1 : 0;
            }
        }

        return balance;
    }

    /// <summary>Without <c># ...</c> behind white space.</summary>
    public static string WithoutComment(string text)
    {
        if (text is ['#', ..])
        {
            return "";
        }

        var from = text is ['"' or '\'', ..] && ClosingQuote(text, 0) is { } close ? close : 0;
        var comment = text.IndexOf(" #", from, StringComparison.Ordinal);
        return comment < 0 ? text : text[..comment].TrimEnd();
    }

    public static FrontMatterValue Of(string text, int depth)
    {
        if (text is ['"' or '\'', ..] && ClosingQuote(text, 0) == text.Length - 1)
        {
            return FrontMatterValue.Scalar.Of(Unquoted(text), plain: false);
        }

        if (depth < YamlReader.MaxDepth && text is ['[', .., ']'] && Balance(text.AsSpan(1, text.Length - 2)) == 0)
        {
            return new FrontMatterValue.Sequence([.. Parts(text[1..^1]).Select(part => Of(part, depth + 1))]);
        }

        if (depth < YamlReader.MaxDepth && text is ['{', not ('{' or '%'), .., '}'] && Entries(text[1..^1], depth) is { } entries)
        {
            return new FrontMatterValue.Mapping(entries);
        }

        return FrontMatterValue.Scalar.Of(text, plain: true);
    }

    private static Dictionary<string, FrontMatterValue>? Entries(string text, int depth)
    {
        var entries = new Dictionary<string, FrontMatterValue>(StringComparer.Ordinal);
        foreach (var part in Parts(text))
        {
            if (LineKey.Of(part, LineForm.Yaml) is not { IsSpaced: true } key)
            {
                return null;
            }

            entries[FrontMatterValue.Clean(key.Name)] = Of(part[key.Length..].Trim(), depth + 1);
        }

        return entries;
    }

    /// <summary>Between the commas that are in no quotes and no further brackets.</summary>
    private static List<string> Parts(string text)
    {
        var parts = new List<string>();
        var (start, depth) = (0, 0);
        for (var i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || (text[i] == ',' && depth == 0))
            {
                parts.Add(text[start..i].Trim());
                start = i + 1;
            }
            else if (text[i] is '"' or '\'' && text.AsSpan(start, i - start).IsWhiteSpace() && ClosingQuote(text, i) is { } close)
            {
                i = close;
            }
            else
            {
                depth += text[i] is '[' or '{' ? 1 : text[i] is ']' or '}' ? -1 : 0;
            }
        }

        parts.RemoveAll(part => part.Length == 0);
        return parts;
    }

    /// <summary>Null where the quote never closes: then it is a character like any other.</summary>
    private static int? ClosingQuote(ReadOnlySpan<char> text, int start)
    {
        var quote = text[start];
        for (var i = start + 1; i < text.Length; i++)
        {
            if (text[i] == '\\' && quote == '"')
            {
                i++;
            }
            else if (text[i] == quote)
            {
                if (quote == '"' || i + 1 == text.Length || text[i + 1] != quote)
                {
                    return i;
                }

                i++;
            }
        }

        return null;
    }

    private static string Unquoted(string text)
    {
        if (text[0] == '\'')
        {
            return text[1..^1].Replace("''", "'", StringComparison.Ordinal);
        }

        var result = new StringBuilder(text.Length);
        for (var i = 1; i < text.Length - 1; i++)
        {
            if (text[i] != '\\' || i + 1 == text.Length - 1)
            {
                result.Append(text[i]);
                continue;
            }

            i++;
            if (text[i] == 'u' && i + 5 < text.Length && ushort.TryParse(
                text.AsSpan(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
            {
                result.Append((char)code);
                i += 4;
            }
            else
            {
                // A backslash that escapes nothing stays: paths of Windows are written so.
                _ = text[i] switch
                {
                    'n' => result.Append('\n'),
                    't' => result.Append('\t'),
                    '"' or '\\' or '/' => result.Append(text[i]),
                    _ => result.Append('\\').Append(text[i]),
                };
            }
        }

        return result.ToString();
    }
}
