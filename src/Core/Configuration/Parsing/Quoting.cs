using System.Globalization;
using System.Text;

namespace EmbSync.Core.Configuration.Parsing;

/// <summary>Repeats pieces of a configuration in messages without letting them act on a terminal or flood it.</summary>
internal static class Quoting
{
    private const int Shown = 60;

    public static string Quote(string text)
    {
        var result = new StringBuilder("'");
        foreach (var rune in text.EnumerateRunes().Take(Shown))
        {
            // Control, format (bidi among them), surrogate and separator characters are shown as what they are.
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                result.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
            }
            else
            {
                result.Append(rune);
            }
        }

        return result.Append(text.EnumerateRunes().Skip(Shown).Any() ? "…'" : "'").ToString();
    }

    /// <summary>What a node is, for "must be X, not ...".</summary>
    public static string Describe(ConfigNode node) => node switch
    {
        ListNode => "a list",
        MapNode => "a map",
        ScalarNode { Form: ScalarForm.Nothing } => "nothing",
        ScalarNode { Form: ScalarForm.Boolean, Text: var text } => text,
        ScalarNode { Form: ScalarForm.Number, Text: var text } => text.Length > Shown ? "a number" : $"the number {text}",
        ScalarNode { Form: ScalarForm.Environment } => "what the environment holds",
        ScalarNode { Text: "" } => "empty text",
        ScalarNode { Text: var text } => Quote(text),
        _ => throw new ArgumentOutOfRangeException(nameof(node), "unknown kind of node"),
    };
}
