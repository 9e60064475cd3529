using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EmbSync.Core.Jobs.Export;

/// <summary>
/// Two files as the TensorFlow embedding projector loads them: vectors, numbers between tabs, without a header; and metadata, a line for
/// each vector
/// in the same order, below a header.
/// </summary>
internal sealed class ProjectorFiles : IExportFormat
{
    private static readonly string[] Own = ["source", "id", "type", "title", "path", "chunk", "heading"];
    private static readonly string[] Coordinates = ["x", "y"];

    private readonly TextWriter _vectors;
    private readonly TextWriter _metadata;
    private readonly IReadOnlyList<string> _keys;
    private readonly Func<string, string> _redact;
    private readonly StringBuilder _line = new();

    /// <param name="keys">Of the metadata, in the order of their columns.</param>
    /// <param name="map">Rows have a place.</param>
    /// <param name="redact">Takes secrets out of what people wrote.</param>
    public ProjectorFiles(TextWriter vectors, TextWriter metadata, IReadOnlyList<string> keys, bool map, Func<string, string> redact)
    {
        (_vectors, _metadata, _keys, _redact) = (vectors, metadata, keys, redact);
        string[] taken = map ? [.. Own, .. Coordinates] : Own;
        WriteLine([.. taken, .. keys.Select(key => taken.Contains(key) ? "metadata." + key : key)]);
    }

    public void Write(ExportRow row)
    {
        _line.Clear();
        foreach (var number in row.Vector.Span)
        {
            _line.Append(_line.Length == 0 ? "" : "\t").Append(CultureInfo.InvariantCulture, $"{number}");
        }

        _vectors.Write(_line.Append('\n'));
        string?[] places = row.Place is { } place ? [Number(place.X), Number(place.Y)] : [];
        WriteLine([
            row.Key.Source, row.Key.Id, row.Type, row.Title, row.Path, row.Chunk?.ToString(CultureInfo.InvariantCulture), row.Heading,
                .. places,
            .. _keys.Select(key => TextOf(row.Metadata[key])),
        ]);
    }

    /// <summary>As people write it: a list's entries with commas, other structure as JSON; empty for what isn't there.</summary>
    public static string TextOf(JsonNode? value) => value switch
    {
        null => "",
        JsonArray list => string.Join(", ", list.Select(TextOf)),
        JsonValue plain when plain.GetValueKind() == JsonValueKind.String => plain.GetValue<string>(),
        _ => value.ToJsonString(),
    };

    private void WriteLine(IEnumerable<string?> cells) => _metadata.Write(_redact(string.Join('\t', cells.Select(Cell))) + "\n");

    /// <summary>The form knows no quotes: what would end a cell or a line is a space.</summary>
    private static string Cell(string? text) => string.Concat((text ?? "").Select(character =>
        char.GetUnicodeCategory(character) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator ? ' ' : character));

    private static string Number(double value) => Math.Round(value, 6).ToString(CultureInfo.InvariantCulture);
}
