using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace EmbSync.Core.Configuration.Definition;

/// <summary><c>env:NAME</c>: the value of an environment variable in place of one that is written out.</summary>
internal static partial class EnvironmentReference
{
    public const string Prefix = "env:";

    /// <summary>What follows <c>env:</c>, a good name or not; null for all other text.</summary>
    public static string? NameIn(string text) => text.StartsWith(Prefix, StringComparison.Ordinal) ? text[Prefix.Length..] : null;

    public static bool IsName(string name) => Name().IsMatch(name);

    /// <summary>Null when unset, and when empty: CI systems pass absent secrets as empty variables.</summary>
    public static string? Value(IReadOnlyDictionary<string, string> environment, string name) =>
        environment.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    public static JsonObject Schema() => new() { ["type"] = "string", ["pattern"] = "^env:[A-Za-z_][A-Za-z0-9_]*$" };

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]*\z")]
    private static partial Regex Name();
}
