using EmbSync.Core.Configuration;
using EmbSync.Core.Documents.Chunking;
using EmbSync.Core.Documents.Rendering;
using EmbSync.Core.Model;

namespace EmbSync.Core.Documents;

/// <summary>
/// The exact text that is embedded and hashed. Up to three paragraphs, an empty line between them, absent ones left out:
/// <code>
/// title, and a line "key: value" for each further embedded key     (first chunk; with TitleOnEveryChunk each)
/// Outer heading > Inner heading                                    (headings above the chunk that it doesn't hold itself)
/// the chunk's own rendered text                                    (begins with its heading where it begins with one)
/// </code>
/// A change here changes every hash: raise <see cref="MarkdownReader.FormatVersion"/> with it.
/// </summary>
internal static class ChunkLayout
{
    /// <summary>A longer front is chunks of its own before the body's, so that no input outgrows a model's limit.</summary>
    private const int MaxFrontTokens = 512;

    /// <param name="frontEndLine">Last line of the front matter; 0 when there is none.</param>
    public static IReadOnlyList<Chunk> Lay(EmbeddedFront front, MarkdownSourceConfig config, int frontEndLine)
    {
        var chunks = new List<Chunk>();
        var parts = Chunker.Cut(front.Body, config.Chunk);
        var isShort = TokenEstimate.Estimate(front.Text) <= Math.Min(MaxFrontTokens, config.Chunk.MaxTokens);
        var (startLine, endLine) = (frontEndLine > 0 ? 1 : front.Line ?? 1, front.Line ?? Math.Max(1, frontEndLine));
        if (front.Text.Length > 0 && (!isShort || parts.Count == 0))
        {
            var alone = new RenderedDocument(front.Text, [new(0, front.Text.Length, 0, startLine, endLine)], [new(0, startLine)], 0, 0);
            foreach (var part in Chunker.Cut(alone, config.Chunk))
            {
                Add("", "", front.Text[part.Start..part.End], "", startLine, endLine);
            }
        }

        foreach (var part in parts)
        {
            var repeated = isShort && (chunks.Count == 0 || config.TitleOnEveryChunk) ? front.Text : "";
            var line = chunks.Count == 0 && front.Line is { } title ? Math.Min(title, part.StartLine) : part.StartLine;
            Add(repeated, part.Path, front.Body.Text[part.Start..part.End], part.Heading, line, part.EndLine);
        }

        return chunks;

        void Add(string lead, string path, string text, string heading, int start, int end)
        {
            var whole = string.Join("\n\n", new[] { lead, path, text }.Where(paragraph => paragraph.Length > 0));
            chunks.Add(new(chunks.Count, ContentHash.Of(whole), heading, whole, start, end));
        }
    }
}
