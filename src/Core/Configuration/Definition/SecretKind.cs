using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EmbSync.Core.Configuration.Parsing;

namespace EmbSync.Core.Configuration.Definition;

/// <summary>A value that comes from the environment only. Its messages never repeat it, wherever it was written.</summary>
internal abstract class SecretKind : ValueKind<Secret>
{
    public override JsonNode ToJson(Secret value) => JsonValue.Create(value.ToString());

    public override bool TryRead(ConfigNode node, ValueReading reading, out Secret value)
    {
        value = null!;
        if (node is not ScalarNode { Text.Length: > 0 } scalar)
        {
            reading.Report(node, $"{reading.Subject} must be {Expected}");
            return false;
        }

        if (EnvironmentReference.NameIn(scalar.Text) is { } name)
        {
            if (!EnvironmentReference.IsName(name))
            {
                reading.Report(node, $"{reading.Subject}: what follows env: can't be the name of an environment variable");
                return false;
            }

            if (reading.Environment is null)
            {
                return false;
            }

            if (EnvironmentReference.Value(reading.Environment, name) is not { } found)
            {
                reading.Report(node, $"{reading.Subject} is taken from the environment variable {name}, which is not set (or empty): set it");
                return false;
            }

            scalar = scalar with { Text = found, Form = ScalarForm.Environment };
            value = new(found, EnvironmentReference.Prefix + name);
        }
        else
        {
            value = new(scalar.Text, scalar.Form == ScalarForm.Environment ? EnvironmentReference.Prefix + reading.Where : reading.Where);
        }

        if (Fault(scalar.Text, scalar.Form == ScalarForm.Environment) is { } fault)
        {
            reading.Report(node, $"{reading.Subject} {fault}");
            return false;
        }

        return true;
    }

    /// <summary>What is wrong with the value, without repeating it.</summary>
    protected abstract string? Fault(string value, bool isFromEnvironment);
}

internal sealed class KeyKind : SecretKind
{
    public override string Expected => "env:NAME, the environment variable that holds the key";

    public override JsonObject Schema() => EnvironmentReference.Schema();

    protected override string? Fault(string value, bool isFromEnvironment) =>
        !isFromEnvironment ? "is written out, and keys never stand in files: put it into an environment variable and write apiKey: env:OPENAI_API_KEY"
            + " (if this file was ever shared, revoke the key)"
        : value.AsSpan().ContainsAnyInRange('\0', '\x1f') ? "holds a line break or control character: set the variable again, without it"
        : null;
}

/// <summary>PostgreSQL as URI or keyword string; one without a password is no secret and may be written out.</summary>
internal sealed partial class ConnectionKind : SecretKind
{
    public override string Expected => "a postgresql:// URI or keyword string, or env:NAME";

    public override JsonObject Schema() => new() { ["type"] = "string" };

    protected override string? Fault(string value, bool isFromEnvironment) =>
        !isFromEnvironment && HoldsPassword(value)
            ? "holds a password, and passwords never stand in files: put the whole URL into an environment variable and write url: env:DATABASE_URL"
        : ConnectionText.Of(value) is var text && text.IsPostgres ? null
        : text.Other is { } other ? $"is the address of {other}: write that of a PostgreSQL database, postgresql://user@host/database"
        : text.Scheme is null && Keyword().IsMatch(text.Rest) ? null
        : "is neither a postgresql:// URI nor a keyword string such as Host=localhost;Database=docs";

    // Rather too often than too seldom: a user:pass@ anywhere, or any of the names that connection strings give a password.
    private static bool HoldsPassword(string value) => UserAndPassword().IsMatch(value) || PasswordKeyword().IsMatch(value);

    [GeneratedRegex(@"\A\s*[A-Za-z][A-Za-z ]*=")]
    private static partial Regex Keyword();

    [GeneratedRegex(@"://[^:@]*:.*@", RegexOptions.Singleline)]
    private static partial Regex UserAndPassword();

    [GeneratedRegex(@"(\A|[;&?\s])\s*(password|passwd|psw|pwd|ssl ?password)\s*=", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex PasswordKeyword();
}
