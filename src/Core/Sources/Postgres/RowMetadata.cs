using System.Text.Json;
using EmbSync.Core.Model;

namespace EmbSync.Core.Sources.Postgres;

/// <summary>Metadata of a row as the database wrote it.</summary>
internal static class RowMetadata
{
    /// <summary>In canonical form; empty, with what is wrong, where it is no object that can be kept.</summary>
    public static (string Metadata, string? Fault) Of(string? json)
    {
        if (json is null)
        {
            return (CanonicalJson.Empty, null);
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return (CanonicalJson.Empty, $"The row's metadata is no JSON object but {document.RootElement.ValueKind.ToString().ToLowerInvariant()}: it is left out. Yield an object, such as jsonb_build_object('name', value).");
            }

            return (CanonicalJson.Of(CanonicalJson.Node(document.RootElement)!.AsObject()
                .ToDictionary(member => member.Key, member => member.Value, StringComparer.Ordinal)), null);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Half of a surrogate pair, or nested deeper than anybody reads.
            return (CanonicalJson.Empty, "The row's metadata can't be read as JSON: it is left out. Correct it in the database.");
        }
    }
}
