using System.Globalization;
using System.Text;

namespace EmbSync.Core.Reporting;

/// <summary>Columns aligned by display width; where the terminal is too narrow, one block of named lines for each row instead.</summary>
/// <param name="headings">Names that end in <c>&gt;</c> are aligned to the right, as numbers are.</param>
internal sealed class PlainTable(params string[] headings)
{
    private const int Gap = 2;

    private readonly List<string[]> _rows = [];

    public void Add(params string[] cells) => _rows.Add(cells);

    public string Render(Ink ink)
    {
        var names = Array.ConvertAll(headings, heading => heading.TrimEnd('>'));
        var widths = names.Select((name, column) => _rows.Select(row => Columns(row[column])).Append(Columns(name)).Max()).ToArray();
        var text = new StringBuilder();
        if (widths.Sum() + (Gap * (widths.Length - 1)) > ink.Width)
        {
            var label = names.Max(Columns);
            foreach (var row in _rows)
            {
                for (var i = 0; i < row.Length; i++)
                {
                    text.Append(i == 0 ? "" : "  ").Append(ink.Dim(Padded(names[i], label, false))).Append("  ").Append(row[i]).Append(
                        '\n');
                }
            }

            return text.ToString();
        }

        Append(text, names, widths, ink.Dim);
        foreach (var row in _rows)
        {
            Append(text, row, widths, cell => cell);
        }

        return text.ToString();
    }

    private void Append(StringBuilder text, string[] cells, int[] widths, Func<string, string> style)
    {
        var line = new StringBuilder();
        for (var i = 0; i < cells.Length; i++)
        {
            line.Append(Padded(cells[i], widths[i], headings[i].EndsWith('>'))).Append(' ', i < cells.Length - 1 ? Gap : 0);
        }

        text.Append(style(line.ToString().TrimEnd())).Append('\n');
    }

    private static string Padded(string cell, int width, bool right)
    {
        var space = new string(' ', Math.Max(0, width - Columns(cell)));
        return right ? space + cell : cell + space;
    }

    /// <summary>Columns on a terminal: two for wide East Asian characters and emoji, none for combining marks.</summary>
    internal static int Columns(string text) => text.EnumerateRunes().Sum(rune =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format ? 0
        : rune.Value is (>= 0x1100 and <= 0x115F) or (>= 0x2E80 and <= 0xA4CF) or (>= 0xAC00 and <= 0xD7A3) or (>= 0xF900 and <= 0xFAFF)
            or (>= 0xFE30 and <= 0xFE6F) or (>= 0xFF00 and <= 0xFF60) or (>= 0xFFE0 and <= 0xFFE6) or (>= 0x1F300 and <= 0x1FAFF)
            or (>= 0x20000 and <= 0x3FFFD) ? 2 : 1);
}
