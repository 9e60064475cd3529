using EmbSync.Core.Configuration.Definition;
using EmbSync.Core.Model;

namespace EmbSync.Core.Configuration;

/// <summary>Finds the configuration file: <c>--config</c>, else EMBSYNC_CONFIG, else the nearest upward to the repository's root.</summary>
public static class ConfigDiscovery
{
    public const string Variable = "EMBSYNC_CONFIG";

    /// <summary>Names that are looked for. Two in one folder are an error: nobody could say which one counts.</summary>
    public static readonly IReadOnlyList<string> FileNames = ["embsync.yaml", "embsync.yml", "embsync.json"];

    /// <summary>Absolute path; null when there is none.</summary>
    /// <exception cref="UsageException">Two files in one folder.</exception>
    public static string? Find(ConfigRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var named = request.File ?? EnvironmentReference.Value(request.Environment, Variable);
        return named is null
            ? Folders(request).Select(InFolder).FirstOrDefault(file => file is not null)
            : Path.GetFullPath(Path.Combine(request.WorkingDirectory, named));
    }

    private static string? InFolder(string folder)
    {
        var found = FileNames.Select(name => Path.Combine(folder, name)).Where(File.Exists).ToList();
        return found.Count < 2
            ? found.FirstOrDefault()
            : throw new UsageException(
                $"{found[0]} and {Path.GetFileName(found[1])} are in the same folder: remove one, or say which with --config");
    }

    private static List<string> Folders(ConfigRequest request)
    {
        var start = Path.TrimEndingDirectorySeparator(Path.GetFullPath(request.WorkingDirectory));
        if (request.RepositoryRoot is null)
        {
            return [start];
        }

        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(request.RepositoryRoot));
        var folders = new List<string>();
        for (var folder = start; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            folders.Add(folder);
            // .git ends it too: the root may be the same folder under another name where links are in play.
            if (folder == root || Path.Exists(Path.Combine(folder, ".git")))
            {
                return folders;
            }
        }

        return [start];
    }
}
