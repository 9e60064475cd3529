namespace EmbSync.Core.Documents.Chunking;

/// <summary>A stretch of the rendered text that becomes a chunk.</summary>
/// <param name="Start">Offset in the text.</param>
/// <param name="End">Offset after its last character.</param>
/// <param name="Path">Headings above it that it doesn't hold itself, joined by <c> &gt; </c>.</param>
/// <param name="Heading">The same with the heading it begins with.</param>
/// <param name="StartLine">Line of the file, from 1.</param>
/// <param name="EndLine">Inclusive.</param>
internal sealed record Part(int Start, int End, string Path, string Heading, int StartLine, int EndLine);
