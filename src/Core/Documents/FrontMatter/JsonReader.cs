using System.Text;
using System.Text.Json;

namespace EmbSync.Core.Documents.FrontMatter;

/// <summary>Front matter that is a JSON object; comments and trailing commas are let through.</summary>
internal static class JsonReader
{
    private static readonly JsonDocumentOptions Options = new()
        { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = YamlReader.MaxDepth };

    /// <summary>Null for anything but an object.</summary>
    public static ReadValues? Read(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, Options);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new(((FrontMatterValue.Mapping)Of(document.RootElement)).Entries, [])
                : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null; // InvalidOperationException: an escape that is half a surrogate pair
        }
    }

    /// <summary>
    /// UTF-16 code units of the object that the text begins with; null when it begins with none, or text follows on its last line.
    /// </summary>
    public static int? LengthOfObject(ReadOnlySpan<char> text)
    {
        // A document that begins with a brace is rarely one: the second character tells most of them.
        var second = text[1..].TrimStart(" \t\n");
        if (second.IsEmpty || second[0] is not ('"' or '/'))
        {
            return null;
        }

        var bytes = Encoding.UTF8.GetBytes(text[..Math.Min(text.Length, DocumentFront.MaxLength)].ToArray());
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions
            { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = YamlReader.MaxDepth });
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.EndObject && reader.CurrentDepth == 0)
                {
                    var length = Encoding.UTF8.GetCharCount(bytes.AsSpan(0, (int)reader.BytesConsumed));
                    var rest = text[length..];
                    return rest.IsEmpty || rest[0] == '\n' ? length : null;
                }
            }
        }
        catch (JsonException)
        {
            return null;
        }

        return null;
    }

    private static FrontMatterValue Of(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => new FrontMatterValue.Mapping(Entries(element)),
        JsonValueKind.Array => new FrontMatterValue.Sequence([.. element.EnumerateArray().Select(Of)]),
        JsonValueKind.String => FrontMatterValue.Scalar.Of(element.GetString()!, plain: false),
        JsonValueKind.Null or JsonValueKind.Undefined => FrontMatterValue.Scalar.Of("", plain: true),
        _ => FrontMatterValue.Scalar.Of(element.GetRawText(), plain: true),
    };

    private static Dictionary<string, FrontMatterValue> Entries(JsonElement element)
    {
        var entries = new Dictionary<string, FrontMatterValue>(StringComparer.Ordinal);
        foreach (var property in element.EnumerateObject())
        {
            entries[FrontMatterValue.Clean(property.Name)] = Of(property.Value);
        }

        return entries;
    }
}
