using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EmbSync.Core.Configuration.Parsing;

namespace EmbSync.Core.Configuration.Definition;

/// <summary>Text, of one line unless said otherwise.</summary>
/// <param name="pattern">.NET and JSON Schema alike; null for any text.</param>
/// <param name="isFree">May be empty and may hold line breaks.</param>
internal sealed class TextKind(string expected = "text", string? pattern = null, bool isFree = false) : ScalarKind<string>
{
    public override string Expected => expected;

    public override JsonNode ToJson(string value) => JsonValue.Create(value);

    protected override JsonObject OwnSchema() => pattern is null
        ? new() { ["type"] = "string" }
        : new() { ["type"] = "string", ["pattern"] = pattern };

    protected override bool TryParse(ScalarNode scalar, out string value, out string? hint)
    {
        value = scalar.Text;
        hint = scalar.Form is ScalarForm.Number or ScalarForm.Boolean ? "put it in quotes if it is meant as text" : null;
        if (hint is not null || (value.Length == 0 && !isFree))
        {
            return false;
        }

        // Half a surrogate pair, which an escape can make, comes out of the enumeration as the replacement character.
        if ((!isFree && value.AsSpan().ContainsAnyInRange('\0', '\x1f')) || value.EnumerateRunes().Contains(Rune.ReplacementChar))
        {
            hint = "it holds a line break, a control character or half a character";
            return false;
        }

        return pattern is null || Regex.IsMatch(value, pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
    }
}

/// <summary>One of a few words.</summary>
internal sealed class ChoiceKind<T>(params (string Word, T Value)[] choices) : ScalarKind<T>
{
    public override string Expected => choices.Length == 1
        ? choices[0].Word
        : string.Join(", ", choices[..^1].Select(choice => choice.Word)) + " or " + choices[^1].Word;

    public override JsonNode ToJson(T value) =>
        JsonValue.Create(choices.First(choice => EqualityComparer<T>.Default.Equals(choice.Value, value)).Word);

    protected override JsonObject OwnSchema() =>
        new() { ["enum"] = new JsonArray([.. choices.Select(choice => JsonValue.Create(choice.Word))]) };

    protected override bool TryParse(ScalarNode scalar, out T value, out string? hint)
    {
        var found = choices.FirstOrDefault(choice => choice.Word == scalar.Text);
        value = found.Value;
        hint = found.Word is null && scalar.Form is ScalarForm.Text or ScalarForm.Flag
            ? Guess.DidYouMean(scalar.Text, choices.Select(choice => choice.Word))
            : null;
        return found.Word is not null;
    }
}

/// <summary>An absolute http or https address without credentials.</summary>
internal sealed class AddressKind : ScalarKind<Uri>
{
    public override string Expected => "an address such as https://host/v1";

    // A key in its query may come from the environment, and is not shown then.
    public override JsonNode ToJson(Uri value) => JsonValue.Create(Redactor.RedactPatterns(value.OriginalString));

    protected override JsonObject OwnSchema() => new() { ["type"] = "string", ["pattern"] = "^https?://" };

    protected override bool TryParse(ScalarNode scalar, out Uri value, out string? hint)
    {
        hint = null;
        var isAddress = Uri.TryCreate(scalar.Text, UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https"
            && parsed.Host.Length > 0;
        value = parsed!;
        if (isAddress && parsed!.UserInfo.Length > 0)
        {
            hint = "it holds a user or password: the key goes into embeddings.apiKey as env:NAME";
            isAddress = false;
        }
        else if (isAddress && scalar.Form != ScalarForm.Environment && Redactor.RedactPatterns(parsed!.Query) != parsed.Query)
        {
            hint = "its query holds a key: write env:NAME for the whole address, or put the key into embeddings.apiKey or embeddings.request.headers as env:NAME";
            isAddress = false;
        }

        return isAddress;
    }
}

/// <summary>A host's name or address, without scheme, port or path.</summary>
internal sealed class HostKind : ScalarKind<string>
{
    public override string Expected => "the name of a host, such as my.openai.azure.com";

    public override JsonNode ToJson(string value) => JsonValue.Create(value);

    protected override JsonObject OwnSchema() => new() { ["type"] = "string" };

    protected override bool TryParse(ScalarNode scalar, out string value, out string? hint)
    {
        value = scalar.Text;
        hint = Uri.TryCreate(scalar.Text, UriKind.Absolute, out var address) && address.Host.Length > 0
            ? $"write only {Quoting.Quote(address.Host)}" : null;
        return Uri.CheckHostName(scalar.Text) != UriHostNameType.Unknown;
    }
}

/// <summary>A path pattern that stays below the root: <c>*</c> within a folder's name, <c>**</c> across folders.</summary>
internal sealed partial class GlobKind : ScalarKind<string>
{
    public override string Expected => "a pattern below the root, such as docs/**/*.md";

    public override JsonNode ToJson(string value) => JsonValue.Create(value);

    protected override JsonObject OwnSchema() => new() { ["type"] = "string" };

    protected override bool TryParse(ScalarNode scalar, out string value, out string? hint)
    {
        value = scalar.Text;
        hint = scalar.Form is ScalarForm.Number or ScalarForm.Boolean ? "put it in quotes if it is meant as text" : Fault(value);
        return hint is null;
    }

    private static string? Fault(string glob) =>
        glob.Length == 0 || glob.AsSpan().ContainsAnyInRange('\0', '\x1f') ? "it must have text and no control characters"
        : glob[0] is '/' or '~' || (glob.Length > 1 && glob[1] == ':')
            ? "it is absolute; patterns start at the folder of the configuration file"
        : glob.Contains('\\', StringComparison.Ordinal) ? "folders are divided by / on every system"
        : glob.Split('/').Contains("..") ? "'..' leaves the root"
        : glob[0] == '!' ? "use exclude for what is left out"
        : Braces().IsMatch(glob) ? "braces are not expanded: write one pattern for each"
        : null;

    [GeneratedRegex(@"\{[^/{},]*,[^/{}]*\}")]
    private static partial Regex Braces();
}
