using System.Text;
using EmbSync.Core.Model;

namespace EmbSync.Core.Documents.FrontMatter;

internal enum LineForm
{
    /// <summary><c>key: value</c>, lists by dashes.</summary>
    Yaml,

    /// <summary><c>key = value</c>, tables by <c>[name]</c>.</summary>
    Toml,
}

/// <summary>
/// Keys, values and lists as people write them and lenient tools take them: <c>@name</c>, <c>Fix: this</c>, tabs and braces are text. Reads
/// what a strict parser refuses, loses no key, and never fails. Of two equal keys the last counts. Time is linear in the text.
/// </summary>
internal sealed class LineReader
{
    private const int TabWidth = 4;

    /// <summary>Lines of one list in brackets.</summary>
    private const int MaxJoined = 256;

    private readonly List<Line> lines = [];
    private readonly LineForm form;
    private readonly List<ItemWarning> warnings = [];
    private int at;

    private LineReader(string text, int firstLine, LineForm form)
    {
        this.form = form;
        var number = firstLine;
        foreach (var range in text.AsSpan().Split('\n'))
        {
            var line = text.AsSpan(range);
            var content = line.TrimStart(" \t");
            var indent = 0;
            foreach (var character in line[..(line.Length - content.Length)])
            {
                indent += character == '\t' ? TabWidth : 1;
            }

            lines.Add(new(number++, indent, content.ToString()));
        }
    }

    public static ReadValues Read(string text, int firstLine, LineForm form)
    {
        var reader = new LineReader(text, firstLine, form);
        var values = form == LineForm.Toml ? reader.Tables() : reader.Mapping(0, 1, isTop: true);
        return new(values, reader.warnings);
    }

    /// <summary>Whether the first line that says something is a key: prose between two lines across the page isn't.</summary>
    public static bool BeginsWithKey(string text)
    {
        foreach (var range in text.AsSpan().Split('\n'))
        {
            var line = text.AsSpan(range);
            if (!line.IsEmpty && line[0] != '#')
            {
                return line[0] is '{' or '"' or '\''
                    || (LineKey.Of(line, LineForm.Yaml) is { IsSpaced: true } key && !line[..key.Length].Contains(' '));
            }
        }

        return true;
    }

    /// <summary>Whether as many lines as not begin with a key, the first one among them.</summary>
    public static bool LooksLikeKeys(string text)
    {
        var (keys, others) = (0, 0);
        foreach (var range in text.AsSpan().Split('\n'))
        {
            var line = text.AsSpan(range);
            if (line.IsEmpty || line[0] is ' ' or '\t' or '#' or '-' or ']' or '}' or '"' || line.StartsWith("{{") || line.StartsWith("{%"))
            {
                if (keys == 0 && line is ['-' or ' ' or '\t', ..])
                {
                    return false;
                }

                keys += line is ['"', ..] && LineKey.Of(line, LineForm.Yaml) is not null ? 1 : 0;
                continue;
            }

            if (LineKey.Of(line, LineForm.Yaml) is not null)
            {
                keys++;
            }
            else if (keys == 0)
            {
                return false;
            }
            else
            {
                others++;
            }
        }

        return keys > 0 && others <= keys;
    }

    private Dictionary<string, FrontMatterValue> Tables()
    {
        var top = Mapping(0, 1, isTop: true);
        while (at < lines.Count)
        {
            var name = lines[at++].Text.Trim('[', ']', ' ');
            Put(top, FrontMatterValue.Clean(name.Trim('"', '\'')), new FrontMatterValue.Mapping(Mapping(0, 2, isTop: true)),
                lines[at - 1].Number);
        }

        return top;
    }

    /// <summary>Lines from the current one on that stand at least as far to the right.</summary>
    private Dictionary<string, FrontMatterValue> Mapping(int indent, int depth, bool isTop = false)
    {
        var values = new Dictionary<string, FrontMatterValue>(StringComparer.Ordinal);
        string? last = null;
        indent = isTop && lines.Skip(at).FirstOrDefault(line => !line.IsNothing) is { } first ? first.Indent : indent;
        while (at < lines.Count)
        {
            var line = lines[at];
            if (line.IsNothing)
            {
                at++;
                continue;
            }

            if ((line.Indent < indent && !isTop) || (form == LineForm.Toml && line.Text[0] == '['))
            {
                return values;
            }

            at++;
            if (KeyAt(line) is { } key)
            {
                last = FrontMatterValue.Clean(key.Name);
                Put(values, last, Value(line.Text[key.Length..].Trim(), line.Indent, depth), line.Number);
            }
            else if (last is not null && values[last] is FrontMatterValue.Scalar before && !IsTemplate(line.Text))
            {
                values[last] = Continued(before, line, next => (next.Indent >= indent || isTop) && KeyAt(next) is null);
            }
        }

        return values;

        // Further to the right only a single word is one: prose that goes on has colons too.
        LineKey? KeyAt(Line line) => LineKey.Of(line.Text, form) is { } key
            && (line.Indent <= indent || last is null || !key.Name.Contains(' ', StringComparison.Ordinal)) ? key : null;
    }

    /// <summary>A value that goes on in the next lines.</summary>
    private FrontMatterValue.Scalar Continued(FrontMatterValue.Scalar before, Line line, Func<Line, bool> goesOn)
    {
        var text = new StringBuilder(before.Text).Append(' ').Append(line.Text);
        for (; at < lines.Count && !lines[at].IsNothing && !IsTemplate(lines[at].Text)
            && (form != LineForm.Toml || lines[at].Text[0] != '[') && goesOn(lines[at]); at++)
        {
            text.Append(' ').Append(lines[at].Text);
        }

        return FrontMatterValue.Scalar.Of(text.ToString().Trim(), before.Plain);
    }

    private static bool IsTemplate(string text) =>
        text.StartsWith("{%", StringComparison.Ordinal) || text.StartsWith("{{", StringComparison.Ordinal);

    private void Put(Dictionary<string, FrontMatterValue> values, string key, FrontMatterValue value, int line)
    {
        if (!values.TryAdd(key, value))
        {
            values[key] = value;
            warnings.Add(new(ProblemCodes.FrontMatterInvalid, line,
                $"The front matter has the key '{Label.Of(key, 60)}' twice: the last one counts. Keep one."));
        }
    }

    /// <param name="rest">What stands behind the key.</param>
    /// <param name="indent">Of the key.</param>
    private FrontMatterValue Value(string rest, int indent, int depth)
    {
        if (form == LineForm.Yaml && rest is ['|' or '>', ..] && rest.AsSpan(1).TrimStart("+-0123456789") is
            { } mark && (mark.IsWhiteSpace() || mark.StartsWith(" #")))
        {
            return Block(indent, folded: rest[0] == '>');
        }

        var text = LineValue.WithoutComment(rest);
        if (text.Length > 0)
        {
            return LineValue.Of(text is ['[' or '{', ..] ? Joined(text, indent) : text, depth);
        }

        var next = at;
        while (next < lines.Count && lines[next].IsNothing)
        {
            next++;
        }

        if (next == lines.Count || form == LineForm.Toml)
        {
            return FrontMatterValue.Scalar.Of("", plain: true);
        }

        var line = lines[next];
        if (line.Indent < indent || (line.Indent == indent && !line.IsItem))
        {
            return FrontMatterValue.Scalar.Of("", plain: true);
        }

        at = next;
        return depth >= YamlReader.MaxDepth ? Deeper(indent)
            : line.IsItem ? Items(line.Indent, depth + 1)
            : LineKey.Of(line.Text, form) is not null ? new FrontMatterValue.Mapping(Mapping(line.Indent, depth + 1))
            : Block(indent, folded: true);
    }

    private FrontMatterValue.Sequence Items(int indent, int depth)
    {
        var items = new List<FrontMatterValue>();
        while (at < lines.Count)
        {
            var line = lines[at];
            if (line.IsNothing)
            {
                at++;
                continue;
            }

            if (line.Indent < indent || (line.Indent == indent && !line.IsItem))
            {
                break;
            }

            if (!line.IsItem || line.Indent > indent)
            {
                // Text that goes on under an item.
                at++;
                if (items is [.., FrontMatterValue.Scalar before])
                {
                    items[^1] = Continued(before, line, next => next.Indent > indent);
                }

                continue;
            }

            var content = line.Text[1..].TrimStart(' ', '\t');
            var inner = indent + line.Text.Length - content.Length;
            if (depth < YamlReader.MaxDepth && content is not ['"' or '\'' or '[' or '{', ..]
                && (new Line(0, 0, content).IsItem || LineKey.Of(content, form) is { IsSpaced: true }))
            {
                // The item's first line is read again as one of its own.
                lines[at] = new(line.Number, inner, content);
                items.Add(content[0] == '-' ? Items(inner, depth + 1) : new FrontMatterValue.Mapping(Mapping(inner, depth + 1)));
            }
            else
            {
                at++;
                items.Add(Value(content, indent, depth));
            }
        }

        return new(items);
    }

    /// <summary>Text of the lines that stand to the right of a key.</summary>
    private FrontMatterValue.Scalar Block(int indent, bool folded)
    {
        var text = new StringBuilder();
        var left = int.MaxValue;
        var first = at;
        for (; at < lines.Count && (lines[at].Text.Length == 0 || lines[at].Indent > indent); at++)
        {
            left = lines[at].Text.Length == 0 ? left : Math.Min(left, lines[at].Indent);
        }

        foreach (var line in lines[first..at])
        {
            var gap = text.Length == 0 ? "" : !folded || line.Text.Length == 0 ? "\n" : text[^1] == '\n' ? "" : " ";
            text.Append(gap);
            if (line.Text.Length > 0)
            {
                text.Append(' ', folded ? 0 : line.Indent - left).Append(line.Text);
            }
        }

        return FrontMatterValue.Scalar.Of(text.ToString().Trim('\n'), plain: false);
    }

    /// <summary>Passes over what is nested too deep.</summary>
    private FrontMatterValue.Scalar Deeper(int indent)
    {
        while (at < lines.Count && (lines[at].Text.Length == 0 || lines[at].Indent > indent))
        {
            at++;
        }

        return FrontMatterValue.Scalar.Of("", plain: true);
    }

    /// <summary>A list in brackets may go over several lines; where it never closes, the line stands alone.</summary>
    private string Joined(string text, int indent)
    {
        var balance = LineValue.Balance(text);
        if (balance <= 0)
        {
            return text;
        }

        var joined = new StringBuilder(text);
        for (var next = at; next < Math.Min(lines.Count, at + MaxJoined); next++)
        {
            var line = lines[next];
            if (line.Text.Length > 0 && line.Indent <= indent && line.Text[0] is not (']' or '}' or '"' or '\'')
                && LineKey.Of(line.Text, form) is not null)
            {
                return text;
            }

            var part = LineValue.WithoutComment(line.Text);
            joined.Append(' ').Append(part);
            balance += LineValue.Balance(part);
            if (balance <= 0)
            {
                at = next + 1;
                return joined.ToString();
            }
        }

        return text;
    }

    /// <param name="Indent">In columns.</param>
    /// <param name="Text">Without the indentation.</param>
    private sealed record Line(int Number, int Indent, string Text)
    {
        public bool IsNothing => Text.Length == 0 || Text[0] == '#';

        public bool IsItem => Text == "-" || Text.StartsWith("- ", StringComparison.Ordinal) || Text.StartsWith(
            "-\t", StringComparison.Ordinal);
    }
}
