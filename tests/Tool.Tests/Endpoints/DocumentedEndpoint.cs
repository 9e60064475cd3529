using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace EmbSync.Tool.Tests.Endpoints;

/// <summary>A configuration of docs/endpoints.md, pointed at a server that plays the real one.</summary>
internal static partial class DocumentedEndpoint
{
    public static IReadOnlyList<string> Names => [.. Configurations().Select(one => one.Name)];

    /// <summary>Its <c>embeddings</c>, with the address's origin replaced; path and query stay.</summary>
    public static string Yaml(string name, string origin) =>
        BaseUrl().Replace(Configurations().Single(one => one.Name == name).Yaml, $"baseUrl: {origin}${{path}}");

    /// <summary>Variables that the configuration takes its key from.</summary>
    public static Dictionary<string, string> Environment(string yaml, string key) =>
        Variable().Matches(yaml).ToDictionary(match => match.Groups["name"].Value, _ => key);

    private static IEnumerable<(string Name, string Yaml)> Configurations() =>
        Configuration().Matches(File.ReadAllText(Document())).Select(match => (match.Groups["name"].Value, match.Groups["yaml"].Value));

    private static string Document([CallerFilePath] string file = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "../../../docs/endpoints.md"));

    [GeneratedRegex(@"^### (?<name>[^\n]+)\n(?:[^#`][^\n]*\n|`[^`\n]+`\n|\n)*```yaml\n(?<yaml>.*?)^```",
        RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Configuration();

    [GeneratedRegex(@"baseUrl: https?://[^/\s]+(?<path>\S*)")]
    private static partial Regex BaseUrl();

    [GeneratedRegex(@"env:(?<name>[A-Z_]+)")]
    private static partial Regex Variable();
}
