using System.Security;
using System.Text;
using EmbSync.Core.Configuration;

namespace EmbSync.Core.Builds;

/// <summary>What a build has to watch, to know without asking that nothing can have got out of step.</summary>
public static class BuildInputs
{
    /// <summary>Rows change without any file doing so: their sources are looked at in every build.</summary>
    public static bool AreFiles(EmbSyncConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return !config.Sources.Any(source => source is DatabaseSourceConfig);
    }

    /// <summary>
    /// An MSBuild project with an item <c>EmbSyncInput</c> for every file that a source may take, as patterns that each build evaluates anew, and
    /// <c>EmbSyncStore</c> for the store's own file. More files may match than are sources (git may ignore some): then a build looks once too often, never too seldom.
    /// </summary>
    public static string MsBuildItems(EmbSyncConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var text = new StringBuilder("<!-- Made by embsync for the builds of this folder; can be deleted. -->\n<Project>\n  <ItemGroup>\n");
        foreach (var (include, exclude) in config.Sources.Select(PatternsOf))
        {
            if (include.Count > 0)
            {
                text.Append($"    <EmbSyncInput Include=\"{Joined(config.Root, include)}\" Exclude=\"{Joined(config.Root, [.. exclude, ".git/**", ".embsync/**"])}\" />\n");
            }
        }

        if (config.Store.Backend == StoreBackend.Sqlite)
        {
            text.Append($"    <EmbSyncStore Include=\"{Escaped(config.Store.Path)}\" />\n");
        }

        return text.Append("  </ItemGroup>\n</Project>\n").ToString();
    }

    private static (IReadOnlyList<string> Include, IReadOnlyList<string> Exclude) PatternsOf(SourceConfig source) => source switch
    {
        MarkdownSourceConfig markdown => (markdown.Include, markdown.Exclude),
        JsonSourceConfig json => (json.Include, json.Exclude),
        _ => ([], []),
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
