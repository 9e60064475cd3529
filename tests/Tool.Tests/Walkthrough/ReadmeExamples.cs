using System.Text.RegularExpressions;

namespace EmbSync.Tool.Tests.Walkthrough;

/// <param name="Language">After the fence: <c>sh</c>, <c>yaml</c>.</param>
internal sealed record ReadmeBlock(string Language, string Text)
{
    /// <summary>Commands of a shell block, continued lines joined and comments left out.</summary>
    public IReadOnlyList<string> Commands =>
        [.. Text.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n')
            .Select(line => ReadmeExamples.Comment().Replace(line, "").Trim()).Where(line => line.Length > 0)];
}

/// <summary>What README.md, and the pages that were cut from it, show people to type.</summary>
internal static partial class ReadmeExamples
{
    private static readonly string Text = string.Join('\n', new[] { "README.md", "docs/commands.md", "docs/models.md", "docs/spending.md" }
        .Select(page => File.ReadAllText(Path.Combine(FindRoot(), page)).ReplaceLineEndings("\n")));

    public static IReadOnlyList<ReadmeBlock> Blocks
        { get; } = [.. Fence().Matches(Text).Select(match => new ReadmeBlock(match.Groups[1].Value, match.Groups[2].Value))];

    /// <summary>Commands in running text and tables, each once.</summary>
    public static IReadOnlyList<string> Spans
        { get; } = [.. Span().Matches(Fence().Replace(Text, "")).Select(match => match.Groups[1].Value).Distinct()];

    [GeneratedRegex(@"(^|\s+)#.*$")]
    internal static partial Regex Comment();

    [GeneratedRegex(@"^```(\w+)\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex("`(?:dotnet tool run )?(embsync [^`]+)`")]
    private static partial Regex Span();

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Tool.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException($"no Tool.sln above {AppContext.BaseDirectory}");
        }

        return folder.FullName;
    }
}
