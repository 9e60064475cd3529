namespace EmbSync.Core.Documents.Rendering;

/// <summary>Offsets to lines of a text.</summary>
internal sealed class LineIndex
{
    private readonly List<int> starts = [0];

    public LineIndex(string text)
    {
        for (var at = text.IndexOf('\n', StringComparison.Ordinal); at >= 0; at = text.IndexOf('\n', at + 1))
        {
            starts.Add(at + 1);
        }
    }

    /// <summary>Line from 0; an offset outside of the text counts as its first or last.</summary>
    public int LineOf(int offset) => starts.BinarySearch(offset) is var found && found >= 0 ? found : Math.Max(0, ~found - 1);
}
