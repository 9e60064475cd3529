using System.Globalization;
using System.Text;

namespace EmbSync.Core.Model;

/// <summary>JSON that people may look at.</summary>
internal static class JsonText
{
    /// <summary>
    /// Format characters, bidirectional marks among them, by number: they stand in strings only, where that means the same to a program and
    /// turns nothing around on a terminal.
    /// </summary>
    internal static string Visible(string json)
    {
        if (!json.Any(IsFormat))
        {
            return json;
        }

        var text = new StringBuilder(json.Length + 64);
        foreach (var character in json)
        {
            _ = IsFormat(character) ? text.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:X4}") : text.Append(character);
        }

        return text.ToString();
    }

    private static bool IsFormat(char character) => char.GetUnicodeCategory(character) == UnicodeCategory.Format;
}
