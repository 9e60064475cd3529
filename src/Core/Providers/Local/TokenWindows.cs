namespace EmbSync.Core.Providers.Local;

/// <summary>
/// What of a longer text goes through the model at once. Nothing is left out: windows are about equally long, and begin with a word where
/// one begins near.
/// </summary>
internal static class TokenWindows
{
    /// <param name="tokens">Ids of the whole text.</param>
    /// <param name="room">Ids a window takes at most, from 1.</param>
    /// <returns>Start and length of each, in order; one empty window for an empty text.</returns>
    public static IEnumerable<(int Start, int Length)> Of(IReadOnlyList<int> tokens, int room, Func<int, bool> isInsideWord)
    {
        var start = 0;
        do
        {
            var left = tokens.Count - start;
            var windows = Math.Max(1, (left + room - 1) / room);
            var length = (left + windows - 1) / windows;
            if (windows > 1)
            {
                length = AtWord(tokens, start, length, isInsideWord);
            }

            yield return (start, length);
            start += length;
        }
        while (start < tokens.Count);
    }

    /// <summary>Shorter, so that the next window begins with a word; a word longer than half a window is cut.</summary>
    private static int AtWord(IReadOnlyList<int> tokens, int start, int length, Func<int, bool> isInsideWord)
    {
        for (var shorter = length; shorter > length / 2; shorter--)
        {
            if (!isInsideWord(tokens[start + shorter]))
            {
                return shorter;
            }
        }

        return length;
    }
}
