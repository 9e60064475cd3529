using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using EmbSync.Core.Configuration;
using EmbSync.Core.Documents.FrontMatter;
using EmbSync.Core.Documents.Rendering;
using EmbSync.Core.Model;

namespace EmbSync.Core.Documents;

/// <summary>
/// Markdown bytes to a document in chunks: decode, front matter, tree, rendered text, cut. Holds no state but its settings: any number of
/// threads may parse at once. The bound on a file's size is the caller's, before reading.
/// </summary>
public sealed class MarkdownReader(MarkdownSourceConfig config)
{
    /// <summary>Raised whenever the same bytes and settings would make another document, so that stored items count as stale.</summary>
    internal const int FormatVersion = 2;

    private const int MaxTitle = 300;

    /// <summary>A book of 500 pages makes fewer.</summary>
    private const int ManyChunks = 1_000;

    /// <summary>PostgreSQL refuses index entries from 2,704 bytes on; an id is one column of a key.</summary>
    private const int MaxIdBytes = 1024;

    /// <summary>Front matter keys that say when a document was changed; the first that is a date or a time counts.</summary>
    private static readonly string[] UpdatedKeys = ["updated_at", "updated_date", "updated", "lastmod", "last_updated"];

    private static readonly string[] DateForms =
        ["yyyy-MM-dd", "yyyy-MM-dd HH:mm", "yyyy-MM-ddTHH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-ddTHH:mm:ss", "yyyy-MM-ddTHH:mm:ssK",
            "yyyy-MM-ddTHH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-dd HH:mm:ss zzz", "yyyy-MM-dd HH:mm:ss.FFFFFFFK"];

    /// <summary><c>markdown/2:</c> and twelve hexadecimal digits over all settings that shape an item.</summary>
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
        var warnings = new List<ItemWarning>();
        var (text, refusal) = SourceText.Read(bytes, warnings);
        return text is null
            ? new(null, new(refusal!.Code, config.Name, path, path, refusal.Line, refusal.Message))
            : new(Parse(text, path, warnings), null);
    }

    private ParsedDocument Parse(string text, string path, List<ItemWarning> warnings)
    {
        text = ConflictMarkers.TakeOut(text, warnings);
        var front = DocumentFront.Of(text);
        warnings.AddRange(front.Warnings);
        var rendered = DocumentText.Render(front.Body, front.BodyLine,
            path.EndsWith(".mdx", StringComparison.OrdinalIgnoreCase) ? MarkdownDialect.Mdx : MarkdownDialect.Common, warnings);
        var chunks = ChunkLayout.Lay(EmbeddedFront.Of(front, rendered, config), config, front.BodyLine - 1);
        if (chunks.Count > ManyChunks)
        {
            warnings.Add(new(ProblemCodes.ManyChunks, null,
                $"The file makes {Text.Number(chunks.Count)} chunks, and each is embedded. If it was generated, exclude it."));
        }

        return new(
            IdOf(front, path, warnings),
            TextOf(front, "type") is { Length: > 0 } type ? type : config.ItemType,
            Label.Of(DocumentTitle.Of(front, rendered, path), MaxTitle),
            MetadataOf(front, rendered),
            config.Priority,
            UpdatedKeys.Select(key => TimeOf(TextOf(front, key))).FirstOrDefault(time => time is not null),
            chunks)
        {
            Warnings = warnings,
        };
    }

    /// <summary>A key that gives no id costs a warning: the path is the id then.</summary>
    private string IdOf(DocumentFront front, string path, List<ItemWarning> warnings)
    {
        if (config.IdKey is not { } key || front.Find(key) is not { } value)
        {
            return path;
        }

        var id = value is FrontMatterValue.Scalar { IsNull: false } scalar ? scalar.Text.Trim() : "";
        if (id.Length > 0 && !id.Any(char.IsControl) && !id.Contains('\uFFFD', StringComparison.Ordinal)
            && Encoding.UTF8.GetByteCount(id) <= MaxIdBytes)
        {
            return id;
        }

        warnings.Add(new(ProblemCodes.InvalidId, null,
            $"The front matter's '{key}' is not an id, so the path is: give one line of text, at most {MaxIdBytes} bytes, or leave the key out."));
        return path;
    }

    private string MetadataOf(DocumentFront front, RenderedDocument rendered)
    {
        var metadata = new Dictionary<string, JsonNode?>(StringComparer.Ordinal);
        if (rendered.TasksTotal > 0)
        {
            metadata["checkboxes"] = new JsonObject { ["done"] = rendered.TasksDone, ["total"] = rendered.TasksTotal };
        }

        foreach (var key in config.Metadata)
        {
            if (front.Find(key) is { } value)
            {
                metadata[key] = value.ToJson();
            }
        }

        return CanonicalJson.Of(metadata);
    }

    private static string TextOf(DocumentFront front, string key) =>
        front.Find(key) is FrontMatterValue.Scalar scalar ? scalar.ToText() : "";

    /// <summary>Times without a zone are UTC.</summary>
    private static DateTimeOffset? TimeOf(string text) =>
        DateTimeOffset.TryParseExact(text, DateForms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time
            : null;
}
