namespace EmbSync.Core.Documents.Chunking;

/// <summary>A heading with all the headings that it stands under.</summary>
/// <param name="Parent">Null for one that stands under no other.</param>
/// <param name="Label">Its text, shortened: it stands whole in the chunk that it begins.</param>
internal sealed record Section(Section? Parent, int Level, string Label)
{
    /// <summary>Bound on one heading in a path, so that a path never outgrows what it introduces.</summary>
    private const int MaxLabel = 200;

    /// <summary>Headings from the outermost in, joined by <c> &gt; </c>.</summary>
    public string Path { get; } = Parent is null ? Label : $"{Parent.Path} > {Label}";

    /// <summary>The section that a heading begins after another section.</summary>
    public static Section Begin(Section? current, int level, string text)
    {
        var parent = current;
        while (parent is not null && parent.Level >= level)
        {
            parent = parent.Parent;
        }

        return new(parent, level, Documents.Label.Of(text, MaxLabel));
    }
}
