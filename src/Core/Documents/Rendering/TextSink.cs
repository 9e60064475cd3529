using System.Buffers;
using System.Text;

namespace EmbSync.Core.Documents.Rendering;

/// <summary>
/// Takes rendered text piece by piece. Runs of spaces become one; spaces at line ends and starts go; a soft break is a space, or nothing
/// between two characters of a script that is written without spaces. So reflowing a paragraph doesn't change its text.
/// </summary>
internal sealed class TextSink
{
    private static readonly SearchValues<char> WhiteSpace = SearchValues.Create(
        [.. Enumerable.Range(0, char.MaxValue + 1).Select(point => (char)point).Where(char.IsWhiteSpace)]);

    /// <summary>
    /// A longer run of letters and digits, with what Base64 has beside them, is data: nobody reads it, and a model makes nothing of it.
    /// </summary>
    private const int MaxData = 4_096;

    private const int ShownOfData = 40;

    private static readonly SearchValues<char> Data = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_-");

    private readonly StringBuilder text = new();
    private readonly List<LineMark> marks = [];
    private readonly StringBuilder indent = new();
    private Gap gap = Gap.LineStart;

    /// <summary>What stands between the last character and the next.</summary>
    private enum Gap
    {
        None,
        Soft,
        Space,
        LineStart,
    }

    public int Length => text.Length;

    /// <summary>Line of the file that is being rendered, from 1.</summary>
    public int SourceLine { get; set; }

    /// <summary>Something was written on the current line.</summary>
    public bool InLine => gap != Gap.LineStart;

    public IReadOnlyList<LineMark> Marks => marks;

    /// <summary>Lines of the file with data that was left out, and how many characters.</summary>
    public List<(int Line, int Length)> LeftOut { get; } = [];

    public override string ToString() => text.ToString();

    /// <summary>Text in which white space of any kind and length is one space.</summary>
    public void Write(ReadOnlySpan<char> value)
    {
        while (!value.IsEmpty)
        {
            var space = value.IndexOfAny(WhiteSpace);
            var word = space < 0 ? value : value[..space];
            if (!word.IsEmpty)
            {
                Close(word[0]);
                Append(word);
            }

            if (space < 0)
            {
                return;
            }

            Space();
            value = value[(space + 1)..];
        }
    }

    /// <summary>One line as it is, indentation included.</summary>
    public void WriteVerbatim(ReadOnlySpan<char> line)
    {
        if (!line.IsEmpty)
        {
            Close(line[0]);
            Append(line);
        }
    }

    private void Append(ReadOnlySpan<char> value)
    {
        while (value.Length > MaxData)
        {
            var start = value.IndexOfAny(Data);
            var length = start < 0 ? 0 : value[start..].IndexOfAnyExcept(Data) is >= 0 and var end ? end : value.Length - start;
            if (start < 0)
            {
                break;
            }

            var isData = length > MaxData && value.Slice(start, length).ContainsAnyInRange('0', '9');
            text.Append(value[..(start + (isData ? ShownOfData : length))]);
            if (isData)
            {
                text.Append('…');
                LeftOut.Add((SourceLine, length - ShownOfData));
            }

            value = value[(start + length)..];
        }

        text.Append(value);
    }

    /// <summary>The mark of a list item; what follows it stands on the same line.</summary>
    public void WriteMark(string mark)
    {
        Close(mark[0]);
        text.Append(mark);
        gap = Gap.Space;
    }

    public void Space()
    {
        if (gap is Gap.None or Gap.Soft)
        {
            gap = Gap.Space;
        }
    }

    public void SoftBreak()
    {
        if (gap == Gap.None)
        {
            gap = Gap.Soft;
        }
    }

    /// <summary>Ends the line when something is on it.</summary>
    public void NewLine()
    {
        if (gap != Gap.LineStart)
        {
            BreakLine();
        }
    }

    /// <summary>Ends the line, or adds an empty one (within code).</summary>
    public void BreakLine()
    {
        text.Append('\n');
        gap = Gap.LineStart;
    }

    /// <summary>Takes back a line break that nothing followed, if it was written since <paramref name="start"/>.</summary>
    public void TrimLine(int start)
    {
        if (gap == Gap.LineStart && text.Length > start && text[^1] == '\n')
        {
            text.Length--;
            gap = Gap.None;
        }
    }

    /// <summary>Between two blocks: one line break or two.</summary>
    public void Separate(bool emptyLine)
    {
        text.Append(emptyLine ? "\n\n" : "\n");
        gap = Gap.LineStart;
    }

    /// <summary>Further lines begin so many columns to the right.</summary>
    public void Indent(int columns) => indent.Append(' ', columns);

    public void Outdent(int columns) => indent.Length -= columns;

    /// <summary>
    /// Takes back what was written since <paramref name="length"/>, which was the start of a line when <paramref name="lineStart"/>.
    /// </summary>
    public void Truncate(int length, bool lineStart)
    {
        text.Length = length;
        while (marks.Count > 0 && marks[^1].Offset >= length)
        {
            marks.RemoveAt(marks.Count - 1);
        }

        gap = lineStart ? Gap.LineStart : Gap.None;
    }

    private void Close(char next)
    {
        switch (gap)
        {
            case Gap.LineStart:
                text.Append(indent);
                break;
            case Gap.Space:
            case Gap.Soft when !(IsUnspaced(text[^1]) && IsUnspaced(next)):
                text.Append(' ');
                break;
            default:
                break;
        }

        gap = Gap.None;
        if (marks.Count == 0 || marks[^1].Line != SourceLine)
        {
            marks.Add(new(text.Length, SourceLine));
        }
    }

    /// <summary>Chinese and Japanese, with their punctuation and full-width forms (not Hangul, which has spaces).</summary>
    private static bool IsUnspaced(char character) => character is
        (>= '\u2E80' and <= '\u312F') or (>= '\u3190' and <= '\u9FFF') or (>= '\uF900' and <= '\uFAFF') or (>= '\uFF00' and <= '\uFF60');
}
