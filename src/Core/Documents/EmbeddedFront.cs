using EmbSync.Core.Configuration;
using EmbSync.Core.Documents.FrontMatter;
using EmbSync.Core.Documents.Rendering;

namespace EmbSync.Core.Documents;

/// <summary>What is embedded in front of the body: the title, and what else of the front matter is wanted.</summary>
/// <param name="Text">Title and embedded keys, a line each: the title bare, others as <c>key: value</c>. Empty when there is
/// nothing.</param>
/// <param name="Body">The document without the heading that became the title.</param>
/// <param name="Line">Line of that heading, from 1; null when none was taken out.</param>
internal sealed record EmbeddedFront(string Text, RenderedDocument Body, int? Line)
{
    private const string TitleKey = "title";

    /// <summary>
    /// The title is the front matter's, else the first heading of level 1, else the first heading. When it is embedded and the document
    /// begins with that very heading, the heading is taken out of the body: it is embedded once, as the title. A heading further down
    /// stays where it is and isn't repeated. A file's name is not embedded, so that a rename costs nothing. What people are shown as the
    /// title
    /// (<see cref="DocumentTitle"/>) is another question: a better answer to it must buy nothing.
    /// </summary>
    public static EmbeddedFront Of(DocumentFront front, RenderedDocument body, MarkdownSourceConfig config)
    {
        var given = front.Find(TitleKey)?.ToText() ?? "";
        var heading = body.Blocks.FirstOrDefault(block => block.Level == 1) ?? body.Blocks.FirstOrDefault(block => block.Level > 0);
        var title = given.Length > 0 || heading is null ? given : body.TextOf(heading).ToString();
        var wanted = config.Embed.Contains(TitleKey, StringComparer.Ordinal);
        var begins = wanted && body.Blocks is [{ Level: > 0 } first, ..] && body.TextOf(first).SequenceEqual(title) ? first : null;
        var lines = config.Embed.Select(key => (Key: key, Text: key == TitleKey
                ? given.Length > 0 || begins is not null ? title : ""
                : front.Find(key)?.ToText() ?? ""))
            .Where(line => line.Text.Length > 0)
            .Select(line => line.Key == TitleKey ? line.Text : $"{line.Key}: {line.Text}");
        return new(
            string.Join('\n', lines),
            begins is null ? body : body with { Blocks = [.. body.Blocks.Skip(1)] },
            begins?.StartLine);
    }
}
