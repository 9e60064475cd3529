namespace EmbSync.Core.Model;

/// <summary>
/// Tokens of a text without a tokenizer: no model's vocabulary is at hand, and the same text must count the same everywhere. ASCII
/// follows OpenAI's rule of thumb for English ("1 token ~= 4 characters", help article "What are tokens and how to count them"). Other
/// scripts are round figures that are meant to err on the high side, not measurements: half a token for a character of two UTF-8 bytes
/// (accented Latin, Greek, Cyrillic, Arabic), one for three bytes (Chinese, Japanese, Korean, Indic scripts), two for four (emoji). What a
/// provider bills (<c>usage</c>) is the truth; budgets calibrate by it.
/// </summary>
public static class TokenEstimate
{
    /// <summary>A quarter of a token: what one ASCII character weighs.</summary>
    internal const int UnitsPerToken = 4;

    /// <summary>Estimated tokens; 0 for an empty text, at least 1 for any other.</summary>
    public static int Estimate(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return (int)Math.Min(Tokens(Units(text)), int.MaxValue);
    }

    /// <summary>Additive: the units of a text are the sum of its pieces' units.</summary>
    internal static long Units(ReadOnlySpan<char> text)
    {
        long units = 0;
        foreach (var character in text)
        {
            units += Units(character);
        }

        return units;
    }

    internal static int Units(char character) => character switch
    {
        < '\u0080' => 1,
        < '\u0800' => 2,
        // Half of a surrogate pair too: a pair is two tokens.
        _ => 4,
    };

    internal static long Tokens(long units) => (units + UnitsPerToken - 1) / UnitsPerToken;
}
