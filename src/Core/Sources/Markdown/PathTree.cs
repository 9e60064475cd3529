using Microsoft.Extensions.FileSystemGlobbing.Abstractions;

namespace EmbSync.Core.Sources.Markdown;

/// <summary>
/// Paths as folders in memory, for the globbing library to walk. (Its own InMemoryDirectoryInfo scans all paths again for each folder.)
/// </summary>
internal sealed class PathTree : DirectoryInfoBase
{
    private readonly Dictionary<string, PathTree> folders = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Leaf> files = new(StringComparer.Ordinal);
    private readonly PathTree? parent;

    private PathTree(string name, PathTree? parent)
    {
        Name = name;
        this.parent = parent;
    }

    public override string Name { get; }

    public override string FullName => parent is null ? Name : $"{parent.FullName}/{Name}";

    public override DirectoryInfoBase? ParentDirectory => parent;

    /// <param name="paths">With <c>/</c>, in any order.</param>
    public static PathTree Of(IEnumerable<string> paths)
    {
        var root = new PathTree("", null);
        foreach (var path in paths)
        {
            var folder = root;
            var start = 0;
            for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', start))
            {
                folder = folder.Enter(path[start..slash]);
                start = slash + 1;
            }

            var name = path[start..];
            folder.files[name] = new(name, folder);
        }

        return root;
    }

    public override IEnumerable<FileSystemInfoBase> EnumerateFileSystemInfos() => folders.Values.Concat<FileSystemInfoBase>(files.Values);

    public override DirectoryInfoBase? GetDirectory(string path) => folders.GetValueOrDefault(path);

    public override FileInfoBase? GetFile(string path) => files.GetValueOrDefault(path);

    private PathTree Enter(string name)
    {
        if (!folders.TryGetValue(name, out var folder))
        {
            folders.Add(name, folder = new(name, this));
        }

        return folder;
    }

    private sealed class Leaf(string name, PathTree parent) : FileInfoBase
    {
        public override string Name => name;

        public override string FullName => $"{parent.FullName}/{name}";

        public override DirectoryInfoBase? ParentDirectory => parent;
    }
}
