using EmbSync.Core.Model;

namespace EmbSync.Core.Storage;

/// <summary>
/// The folder of what embsync makes for itself in a work tree: a cache, which git ignores from the moment it exists, so that nobody commits
/// an index by accident. Folders of other names are their owner's affair.
/// </summary>
public static class CacheFolder
{
    public const string Name = ".embsync";

    private static ReadOnlySpan<byte> Ignore => "# Made by embsync: all in here is a cache and can be made again.\n*\n"u8;

    /// <summary>Makes the folder that a file goes into, with all above it. A folder that is there is left as it is.</summary>
    /// <exception cref="IOException">It can't be made.</exception>
    /// <exception cref="UnauthorizedAccessException">Not allowed.</exception>
    public static void MakeFor(string file)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        if (Directory.Exists(folder))
        {
            return;
        }

        Directory.CreateDirectory(folder);
        if (Path.GetFileName(folder) == Name)
        {
            WriteIgnore(Path.Combine(folder, ".gitignore"));
        }
    }

    /// <summary>Whole or not at all: beside an empty one git would take an index into the next commit.</summary>
    private static void WriteIgnore(string file)
    {
        try
        {
            using var ignore = TryCreate(file);
            ignore?.Write(Ignore);
        }
        catch
        {
            DraftFile.Discard(file);
            throw;
        }
    }

    /// <summary>Null where another run made the folder at the same moment: it says the same in it.</summary>
    private static FileStream? TryCreate(string file)
    {
        try
        {
            return new(file, FileMode.CreateNew);
        }
        catch (IOException) when (File.Exists(file))
        {
            return null;
        }
    }
}
