using System.Globalization;

namespace EmbSync.Core.Documents;

/// <summary>Short form of a text that stands whole elsewhere: titles for display, headings in a path, words in a message.</summary>
internal static class Label
{
    /// <summary>
    /// The text, or its beginning up to a word's end with an ellipsis when it has more than <paramref name="max"/> UTF-16 code units.
    /// </summary>
    public static string Of(string text, int max)
    {
        if (text.Length <= max)
        {
            return text;
        }

        var end = text.LastIndexOf(' ', max - 1, max);
        if (end < max / 2)
        {
            // No word ends there: cut between characters, never inside of one.
            end = 0;
            while (end + StringInfo.GetNextTextElementLength(text.AsSpan(end)) is var next && next < max)
            {
                end = next;
            }
        }

        if (end == 0)
        {
            // One character with hundreds of marks.
            end = char.IsHighSurrogate(text[max - 2]) ? max - 2 : max - 1;
        }

        return string.Concat(text.AsSpan(0, end), "…");
    }
}
