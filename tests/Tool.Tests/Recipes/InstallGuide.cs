using System.Text.RegularExpressions;

namespace EmbSync.Tool.Tests.Recipes;

/// <summary>What <c>docs/install.md</c> tells its readers to type and to write.</summary>
internal static class InstallGuide
{
    private static readonly string Text = File.ReadAllText(Path.Combine(RecipeYaml.Folder, "../docs/install.md"));

    /// <summary>The only block in a language below a heading that begins so; null when there is none.</summary>
    public static string? Block(string section, string language)
    {
        var start = Text.IndexOf($"\n## {section}", StringComparison.Ordinal);
        start.ShouldBePositive($"no section '{section}'");
        var end = Text.IndexOf("\n## ", start + 1, StringComparison.Ordinal);
        var blocks = Regex.Matches(
            Text[start..(end < 0 ? Text.Length : end)], $"^```{language}\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline);
        blocks.Count.ShouldBeLessThan(2, section);
        return blocks.SingleOrDefault()?.Groups[1].Value;
    }
}
