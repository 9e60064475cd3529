namespace EmbSync.Core.Sources.Markdown;

/// <summary>Finds out where a symbolic link in the work tree leads.</summary>
internal static class DiskLink
{
    /// <param name="isVisible">Whether a file may be read through a link.</param>
    public static FoundLink Find(RootFolder root, string path, Func<string, bool> isVisible)
    {
        try
        {
            if (root.Resolve(path) is not { } target)
            {
                return new(path, "", LinkKind.Outside);
            }

            var kind = Directory.Exists(root.Full(target)) ? LinkKind.Folder
                : !File.Exists(root.Full(target)) ? LinkKind.Missing
                : isVisible(target) ? LinkKind.File
                : LinkKind.Ignored;
            return new(path, target, kind);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            return new(path, $"a place that can't be read ({RootFolder.Reason(cause)})", LinkKind.Missing);
        }
    }

    public static bool IsLink(RootFolder root, string path) => new FileInfo(root.Full(path)).LinkTarget is not null;
}
