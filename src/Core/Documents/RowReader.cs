using System.Text;
using System.Text.Json.Nodes;
using EmbSync.Core.Configuration;
using EmbSync.Core.Documents.Chunking;
using EmbSync.Core.Documents.Rendering;
using EmbSync.Core.Model;

namespace EmbSync.Core.Documents;

/// <summary>A row of a database or an object of a JSON file, as it was read.</summary>
/// <param name="Text">What is embedded, as it stands there.</param>
/// <param name="Metadata">Canonical JSON.</param>
/// <param name="Version">See <see cref="Item.Version"/>.</param>
public sealed record RawRow(
    string Id, string? Type, string? Title, string Text, string Metadata, int? Priority, DateTimeOffset? UpdatedAt, string Version)
{
    /// <summary>Details that could not be taken as they stand.</summary>
    public IReadOnlyList<ItemWarning> Warnings { get; init; } = [];
}

/// <summary>
/// Makes items of rows: normalises the text, cuts it, and sets aside what can't be used. Holds no state but its settings.
/// </summary>
/// <param name="kind">Of the source: <c>table</c>.</param>
/// <param name="settings">Whatever else shapes an item beside <paramref name="shape"/>.</param>
internal sealed class RowReader(string source, string kind, RowShape shape, IReadOnlyDictionary<string, JsonNode?> settings)
{
    /// <summary>Raised whenever the same row and settings would make another item: of Markdown what it renders to changed once.</summary>
    private static int FormatVersion(RowShape shape) => shape.Format == TextFormat.Markdown ? 2 : 1;

    private const int MaxTitle = 300;

    /// <summary>See <see cref="Item.Pipeline"/>.</summary>
    public string Pipeline { get; } = $"{kind}/{FormatVersion(shape)}:" + ContentHash.Of(
        CanonicalJson.Of(new Dictionary<string, JsonNode?>(settings)
    {
        ["chunk.max"] = shape.Chunk.MaxTokens,
        ["chunk.min"] = shape.Chunk.MinTokens,
        ["format"] = shape.Format.ToString(),
        ["type"] = shape.ItemType,
        ["priority"] = shape.Priority,
    })).ToString()[..12];

    public ReadOutcome Read(RawRow row)
    {
        if (row.Text.Contains('\0', StringComparison.Ordinal))
        {
            return Problem(row.Id, ProblemCodes.NotUtf8, "The text holds a NUL character. Take it out.");
        }

        var text = SourceText.Normalize(row.Text).Trim();
        var warnings = row.Warnings.ToList();
        var document = shape.Format == TextFormat.Markdown ? DocumentText.Render(text, 1, MarkdownDialect.Common, warnings) : Paragraphs(
            text);
        return ReadOutcome.Of(new Item(
            new(source, row.Id), string.IsNullOrWhiteSpace(row.Type) ? shape.ItemType
            : row.Type, TitleOf(row, document.Text), null, row.Version, Pipeline, row.Metadata,
            row.Priority ?? shape.Priority, row.UpdatedAt,
            [.. Chunker.Cut(document, shape.Chunk).Select((part, seq) => ChunkOf(document, part, seq))])
        {
            Warnings = warnings,
        });
    }

    public ReadOutcome Problem(string id, string code, string message) =>
        ReadOutcome.Of(new ItemProblem(code, source, id, null, null, message));

    private static Chunk ChunkOf(RenderedDocument document, Part part, int seq)
    {
        var text = document.Text[part.Start..part.End];
        var whole = part.Path.Length > 0 ? $"{part.Path}\n\n{text}" : text;
        return new(seq, ContentHash.Of(whole), part.Heading, whole, 0, 0);
    }

    private static string TitleOf(RawRow row, string text)
    {
        var given = string.IsNullOrWhiteSpace(row.Title) ? text : row.Title;
        var line = new StringBuilder();
        foreach (var character in given.AsSpan().TrimStart())
        {
            if (character is '\n' or '\r' || line.Length > 2 * MaxTitle)
            {
                break;
            }

            line.Append(char.IsControl(character) ? ' ' : character);
        }

        var title = line.ToString().Trim();
        return title.Length > 0 ? Label.Of(title, MaxTitle) : row.Id;
    }

    /// <summary>Blocks are what stands between empty lines.</summary>
    private static RenderedDocument Paragraphs(string text)
    {
        var blocks = new List<RenderedBlock>();
        for (var at = 0; at < text.Length;)
        {
            var end = text.IndexOf("\n\n", at, StringComparison.Ordinal) is >= 0 and var found ? found : text.Length;
            if (end > at)
            {
                blocks.Add(new(at, end, 0, 0, 0));
            }

            at = end;
            while (at < text.Length && text[at] == '\n')
            {
                at++;
            }
        }

        return new(text, blocks, [], 0, 0);
    }
}
