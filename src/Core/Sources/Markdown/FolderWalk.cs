using System.IO.Enumeration;

namespace EmbSync.Core.Sources.Markdown;

/// <summary>Walks folders below the root, without following links, and keeps count of those that can't be read.</summary>
/// <param name="prefixes">See <see cref="Globs.Prefixes"/>: nothing else is entered.</param>
/// <param name="enter">Whether to enter a folder, by its path from the root.</param>
internal sealed class FolderWalk(string root, IReadOnlyList<string> prefixes, Func<string, bool> enter)
{
    private static readonly EnumerationOptions All = new()
        { AttributesToSkip = 0, IgnoreInaccessible = false, ReturnSpecialDirectories = false };

    /// <summary>Folders that could not be read, relative to the root, ending in <c>/</c>. Whole after the walk.</summary>
    public List<string> Unreadable { get; } = [];

    /// <summary>All files, and links to whatever. Repositories inside the root (submodules among them) are not entered.</summary>
    public IEnumerable<string> Files()
    {
        var pending = new Stack<string>([""]);
        while (pending.TryPop(out var folder))
        {
            foreach (var (name, isFolder) in Names(folder))
            {
                var path = folder.Length == 0 ? name : $"{folder}/{name}";
                if (!isFolder)
                {
                    yield return path;
                }
                else if (name != ".git" && Leads(path) && enter(path) && !Path.Exists(Path.Combine(root, path, ".git")))
                {
                    pending.Push(path);
                }
            }
        }
    }

    /// <summary>The first folder on the way to a path that is there and can't be read; null when there is none.</summary>
    public static string? FirstUnreadable(string root, string path)
    {
        for (var end = 0; end >= 0; end = path.IndexOf('/', end + 1))
        {
            try
            {
                using var names = Directory.EnumerateFileSystemEntries(Path.Combine(root, path[..end])).GetEnumerator();
                names.MoveNext();
            }
            catch (DirectoryNotFoundException)
            {
                return null;
            }
            catch (UnauthorizedAccessException)
            {
                return path[..end] + "/";
            }
            catch (IOException)
            {
                // A file where a folder was: gone. Anything else that stops reading: not known to be gone.
                return File.Exists(Path.Combine(root, path[..end])) ? null : path[..end] + "/";
            }
        }

        return null;
    }

    private bool Leads(string folder) => prefixes.Any(prefix => prefix.Length == 0 || prefix == folder
        || folder.StartsWith(prefix + "/", StringComparison.Ordinal) || prefix.StartsWith(folder + "/", StringComparison.Ordinal));

    /// <summary>Attributes cost a system call each, so they are asked for only to tell a folder from a link to one.</summary>
    private List<(string Name, bool Folder)> Names(string folder)
    {
        try
        {
            return [.. new FileSystemEnumerable<(string, bool)>(Path.Combine(root, folder), (ref FileSystemEntry entry) =>
                (entry.FileName.ToString(), entry.IsDirectory && (entry.Attributes & FileAttributes.ReparsePoint) == 0), All)];
        }
        catch (DirectoryNotFoundException) when (folder.Length > 0 && !folder.Contains('\uFFFD', StringComparison.Ordinal))
        {
            return [];   // removed while the walk went on
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            Unreadable.Add(folder + "/");
            return [];
        }
    }
}
