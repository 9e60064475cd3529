using System.Text.RegularExpressions;

namespace EmbSync.Tool.Tests.Recipes;

/// <summary>What a job left behind: log, summary, outputs of its last step, artifacts.</summary>
/// <param name="ExitCode">Of the first step that failed, else 0.</param>
internal sealed partial record Job(
    int ExitCode, string Log, string Summary, IReadOnlyDictionary<string, string> Outputs, IReadOnlyDictionary<string, string> Artifacts)
{
    /// <summary>Commands that GitHub's runner would find in the log: at the beginning of a line, or in the old form anywhere.</summary>
    public IReadOnlyList<(string Name, IReadOnlyDictionary<string, string> Properties, string Message)> Commands => [.. Log.Split('\n')
        .Select(line => line.TrimStart())
        .Where(line => line.StartsWith("::", StringComparison.Ordinal) || line.Contains("##[", StringComparison.Ordinal))
        .Select(line => Command().Match(line) is { Success: true } match
            ? (match.Groups[1].Value, Properties(match.Groups[2].Value), Decode(match.Groups[3].Value))
            : throw new FormatException($"the runner would stumble over '{line}'"))];

    /// <summary>Commands that the agent of Azure Pipelines would find, anywhere in a line.</summary>
    public IReadOnlyList<string> AzureCommands => [.. AzureCommand().Matches(Log).Select(match => match.Groups[1].Value)];

    /// <summary>As the runner reads the file of GITHUB_OUTPUT.</summary>
    public static IReadOnlyDictionary<string, string> ReadOutputs(string text)
    {
        var outputs = new Dictionary<string, string>();
        using var reader = new StringReader(text);
        while (reader.ReadLine() is { } line)
        {
            var (equals, heredoc) = (line.IndexOf('=', StringComparison.Ordinal), line.IndexOf("<<", StringComparison.Ordinal));
            if (equals >= 0 && (heredoc < 0 || equals < heredoc))
            {
                outputs.Add(line[..equals], line[(equals + 1)..]);
            }
            else
            {
                heredoc.ShouldBeGreaterThan(0, $"no output: '{line}'");
                var (end, lines) = (line[(heredoc + 2)..], new List<string>());
                while (reader.ReadLine() is var next && next != end)
                {
                    lines.Add(next ?? throw new FormatException($"'{end}' does not come"));
                }

                outputs.Add(line[..heredoc], string.Join('\n', lines));
            }
        }

        return outputs;
    }

    private static Dictionary<string, string> Properties(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries)
        .Select(pair => pair.Trim().Split('=', 2)).ToDictionary(pair => pair[0],
            pair => Decode(pair[1]).Replace("%3A", ":", StringComparison.Ordinal).Replace("%2C", ",", StringComparison.Ordinal));

    private static string Decode(string text) =>
        text.Replace("%0D", "\r", StringComparison.Ordinal).Replace("%0A", "\n", StringComparison.Ordinal).Replace(
            "%25", "%", StringComparison.Ordinal);

    [GeneratedRegex("^::([a-z-]+)(?: ([^:]*))?::(.*)$")]
    private static partial Regex Command();

    [GeneratedRegex(@"##vso\[([^\s\]]+)", RegexOptions.IgnoreCase)]
    private static partial Regex AzureCommand();
}
