using System.Globalization;
using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Storage.VectorFiles;

namespace EmbSync.Core.Storage.Spool;

/// <summary>
/// Where paid vectors wait on this machine until the database has them. A spool belongs to one store: what one database lost is not played
/// into another.
/// </summary>
/// <param name="folder">Absolute.</param>
/// <param name="store">Description of the store.</param>
public sealed class SpoolFolder(string folder, string store, TimeProvider clock)
{
    private const string Ending = ".vectors";
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _key = ContentHash.Of(store).ToString()[..16];

    public string Folder => folder;

    /// <summary>Null for stores that are local files, or forget.</summary>
    public static SpoolFolder? For(EmbSyncConfig config, IStore store, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(store);
        return config.Store.Backend == StoreBackend.Postgres
            ? new(Path.GetFullPath(Path.Combine(config.Root, config.Store.Spool)), store.Description, clock)
            : null;
    }

    /// <summary>Files of this store, oldest first.</summary>
    internal IReadOnlyList<string> Files()
    {
        RefuseLinks();
        try
        {
            return Directory.Exists(folder)
                ? [.. Directory.EnumerateFiles(folder, _key + "-*" + Ending).Order(StringComparer.Ordinal)]
                : [];
        }
        catch (DirectoryNotFoundException)
        {
            return []; // taken away in this moment
        }
        catch (Exception exception) when (DiskFault.Is(exception))
        {
            throw new StoreException(
                $"{folder} can't be read: {DiskFault.Words(exception)} Paid vectors may wait in it, which must not be bought again.",
                exception);
        }
    }

    /// <summary>Begins a file for what this run pays.</summary>
    /// <exception cref="StoreException">It can't be written: nothing was bought yet.</exception>
    public SpoolWriter Begin(EmbeddingSignature signature) => new(this, VectorFileHeader.Of(signature, VectorType.Vector));

    /// <exception cref="StoreException">It can't be made.</exception>
    internal FileStream Create(int part)
    {
        RefuseLinks();
        try
        {
            CacheFolder.MakeFor(Path.Combine(Path.GetDirectoryName(folder)!, "spool"));
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder);
            }
            else
            {
                Directory.CreateDirectory(folder, Private | UnixFileMode.UserExecute);
            }

            var name = string.Create(CultureInfo.InvariantCulture, $"{_key}-{clock.GetUtcNow():yyyyMMddHHmmssfffffff}-{Environment.ProcessId}-{Guid.NewGuid().ToString("N")[..6]}-{part}{Ending}");
            var options = new FileStreamOptions
                { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.Read, BufferSize = 0 };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = Private;
            }

            return new(Path.Combine(folder, name), options);
        }
        catch (Exception exception) when (DiskFault.Is(exception))
        {
            throw Unwritable(exception);
        }
    }

    /// <summary>What is in the database already loses nothing where its file stays.</summary>
    /// <param name="why">As sentences, where it isn't gone.</param>
    internal static bool TryDelete(string file, out string? why)
    {
        why = null;
        try
        {
            File.Delete(file);
        }
        catch (DirectoryNotFoundException)
        {
            // Somebody took the whole folder away.
        }
        catch (Exception exception) when (DiskFault.Is(exception))
        {
            why = DiskFault.Words(exception);
        }

        return why is null;
    }

    internal StoreException Unwritable(Exception exception) => new(
        $"{folder} can't be written: {DiskFault.Words(exception)} What is paid is kept there until the database has it, so that nothing is bought without it: "
        + "set store.spool to another folder, or mend this one, then run again.", exception);

    /// <exception cref="StoreRefusedException">The folder, or the one that it is in, is a symbolic link.</exception>
    private void RefuseLinks()
    {
        foreach (var place in new[] { folder, Path.GetDirectoryName(folder)! })
        {
            if (new DirectoryInfo(place).LinkTarget is not null || new FileInfo(place).LinkTarget is not null)
            {
                throw new StoreRefusedException($"{place} is a symbolic link, which embsync doesn't follow: nothing was read or written. Set store.spool to the folder itself.");
            }
        }
    }
}
