namespace EmbSync.Core.Git;

/// <summary>Where a path really leads: all symbolic links on the way followed, as realpath(3) does.</summary>
internal static class RealPath
{
    private const int MostLinks = 40;   // as the kernel

    /// <summary>Parts that don't exist are kept as written.</summary>
    /// <exception cref="IOException">Links go in a circle, or a folder on the way can't be read.</exception>
    public static string Of(string path) => Of(path, place => new FileInfo(place).LinkTarget);

    /// <param name="target">What a link says, relative to its folder or absolute; null for what is no link.</param>
    public static string Of(string path, Func<string, string?> target)
    {
        var full = Path.GetFullPath(path);
        var root = Path.GetPathRoot(full)!;
        var pending = new Stack<string>(Segments(full[root.Length..]).Reverse());
        var result = root;
        var links = 0;
        while (pending.TryPop(out var segment))
        {
            if (segment == "..")
            {
                result = Path.GetDirectoryName(result) ?? root;
                continue;
            }

            var next = Path.Combine(result, segment);
            if (target(next) is not { } leads)
            {
                result = next;
                continue;
            }

            if (++links > MostLinks)
            {
                throw new IOException($"The symbolic links at {path} go in a circle.");
            }

            if (Path.IsPathRooted(leads))
            {
                root = result = Path.GetPathRoot(leads)!;
                leads = leads[root.Length..];
            }

            foreach (var part in Segments(leads).Reverse())
            {
                pending.Push(part);
            }
        }

        return result;
    }

    /// <summary>
    /// The path of <paramref name="inner"/> from <paramref name="folder"/>, with <c>/</c>; empty when equal, null when it lies outside.
    /// Both real.
    /// </summary>
    public static string? Below(string folder, string inner)
    {
        var relative = Path.GetRelativePath(folder, inner);
        if (relative == ".")
        {
            return "";
        }

        return relative == ".." || relative.StartsWith(".." + Path.DirectorySeparatorChar, StringComparison.Ordinal) || Path.IsPathRooted(
            relative)
            ? null
            : relative.Replace(Path.DirectorySeparatorChar, '/');
    }

    private static IEnumerable<string> Segments(string path) =>
        path.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries).Where(
            part => part != ".");
}
