using EmbSync.Core.Model;

namespace EmbSync.Core.Documents;

/// <summary>What one Markdown file says, without what its source adds (version, path, pipeline).</summary>
/// <param name="Id">The id key's value as written, else the path.</param>
/// <param name="Title">For people: at most 300 characters, never empty.</param>
/// <param name="Metadata">Canonical JSON: the configured front matter keys, and <c>checkboxes</c> (<c>done</c>, <c>total</c>) where there
/// are any.</param>
/// <param name="UpdatedAt">From the front matter, see <see cref="MarkdownReader"/>; null where it doesn't say.</param>
/// <param name="Chunks">Empty when there is nothing to embed.</param>
public sealed record ParsedDocument(
    string Id,
    string Type,
    string Title,
    string Metadata,
    int Priority,
    DateTimeOffset? UpdatedAt,
    IReadOnlyList<Chunk> Chunks)
{
    /// <summary>What of it could not be taken as it stands.</summary>
    public IReadOnlyList<ItemWarning> Warnings { get; init; } = [];
}

/// <summary>Exactly one of the two is set.</summary>
public readonly record struct ParseOutcome(ParsedDocument? Document, ItemProblem? Problem);
