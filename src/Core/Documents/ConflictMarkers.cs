namespace EmbSync.Core.Documents;

/// <summary>What an unfinished merge leaves behind.</summary>
internal static class ConflictMarkers
{
    /// <summary>
    /// First line of a conflict, from 1: <c>&lt;&lt;&lt;&lt;&lt;&lt;&lt; </c>, <c>=======</c> and <c>&gt;&gt;&gt;&gt;&gt;&gt;&gt; </c> at line
    /// starts, in this order. One that begins inside a fenced block is an example, not a conflict. Null when there is none.
    /// </summary>
    public static int? Find(string text)
    {
        if (!text.Contains("<<<<<<< ", StringComparison.Ordinal))
        {
            return null;
        }

        var number = 0;
        int? start = null;
        var separated = false;
        var fence = (Character: '\0', Length: 0);
        foreach (var range in text.AsSpan().Split('\n'))
        {
            var line = text.AsSpan(range);
            number++;
            if (start is null)
            {
                fence = Fence(line, fence);
            }

            if (start is null && fence.Length == 0 && line.StartsWith("<<<<<<< ", StringComparison.Ordinal))
            {
                start = number;
            }
            else if (start is not null && line is "=======")
            {
                separated = true;
            }
            else if (separated && line.StartsWith(">>>>>>> ", StringComparison.Ordinal))
            {
                return start;
            }
        }

        return null;
    }

    /// <summary>The fence that is open after this line. Indentation and list or quote marks before a fence don't matter here.</summary>
    private static (char Character, int Length) Fence(ReadOnlySpan<char> line, (char Character, int Length) open)
    {
        var content = line.TrimStart(" \t>-*+0123456789.)");
        if (content.IsEmpty || content[0] is not ('`' or '~'))
        {
            return open;
        }

        var character = content[0];
        var length = content.IndexOfAnyExcept(character) is >= 0 and var end ? end : content.Length;
        var rest = content[length..];
        if (open.Length == 0)
        {
            return length >= 3 && (character == '~' || !rest.Contains('`')) ? (character, length) : open;
        }

        return character == open.Character && length >= open.Length && rest.IsWhiteSpace() ? default : open;
    }
}
