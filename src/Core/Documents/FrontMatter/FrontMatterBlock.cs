using EmbSync.Core.Model;

namespace EmbSync.Core.Documents.FrontMatter;

/// <summary>The <c>---</c> block at a document's very start, before YAML is read.</summary>
/// <param name="Yaml">Between the two marks; its first line is line 2 of the file.</param>
/// <param name="Body">After the closing mark.</param>
/// <param name="BodyLine">Line of the file that the body starts on, from 1.</param>
internal sealed record FrontMatterBlock(string Yaml, string Body, int BodyLine)
{
    /// <summary>Bound on the YAML, in UTF-16 code units.</summary>
    public const int MaxLength = 256 * 1024;

    /// <summary>
    /// Null in both: no front matter. A <c>---</c> without a closing <c>---</c> or <c>...</c> is a thematic break, and so is one that a
    /// blank line follows when what comes next doesn't look like a key.
    /// </summary>
    public static (FrontMatterBlock? Block, Refusal? Refusal) Find(string text)
    {
        const string Opening = "---\n";
        if (!text.StartsWith(Opening, StringComparison.Ordinal))
        {
            return default;
        }

        var line = 1;
        var start = Opening.Length;
        while (start <= text.Length)
        {
            var end = text.IndexOf('\n', start);
            var next = end < 0 ? text.Length + 1 : end + 1;
            line++;
            if (text.AsSpan(start, (end < 0 ? text.Length : end) - start) is "---" or "...")
            {
                var yaml = text[Opening.Length..start];
                if (IsThematicBreak(yaml))
                {
                    return default;
                }

                return yaml.Length > MaxLength
                    ? (null, new(ProblemCodes.FrontMatterInvalid, 1, $"The front matter is longer than {MaxLength / 1024} KB. Move what is not metadata into the body."))
                    : (new(yaml, next > text.Length ? "" : text[next..], line + 1), null);
            }

            start = next;
        }

        return default;
    }

    private static bool IsThematicBreak(string yaml)
    {
        if (!yaml.StartsWith('\n'))
        {
            return false;
        }

        foreach (var range in yaml.AsSpan().Split('\n'))
        {
            var line = yaml.AsSpan(range);
            if (!line.IsEmpty && line[0] != '#')
            {
                var colon = line.IndexOf(':');
                return line[0] is not '{' and not '"' && (colon < 1 || (colon + 1 < line.Length && line[colon + 1] != ' ') || line[..colon].Contains(' '));
            }
        }

        return false;
    }
}
