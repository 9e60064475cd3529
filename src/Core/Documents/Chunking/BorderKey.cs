namespace EmbSync.Core.Documents.Chunking;

/// <summary>The number that borders are compared by. The same on every platform and for ever: chunk borders depend on it.</summary>
internal static class BorderKey
{
    /// <summary>FNV-1a over UTF-16 code units, finished by SplitMix64 so that the high bits depend on all of them.</summary>
    public static ulong Of(ReadOnlySpan<char> text)
    {
        var hash = 14695981039346656037UL;
        foreach (var character in text)
        {
            hash = unchecked((hash ^ character) * 1099511628211UL);
        }

        hash = unchecked((hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9UL);
        hash = unchecked((hash ^ (hash >> 27)) * 0x94D049BB133111EBUL);
        return hash ^ (hash >> 31);
    }
}
