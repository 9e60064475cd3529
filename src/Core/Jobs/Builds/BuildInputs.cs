using System.Security;
using System.Text;
using EmbSync.Core.Configuration;

namespace EmbSync.Core.Jobs.Builds;

/// <summary>What a build has to watch, to know without asking that nothing can have got out of step.</summary>
public static class BuildInputs
{
    /// <summary>Rows, and a store on a server, change without any file here doing so: with them every build has to look.</summary>
    public static bool AreFiles(EmbSyncConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return config.Store.Backend == StoreBackend.Sqlite && !config.Sources.Any(source => source is DatabaseSourceConfig);
    }

    /// <summary>
    /// An MSBuild project with an item <c>EmbSyncInput</c> for every file that a source may take, as patterns that each build evaluates
    /// anew, and
    /// <c>EmbSyncStore</c> for the store's own file. More files match than are sources: what is excluded (MSBuild's patterns don't know
    /// upper from lower case), what git
    /// ignores. Then a build looks once too often, never too seldom; for the same reason git's index and its lists of what to ignore are
    /// watched.
    /// </summary>
    /// <param name="index">Git's index; null without a repository.</param>
    /// <param name="exclude">Git's list of what to ignore in this clone.</param>
    public static string MsBuildItems(EmbSyncConfig config, string? index, string? exclude)
    {
        ArgumentNullException.ThrowIfNull(config);
        var text = new StringBuilder("<!-- Made by embsync for the builds of this folder; can be deleted. -->\n<Project>\n  <ItemGroup>\n");
        foreach (var include in config.Sources.Select(PatternsOf).Append([.. index is null ? Array.Empty<string>() : ["**/.gitignore"]])
            .Where(patterns => patterns.Count > 0))
        {
            text.Append($"    <EmbSyncInput Include=\"{Joined(config.Root, include)}\" Exclude=\"{Joined(config.Root, [".git/**", ".embsync/**"])}\" />\n");
        }

        foreach (var file in new[] { index, exclude }.OfType<string>())
        {
            // As a pattern it may be absent; as a name it would have to be there.
            text.Append($"    <EmbSyncInput Include=\"{Escaped(file[..^1])}?\" />\n");
        }

        if (config.Store.Backend == StoreBackend.Sqlite)
        {
            text.Append($"    <EmbSyncStore Include=\"{Escaped(config.Store.Path)}\" />\n");
        }

        return text.Append("  </ItemGroup>\n</Project>\n").ToString();
    }

    private static IReadOnlyList<string> PatternsOf(SourceConfig source) => source switch
    {
        MarkdownSourceConfig markdown => markdown.Include,
        JsonSourceConfig json => json.Include,
        _ => [],
    };

    private static string Joined(string root, IEnumerable<string> patterns) =>
        string.Join(';', patterns.Select(pattern => Escaped(Path.Combine(root, pattern))));

    /// <summary>All that means something to MSBuild but the wildcards, then all that means something to XML.</summary>
    private static string Escaped(string path)
    {
        var text = new StringBuilder();
        foreach (var character in path)
        {
            text.Append(character is '%' or '$' or '@' or '\'' or ';' or '(' or ')' ? $"%{(int)character:X2}" : character.ToString());
        }

        return SecurityElement.Escape(text.ToString());
    }
}
