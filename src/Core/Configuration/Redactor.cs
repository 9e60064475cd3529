using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace EmbSync.Core.Configuration;

/// <summary>
/// Takes secrets out of text on its way to people: the known ones by value, in the forms that URLs and JSON give them, and all that
/// looks like a key or password.
/// </summary>
public sealed partial class Redactor
{
    private const string Mask = "***";

    // A shorter password is a word of everyday output ("test"); whole secrets are taken out at any length.
    private const int ShortestPart = 6;

    private readonly IReadOnlyList<string> values;

    public Redactor(IEnumerable<Secret> secrets)
    {
        ArgumentNullException.ThrowIfNull(secrets);
        // Longest first: a secret that holds another must go as a whole.
        values = [.. secrets.Select(secret => secret.Reveal()).SelectMany(value => PasswordsIn(value).Prepend(value)).Where(
            value => value.Trim().Length > 0)
            .SelectMany(Forms).Distinct(StringComparer.Ordinal).OrderByDescending(value => value.Length)];
    }

    /// <summary>Redactor of all secrets that a configuration holds.</summary>
    public static Redactor For(EmbSyncConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return new([.. new[] { config.Store.Url }.OfType<Secret>(), .. SecretsOf(config.Embeddings)]);
    }

    /// <summary>What a provider knows the sender by: key and headers.</summary>
    public static IReadOnlyList<Secret> KeysOf(EmbeddingsConfig embeddings)
    {
        ArgumentNullException.ThrowIfNull(embeddings);
        return
        [
            .. new[] { embeddings.ApiKey }.OfType<Secret>(),
            .. embeddings.Request.Headers.Where(header => header.Variable is not null).Select(header => header.Value).OfType<Secret>(),
        ];
    }

    /// <summary>The same, and fields of requests that come from the environment, which may be everyday words.</summary>
    internal static IReadOnlyList<Secret> SecretsOf(EmbeddingsConfig embeddings) =>
        [.. KeysOf(embeddings), .. embeddings.Request.Extra.SelectMany(field => field.Secrets)];

    /// <summary>For messages: known secrets, and all that looks like one.</summary>
    public string Redact(string text) => RedactPatterns(RedactKnown(text));

    /// <summary>For data, which patterns could damage (a snippet about passwords, JSON): the known secrets only.</summary>
    public string RedactKnown(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return values.Aggregate(text, (current, value) => current.Replace(value, Mask, StringComparison.Ordinal));
    }

    /// <summary>For text that is made before any secret is known.</summary>
    public static string RedactPatterns(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = UrlPassword().Replace(text, "${head}" + Mask + "@");
        text = PasswordKeyword().Replace(text, "${head}" + Mask);
        text = KeyHeader().Replace(text, "${head}" + Mask);
        return Key().Replace(text, Mask);
    }

    private static IEnumerable<string> Forms(string value)
    {
        yield return value;
        yield return Uri.EscapeDataString(value);
        yield return WebUtility.UrlEncode(value);
        yield return WebUtility.HtmlEncode(value);
        yield return JsonEncodedText.Encode(value).ToString();
        yield return JsonEncodedText.Encode(value, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString();
    }

    // The password alone, as a driver might name it; not when the same word is user, host or database, which are shown anyway.
    private static IEnumerable<string> PasswordsIn(string value)
    {
        // A whole address: to its last @, as far as passwords with a / go.
        var raw = WholeUrlPassword().Match(value) is { Success: true } url ? url.Groups["password"].Value
            : PasswordKeyword().Match(value) is { Success: true } keyword ? keyword.Groups["value"].Value.Trim('\'', '"')
            : "";
        foreach (var password in new[] { raw, Uri.UnescapeDataString(raw) }.Distinct(StringComparer.Ordinal).Where(
            password => password.Length >= ShortestPart))
        {
            if (value.IndexOf(password, StringComparison.Ordinal) == value.LastIndexOf(password, StringComparison.Ordinal))
            {
                yield return password;
            }
        }
    }

    [GeneratedRegex(@"(?<head>://[^\s/:@]*:)(?<password>[^\s/]*)@", RegexOptions.ExplicitCapture)]
    private static partial Regex UrlPassword();

    [GeneratedRegex(@"\A\s*[""']?[a-z0-9.:+_-]+://[^\s/:@]*:(?<password>\S*)@",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex WholeUrlPassword();

    [GeneratedRegex(@"(?<head>\b(password|passwd|pwd|psw)""?\s*[=:]\s*)(?<value>'[^']*'|""[^""]*""|[^\s;&,'""]+)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex PasswordKeyword();

    [GeneratedRegex(@"(?<head>\bBearer\s+|\b(api-key|x-api-key|subscription-key)""?\s*[:=]\s*""?|[?&](key|api[-_]?key|code|sig|(access_|auth_?)?token)=)[^\s"",;&]+", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex KeyHeader();

    // OpenAI's and its imitators' keys, whole or as their error messages show them, with stars in the middle.
    [GeneratedRegex(@"\bsk-[A-Za-z0-9_*-]{8,}")]
    private static partial Regex Key();
}
