using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using EmbSync.Core.Configuration;
using EmbSync.Core.Documents.FrontMatter;
using EmbSync.Core.Documents.Rendering;
using EmbSync.Core.Documents.Syntax;
using EmbSync.Core.Model;

namespace EmbSync.Core.Documents;

/// <summary>
/// Markdown bytes to a document in chunks: decode, front matter, tree, rendered text, cut. Holds no state but its settings: any number of
/// threads may parse at once. The bound on a file's size is the caller's, before reading.
/// </summary>
public sealed class MarkdownReader(MarkdownSourceConfig config)
{
    /// <summary>Raised whenever the same bytes and settings would make another document, so that stored items count as stale.</summary>
    internal const int FormatVersion = 1;

    private const int MaxTitle = 300;

    /// <summary>PostgreSQL refuses index entries from 2,704 bytes on; an id is one column of a key.</summary>
    private const int MaxIdBytes = 1024;

    /// <summary>Front matter keys that say when a document was changed; the first that is a date or a time counts.</summary>
    private static readonly string[] UpdatedKeys = ["updated_at", "updated_date", "updated", "lastmod", "last_updated"];

    private static readonly string[] DateForms =
        ["yyyy-MM-dd", "yyyy-MM-dd HH:mm", "yyyy-MM-ddTHH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-ddTHH:mm:ss", "yyyy-MM-ddTHH:mm:ssK",
            "yyyy-MM-ddTHH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-dd HH:mm:ss zzz", "yyyy-MM-dd HH:mm:ss.FFFFFFFK"];

    /// <summary><c>markdown/1:</c> and twelve hexadecimal digits over all settings that shape an item.</summary>
    public string Pipeline { get; } = $"markdown/{FormatVersion}:" + ContentHash.Of(CanonicalJson.Of(new Dictionary<string, JsonNode?>
    {
        ["max"] = config.Chunk.MaxTokens,
        ["min"] = config.Chunk.MinTokens,
        ["embed"] = new JsonArray([.. config.Embed.Select(key => JsonValue.Create(key))]),
        ["metadata"] = new JsonArray([.. config.Metadata.Order(StringComparer.Ordinal).Select(key => JsonValue.Create(key))]),
        ["id"] = config.IdKey,
        ["type"] = config.ItemType,
        ["priority"] = config.Priority,
        ["everywhere"] = config.TitleOnEveryChunk,
    })).ToString()[..12];

    /// <param name="path">Relative to the root with <c>/</c>; the id where the front matter gives none.</param>
    public ParseOutcome Parse(ReadOnlySpan<byte> bytes, string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var (text, refusal) = SourceText.Read(bytes);
        if (text is not null)
        {
            try
            {
                return Parse(text, path);
            }
            catch (RefusedException exception)
            {
                refusal = exception.Refusal;
            }
        }

        return new(null, new(refusal!.Code, config.Name, path, path, refusal.Line, refusal.Message));
    }

    private ParseOutcome Parse(string text, string path)
    {
        if (ConflictMarkers.Find(text) is { } conflict)
        {
            throw new RefusedException(new(ProblemCodes.ConflictMarkers, conflict, "The file holds conflict markers of an unfinished merge. Resolve the conflict."));
        }

        var (block, refusal) = FrontMatterBlock.Find(text);
        var (values, invalid) = block is null ? (new Dictionary<string, FrontMatterValue>(), null) : FrontMatterReader.Read(block.Yaml);
        if ((refusal ?? invalid) is { } reason)
        {
            throw new RefusedException(reason);
        }

        var (body, bodyLine) = (block?.Body ?? text, block?.BodyLine ?? 1);
        var rendered = BlockRenderer.Render(MarkdownSyntax.Parse(body, bodyLine), body, bodyLine);
        var front = EmbeddedFront.Of(values!, rendered, config);
        return new(new(
            IdOf(values!, path),
            TextOf(values!, "type") is { Length: > 0 } type ? type : config.ItemType,
            front.Title.Length > 0 ? Label.Of(front.Title, MaxTitle) : NameOf(path),
            MetadataOf(values!, rendered),
            config.Priority,
            UpdatedKeys.Select(key => TimeOf(TextOf(values!, key))).FirstOrDefault(time => time is not null),
            ChunkLayout.Lay(front, config, bodyLine - 1)), null);
    }

    private string IdOf(IReadOnlyDictionary<string, FrontMatterValue> values, string path)
    {
        if (config.IdKey is not { } key || !values.TryGetValue(key, out var value))
        {
            return path;
        }

        var id = value is FrontMatterValue.Scalar { IsNull: false } scalar ? scalar.Text.Trim() : "";
        return id.Length > 0 && !id.Any(char.IsControl) && Encoding.UTF8.GetByteCount(id) <= MaxIdBytes
            ? id
            : throw new RefusedException(new(ProblemCodes.InvalidId, null,
                $"The front matter's '{key}' is not an id: give one line of text, at most {MaxIdBytes} bytes, or leave the key out so that the path is the id."));
    }

    private string MetadataOf(IReadOnlyDictionary<string, FrontMatterValue> values, RenderedDocument rendered)
    {
        var metadata = new Dictionary<string, JsonNode?>(StringComparer.Ordinal);
        if (rendered.TasksTotal > 0)
        {
            metadata["checkboxes"] = new JsonObject { ["done"] = rendered.TasksDone, ["total"] = rendered.TasksTotal };
        }

        foreach (var key in config.Metadata.Where(values.ContainsKey))
        {
            metadata[key] = values[key].ToJson();
        }

        return CanonicalJson.Of(metadata);
    }

    private static string TextOf(IReadOnlyDictionary<string, FrontMatterValue> values, string key) =>
        values.GetValueOrDefault(key) is FrontMatterValue.Scalar scalar ? scalar.ToText() : "";

    /// <summary>Times without a zone are UTC.</summary>
    private static DateTimeOffset? TimeOf(string text) =>
        DateTimeOffset.TryParseExact(text, DateForms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    private static string NameOf(string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        return name.LastIndexOf('.') is > 0 and var dot ? name[..dot] : name;
    }
}
