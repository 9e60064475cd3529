using System.Text.RegularExpressions;

namespace EmbSync.Core.Configuration.Definition;

/// <summary>
/// Whether a value that is written out is a key, by its name or by how it looks. Rather too often than too seldom: a variable holds
/// anything.
/// </summary>
internal static partial class SecretLook
{
    public static bool IsSecret(string name, string value) =>
        value.Length > 0 && (SecretName().IsMatch(name) || KnownKey()
            .IsMatch(value) || (Opaque().IsMatch(value) && !Identifier().IsMatch(value)));

    [GeneratedRegex(@"(\A|[-_.])(key|apikey|token|secret|password|passwd|pwd|authorization|auth|credentials?|cookie|signature)\z|api[-_]?key|(?<=[a-z])(Key|Token|Secret|Password)\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase)]
    private static partial Regex SecretName();

    // OpenAI, Google, GitHub, NVIDIA, Voyage, Hugging Face, Slack, AWS, JSON web tokens, and what an Authorization header holds.
    [GeneratedRegex(@"\A(Bearer|Basic)\s|\bsk-[A-Za-z0-9_*-]{8,}|\bAIza[0-9A-Za-z_-]{20,}|\bgh[pousr]_[A-Za-z0-9]{16,}|\b(nvapi|pa|hf)[-_][A-Za-z0-9_-]{16,}|\bxox[abpr]-|\bA[KS]IA[0-9A-Z]{12,}|\beyJ[A-Za-z0-9_-]{10,}\.",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex KnownKey();

    // Azure's and others': 32 characters and more without a word in them.
    [GeneratedRegex(@"\A(?=.*[0-9])(?=.*[A-Za-z])[A-Za-z0-9+/=_]{32,}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Opaque();

    // Lower-case words divided by _ are a name.
    [GeneratedRegex(@"\A[a-z0-9]{1,20}(_[a-z0-9]{1,20})+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Identifier();
}
