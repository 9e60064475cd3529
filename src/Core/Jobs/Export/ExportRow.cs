using System.Text.Json.Nodes;
using EmbSync.Core.Jobs.Map;
using EmbSync.Core.Model;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Jobs.Export;

/// <summary>
/// One vector and what it stands for: a chunk as it was embedded, or an item, whose vector is the mean of its chunks' vectors (each scaled
/// to length
/// 1), scaled to length 1.
/// </summary>
/// <param name="Chunk">Position in the item, from 0; null for an item.</param>
/// <param name="Heading">Null for an item.</param>
/// <param name="Hash">Of the text that was embedded; null for an item.</param>
/// <param name="Place">Along the two principal components; null without a map.</param>
internal sealed record ExportRow(
    ItemKey Key, string Type, string Title, string? Path, int? Chunk, string? Heading, ContentHash? Hash, JsonObject Metadata,
    ReadOnlyMemory<float> Vector, (double X, double Y)? Place)
{
    public static ExportRow Of(EmbeddedChunk chunk) =>
        new(chunk.Key, chunk.Type, chunk.Title, chunk.Path, chunk.Seq, chunk.Heading, chunk.Hash, Object(chunk.Metadata), chunk.Vector,
            null);

    public static ExportRow Of(ItemVector item) =>
        new(item.First.Key, item.First.Type, item.First.Title, item.First.Path, null, null, null, Object(item.First.Metadata), item.Vector,
            null);

    private static JsonObject Object(string metadata) => (JsonObject)JsonNode.Parse(metadata)!;
}

/// <summary>Where rows go, in a form of its own.</summary>
internal interface IExportFormat
{
    void Write(ExportRow row);
}
