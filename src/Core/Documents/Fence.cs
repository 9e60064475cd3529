namespace EmbSync.Core.Documents;

/// <summary>
/// A fence of code that is open, or none. Indentation and the marks of lists and quotes before a fence don't matter here.
/// </summary>
internal readonly record struct Fence(char Character, int Length)
{
    public bool IsOpen => Length > 0;

    /// <summary>What is open behind a line.</summary>
    public Fence After(ReadOnlySpan<char> line)
    {
        var content = line.TrimStart(" \t>-*+0123456789.)");
        if (content.IsEmpty || content[0] is not ('`' or '~'))
        {
            return this;
        }

        var character = content[0];
        var length = content.IndexOfAnyExcept(character) is >= 0 and var end ? end : content.Length;
        var rest = content[length..];
        if (!IsOpen)
        {
            return length >= 3 && (character == '~' || !rest.Contains('`')) ? new(character, length) : this;
        }

        return character == Character && length >= Length && rest.IsWhiteSpace() ? default : this;
    }
}
