using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace EmbSync.Core.Documents.FrontMatter;

/// <summary>A value of the front matter as it was written: an id of <c>007</c> stays that text.</summary>
internal abstract record FrontMatterValue
{
    /// <summary>For metadata, by YAML's core schema. Dates, numbers beyond 64 bits and infinities stay strings.</summary>
    public abstract JsonNode? ToJson();

    /// <summary>For text that is embedded: white space runs are one space, lists are joined by commas.</summary>
    public abstract string ToText();

    /// <summary>As stores take it: composed, and with U+FFFD for a NUL or half of a surrogate pair, which escapes can say.</summary>
    public static string Clean(string text)
    {
        var cleaned = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            // A lone surrogate reads as the replacement character.
            cleaned.Append(rune.Value == 0 ? "\uFFFD" : rune.ToString());
        }

        return Nfc.Normalize(cleaned.ToString());
    }

    /// <param name="Plain">Not in quotes.</param>
    public sealed record Scalar(string Text, bool Plain) : FrontMatterValue
    {
        public static Scalar Of(string text, bool plain) => new(Clean(text), plain);

        /// <summary>Nothing, <c>~</c> or <c>null</c>, not in quotes.</summary>
        public bool IsNull => Plain && Text is "" or "~" or "null" or "Null" or "NULL";

        public override JsonNode? ToJson() => !Plain ? JsonValue.Create(Text) : Text switch
        {
            "" or "~" or "null" or "Null" or "NULL" => null,
            "true" or "True" or "TRUE" => JsonValue.Create(true),
            "false" or "False" or "FALSE" => JsonValue.Create(false),
            _ when ScalarForms.Integer().IsMatch(Text) =>
                long.TryParse(Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? JsonValue.Create(number)
                    : JsonValue.Create(Text),
            _ when ScalarForms.Octal().IsMatch(Text) =>
                JsonValue.Create(Text.AsSpan(2).ToArray().Aggregate(0L, (sum, digit) => (sum * 8) + digit - '0')),
            _ when ScalarForms.Hexadecimal().IsMatch(Text) =>
                JsonValue.Create(long.Parse(Text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)),
            _ when ScalarForms.Float().IsMatch(Text) && double.TryParse(
                Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                && double.IsFinite(number) => JsonValue.Create(number),
            _ => JsonValue.Create(Text),
        };

        public override string ToText() => IsNull ? "" : string.Join(' ', Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    public sealed record Sequence(IReadOnlyList<FrontMatterValue> Items) : FrontMatterValue
    {
        public override JsonNode ToJson() => new JsonArray([.. Items.Select(item => item.ToJson())]);

        public override string ToText() => string.Join(", ", Items.Select(item => item.ToText()).Where(text => text.Length > 0));
    }

    public sealed record Mapping(IReadOnlyDictionary<string, FrontMatterValue> Entries) : FrontMatterValue
    {
        public override JsonNode ToJson() => new JsonObject(Entries.Select(entry => KeyValuePair.Create(entry.Key, entry.Value.ToJson())));

        public override string ToText() => string.Join(", ", Entries
            .Select(entry => (entry.Key, Text: entry.Value.ToText())).Where(entry => entry.Text.Length > 0).Select(
                entry => $"{entry.Key}: {entry.Text}"));
    }
}

/// <summary>Plain scalars of YAML 1.2's core schema (section 10.3.2); lengths are bounded so that each fits 64 bits.</summary>
internal static partial class ScalarForms
{
    [GeneratedRegex(@"^[-+]?[0-9]+\z")]
    public static partial Regex Integer();

    [GeneratedRegex(@"^0o[0-7]{1,20}\z")]
    public static partial Regex Octal();

    [GeneratedRegex(@"^0x[0-9a-fA-F]{1,15}\z")]
    public static partial Regex Hexadecimal();

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\z")]
    public static partial Regex Float();
}
