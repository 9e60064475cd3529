namespace EmbSync.Core.Documents.Rendering;

/// <summary>The name that Obsidian gives to a block, at its end: <c>^quote-of-the-day</c>, <c>^37066d</c>.</summary>
internal static class BlockName
{
    private const int MaxLength = 40;

    /// <summary>The text without it. A power (<c>x ^2</c>, <c>x ^n</c>) is none.</summary>
    public static ReadOnlySpan<char> Without(ReadOnlySpan<char> text)
    {
        var mark = text.LastIndexOf('^');
        if (mark < 0 || text.Length - mark - 1 is < 4 or > MaxLength || (mark > 0 && !char.IsWhiteSpace(text[mark - 1])))
        {
            return text;
        }

        foreach (var character in text[(mark + 1)..])
        {
            if (!char.IsAsciiLetterOrDigit(character) && character != '-')
            {
                return text;
            }
        }

        return text[..mark].TrimEnd();
    }
}
