using System.Buffers;
using System.Text;
using System.Text.Json;
using EmbSync.Core.Model;

namespace EmbSync.Core.Storage;

/// <summary>
/// What every store can hold, whichever it is: a project that changes its store must not find that an item no longer fits. Sources
/// set such items aside by this; stores refuse a batch that has one all the same.
/// </summary>
public static class StorableItem
{
    /// <summary>
    /// Longest id and source name in bytes of UTF-8, both together: a key of a PostgreSQL index ends at about 2,700 bytes.
    /// </summary>
    public const int MaxKeyBytes = 2_000;

    private static readonly SearchValues<char> Suspects = SearchValues.Create(
        ['\0', .. Enumerable.Range(0xD800, 0x800).Select(code => (char)code)]);

    /// <summary>
    /// What keeps the item from being stored, as the end of a sentence that begins with the item; null when nothing does.
    /// </summary>
    public static string? Obstacle(Item item)
    {
        ArgumentNullException.ThrowIfNull(item);
        if (Encoding.UTF8.GetByteCount(item.Key.Source) + Encoding.UTF8.GetByteCount(item.Key.Id) > MaxKeyBytes)
        {
            return FormattableString.Invariant($"has an id longer than {MaxKeyBytes} bytes");
        }

        string?[] texts = [item.Key.Source, item.Key.Id, item.Type, item.Title, item.Path, item.Version, item.Pipeline];
        if (!texts.All(IsText) || !item.Chunks.All(chunk => IsText(chunk.Heading) && IsText(chunk.Text)))
        {
            return "has a text with a NUL character or half a surrogate pair";
        }

        for (var i = 0; i < item.Chunks.Count; i++)
        {
            if (item.Chunks[i].Seq != i)
            {
                return FormattableString.Invariant($"has chunk {item.Chunks[i].Seq} where chunk {i} is due");
            }
        }

        return IsMetadata(item.Metadata) ? null : "has metadata that are not a JSON object of plain text";
    }

    private static bool IsText(string? text) =>
        text is null || text.AsSpan().IndexOfAny(Suspects) < 0 || (!text.Contains('\0', StringComparison.Ordinal) && IsPaired(text));

    private static bool IsPaired(string text)
    {
        for (var rest = text.AsSpan(); !rest.IsEmpty;)
        {
            if (Rune.DecodeFromUtf16(rest, out _, out var used) != OperationStatus.Done)
            {
                return false;
            }

            rest = rest[used..];
        }

        return true;
    }

    private static bool IsMetadata(string json)
    {
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json));
            var isObject = reader.Read() && reader.TokenType == JsonTokenType.StartObject;
            do
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && !IsText(reader.GetString()))
                {
                    return false;
                }
            }
            while (reader.Read());

            return isObject;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false; // InvalidOperationException: an escape that is half a surrogate pair
        }
    }
}
