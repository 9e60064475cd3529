using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace EmbSync.Core.Configuration;

/// <summary>Writes values so that YAML reads them back as they were: plain where that is safe, else as JSON, which YAML contains.</summary>
internal static partial class YamlText
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(JsonNode? value) => value switch
    {
        JsonValue text when text.GetValueKind() == JsonValueKind.String => Of(text.GetValue<string>()),
        JsonArray list => "[" + string.Join(", ", list.Select(item => Of(item))) + "]",
        JsonObject { Count: 0 } => "{}",
        JsonObject map => "{ " + string.Join(", ", map.Select(pair => $"{Of(pair.Key)}: {Of(pair.Value)}")) + " }",
        null => "null",
        _ => value.ToJsonString(Json),
    };

    public static string Of(string text)
    {
        if (Plain().IsMatch(text) && !Typed().IsMatch(text))
        {
            return text;
        }

        // JSON leaves some characters as they are that YAML, a terminal or a line-oriented reader would take for more than text.
        var quoted = new StringBuilder();
        foreach (var letter in JsonSerializer.Serialize(text, Json))
        {
            var acts = char.IsControl(letter) || char.IsSurrogate(letter)
                || char.GetUnicodeCategory(letter) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
            quoted.Append(acts && !char.IsSurrogate(letter) ? string.Create(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}")
                : letter.ToString());
        }

        return quoted.ToString();
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_./(][A-Za-z0-9_./@%()+=-]*(:[A-Za-z0-9_./@%()+=-]+| [A-Za-z0-9_./@%()+=-]+)*\z")]
    private static partial Regex Plain();

    // What YAML, of either version, reads as something else than text.
    [GeneratedRegex(@"\A([-+.0-9][-+.0-9_eExXoOa-fA-F:]*|~|null|true|false|yes|no|on|off|y|n|\.inf|\.nan)\z",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Typed();
}
