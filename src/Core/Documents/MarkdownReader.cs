using System.Text;
using EmbSync.Core.Configuration;
using EmbSync.Core.Model;

namespace EmbSync.Core.Documents;

/// <summary>Stand-in: the whole body is one chunk.</summary>
public sealed class MarkdownReader(MarkdownSourceConfig config)
{
    public string Pipeline { get; } = "markdown/0";

    public ParseOutcome Parse(byte[] bytes, string path)
    {
        var text = Encoding.UTF8.GetString(bytes);
        var id = text.Split('\n').FirstOrDefault(line => line.StartsWith("id: ", StringComparison.Ordinal))?[4..] ?? path;
        return new(new(id, config.ItemType, path, "{}", config.Priority, null, [new(0, ContentHash.Of(text), "", text, 1, 1)]), null);
    }
}

public readonly record struct ParseOutcome(ParsedDocument? Document, ItemProblem? Problem);

public sealed record ParsedDocument(
    string Id, string Type, string Title, string Metadata, int Priority, DateTimeOffset? UpdatedAt, IReadOnlyList<Chunk> Chunks);
