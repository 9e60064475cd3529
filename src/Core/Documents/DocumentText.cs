using EmbSync.Core.Documents.Rendering;
using EmbSync.Core.Documents.Syntax;
using EmbSync.Core.Model;

namespace EmbSync.Core.Documents;

/// <summary>Markdown to the text that a reader sees.</summary>
internal static class DocumentText
{
    /// <summary>What the parser can't take within its bounds is plain paragraphs, and costs a warning.</summary>
    /// <param name="firstLine">Line of the file that the text starts on, from 1.</param>
    public static RenderedDocument Render(string markdown, int firstLine, MarkdownDialect dialect, List<ItemWarning> warnings)
    {
        var rendered = Rendered(Dialects.Prepare(markdown, dialect), firstLine, warnings);
        if (rendered.LeftOut.Count > 0)
        {
            warnings.Add(new(ProblemCodes.NotText, rendered.LeftOut[0].Line,
                $"{Text.Count(rendered.LeftOut.Sum(data => (long)data.Length), "character")} without a space, as Base64 has them, "
                + "are data and were left out. Keep data in a file of its own."));
        }

        return rendered;
    }

    private static RenderedDocument Rendered(string text, int firstLine, List<ItemWarning> warnings)
    {
        try
        {
            return BlockRenderer.Render(MarkdownSyntax.Parse(text, firstLine), text, firstLine);
        }
        catch (RefusedException exception)
        {
            warnings.Add(new(exception.Refusal.Code, exception.Refusal.Line, exception.Refusal.Message));
            return PlainRenderer.Render(text, firstLine);
        }
    }
}
