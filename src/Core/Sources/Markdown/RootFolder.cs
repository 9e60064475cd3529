using EmbSync.Core.Git;
using EmbSync.Core.Model;

namespace EmbSync.Core.Sources.Markdown;

/// <summary>Exactly one of the two is set.</summary>
internal readonly record struct FileContent(byte[]? Bytes, ItemProblem? Problem);

/// <summary>Files below a source's root, and nothing outside it, wherever links lead.</summary>
/// <param name="source">Name of the source, for problems.</param>
/// <param name="root">Absolute.</param>
/// <param name="maxFileBytes">Larger files are not read.</param>
internal sealed class RootFolder(string source, string root, long maxFileBytes)
{
    /// <summary>Absolute, links resolved.</summary>
    public string Path { get; } = RealPath.Of(root);

    /// <summary>Folders that never hold items: git's own, embsync's, and what package managers fetch.</summary>
    public static bool IsOwn(string name) => name is ".git" or ".embsync" or "node_modules";

    /// <summary>Empty parts, <c>.</c> or <c>..</c>: no name that git or a file system gives out.</summary>
    public static bool HasDottedParts(string path)
    {
        foreach (var part in path.AsSpan().Split('/'))
        {
            if (path.AsSpan()[part] is "" or "." or "..")
            {
                return true;
            }
        }

        return false;
    }

    public string Full(string path) => System.IO.Path.Combine(Path, path);

    public ItemProblem Problem(string code, string path, string message) => new(code, source, path, path, null, message);

    public ItemProblem? TooLarge(string path, long bytes) => bytes <= maxFileBytes ? null : Problem(ProblemCodes.TooLarge, path,
        $"The file has {bytes} bytes, more than the {maxFileBytes} that limits.maxFileBytes allows. Split it, exclude it, or raise the limit.");

    /// <summary>Names that can't be opened or could lead elsewhere; null for a good one.</summary>
    public ItemProblem? CheckName(string path)
    {
        if (HasDottedParts(path))
        {
            return Problem(ProblemCodes.OutsideRoot, path,
                "The path has empty or dotted parts and could lead out of the root. Rename the file.");
        }

        // Bytes that are no UTF-8 arrive as U+FFFD, and the file can't be opened by that name.
        return path.Contains('\uFFFD', StringComparison.Ordinal)
            ? Problem(ProblemCodes.Unreadable, path,
                "The file's name is not valid UTF-8 (shown with U+FFFD in its place). Rename it, or exclude it.")
            : null;
    }

    /// <summary>Where a path leads, relative to the root; null when that is outside, or inside git's folder.</summary>
    /// <exception cref="IOException">Links go in a circle.</exception>
    public string? Resolve(string path) =>
        RealPath.Below(Path, RealPath.Of(Full(path))) is { } inner && !inner.Split('/').Contains(".git") ? inner : null;

    /// <summary>Reads a whole file, checking size and place first.</summary>
    public FileContent Read(string path)
    {
        if (CheckName(path) is { } bad)
        {
            return new(null, bad);
        }

        try
        {
            if (Resolve(path) is not { } real)
            {
                return new(null, Problem(
                    ProblemCodes.OutsideRoot, path, "A symbolic link leads out of the root. Replace it by the file, or exclude it."));
            }

            var file = new FileInfo(Full(real));
            if (!file.Exists)
            {
                return new(null, Problem(ProblemCodes.Unreadable, path, "The file is not there any more, or is no file. Run again."));
            }

            // Pipes and devices report no length; opening one would wait for a writer.
            return TooLarge(path, file.Length) is { } large ? new(null, large)
                : file.Length == 0 ? new([], null)
                : ReadOpen(path, file);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            return new(null, Problem(ProblemCodes.Unreadable, path, $"The file can't be read: {Reason(cause)}. Check its permissions."));
        }
    }

    /// <summary>The system's words, on one line, without the path.</summary>
    public static string Reason(Exception cause) => cause switch
    {
        UnauthorizedAccessException => "access is denied",
        FileNotFoundException or DirectoryNotFoundException => "it is not there",
        _ => GitReference.Printable(cause.Message).TrimEnd('.'),
    };

    private FileContent ReadOpen(string path, FileInfo file)
    {
        using var stream = file.OpenRead();
        var bytes = new byte[file.Length + 1];
        var length = 0;
        while (true)
        {
            var read = stream.Read(bytes, length, bytes.Length - length);
            length += read;
            if (read == 0)
            {
                return new(bytes[..length], null);
            }

            if (length == bytes.Length)   // it grows while it is read
            {
                if (TooLarge(path, length) is { } large)
                {
                    return new(null, large);
                }

                Array.Resize(ref bytes, (int)Math.Min(2L * length, Array.MaxLength));
            }
        }
    }
}
