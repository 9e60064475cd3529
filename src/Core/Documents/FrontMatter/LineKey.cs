namespace EmbSync.Core.Documents.FrontMatter;

/// <summary>A key at the beginning of a line.</summary>
/// <param name="Name">Without quotes.</param>
/// <param name="Length">Of the key with its colon, in UTF-16 code units.</param>
/// <param name="IsSpaced">White space or the line's end follows the colon, as YAML asks for.</param>
internal sealed record LineKey(string Name, int Length, bool IsSpaced)
{
    private const int MaxLength = 100;
    private const int MaxWords = 5;

    /// <summary>Null where the line has none.</summary>
    public static LineKey? Of(ReadOnlySpan<char> line, LineForm form)
    {
        if (line.IsEmpty || line[0] is '#' or '[' or '{' or ']' or '}' or ',' or '>' or '|' or ':' || line.StartsWith("- ") || line is "-")
        {
            return null;
        }

        var mark = form == LineForm.Toml ? '=' : ':';
        if (line[0] is '"' or '\'' && line[1..].IndexOf(line[0]) is >= 0 and var close)
        {
            var after = line[(close + 2)..];
            var gap = after.Length - after.TrimStart(" \t").Length;
            return after.Length > gap && after[gap] == mark ? new(line[1..(close + 1)].ToString(), close + 2 + gap + 1, true) : null;
        }

        if (form == LineForm.Toml)
        {
            var equal = line.IndexOf('=');
            return equal is > 0 and <= MaxLength ? new(line[..equal].Trim().ToString(), equal + 1, true) : null;
        }

        return Plain(line);
    }

    private static LineKey? Plain(ReadOnlySpan<char> line)
    {
        for (var at = 1; at < line.Length && at <= MaxLength; at++)
        {
            if (line[at] != ':')
            {
                continue;
            }

            // Two colons, as Logseq writes properties.
            var length = at + (at + 1 < line.Length && line[at + 1] == ':' ? 2 : 1);
            var name = line[..at].Trim();
            if (length == line.Length || line[length] is ' ' or '\t')
            {
                return name.Count(' ') < MaxWords ? new(name.ToString(), length, true) : null;
            }

            if (length == at + 1 && line[length] != '/' && IsWord(name))
            {
                // A colon without its space; an address is none.
                return new(name.ToString(), length, false);
            }
        }

        return null;
    }

    private static bool IsWord(ReadOnlySpan<char> name)
    {
        foreach (var character in name)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('_' or '-'))
            {
                return false;
            }
        }

        return char.IsAsciiLetter(name[0]);
    }
}
