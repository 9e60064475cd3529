#pragma warning disable RS0030 // the SQLite store
using EmbSync.Core.Model;
using Microsoft.Data.Sqlite;

namespace EmbSync.Core.Storage.Sqlite;

/// <summary>The database file: how it is made, opened and never replaced.</summary>
/// <param name="path">Absolute.</param>
internal sealed class SqliteFile(string path, SqliteLimits limits)
{
    /// <summary>
    /// Bytes, of a new file; one that is there keeps its own. In SQLite's 4,096 a row of more than half a page has one to itself, which
    /// eats what half
    /// precision saves: 3,000 vectors of 1,024 dimensions take 15.1 MB there, 10.1 MB here.
    /// </summary>
    private const int PageSize = 16_384;

    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // SQLITE_READONLY_RECOVERY and SQLITE_READONLY_ROLLBACK: a killed run left a journal that only a writing connection may play back.
    private static readonly int[] NeedsRecovery = [264, 776];

    static SqliteFile() => SQLitePCL.Batteries_V2.Init();

    public string Path => path;

    public SqliteErrors Errors { get; } = new(path);

    /// <summary>
    /// A connection that can't write; null when there is no store. After a crash the journal is played back first, by a connection that
    /// may write but is told not to: the file becomes what the last whole commit left.
    /// </summary>
    public SqliteConnection? OpenToRead()
    {
        RefuseLink();
        if (!File.Exists(path) || new FileInfo(path).Length == 0)
        {
            return Directory.Exists(path) ? throw Errors.NotAFile() : null;
        }

        try
        {
            return Open(SqliteOpenMode.ReadOnly, "PRAGMA foreign_keys = ON");
        }
        catch (SqliteException e) when (NeedsRecovery.Contains(e.SqliteExtendedErrorCode))
        {
            return Open(SqliteOpenMode.ReadWrite, "PRAGMA query_only = ON");
        }
    }

    /// <param name="mayMake">Make the file, for its owner alone, where there is none.</param>
    /// <exception cref="StoreException">There is none, and there was one when the run began.</exception>
    public SqliteConnection OpenToWrite(bool mayMake)
    {
        RefuseLink();
        if (!File.Exists(path))
        {
            Errors.Io(() => mayMake ? Create(path) : throw Errors.Gone()).Dispose();
        }

        var bound = limits.MaxPages is { } pages ? FormattableString.Invariant($"; PRAGMA max_page_count = {pages}") : "";
        return Open(SqliteOpenMode.ReadWrite,
            $"PRAGMA page_size = {PageSize}; PRAGMA foreign_keys = ON; PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL" + bound);
    }

    /// <summary>
    /// Bytes that the file can take in: on its disk, and in pages of it that are free. Null where the system doesn't say.
    /// </summary>
    public long? Room(SqliteConnection connection)
    {
        var page = connection.Scalar<long>("PRAGMA page_size");
        var (pages, spare) = (connection.Scalar<long>("PRAGMA page_count"), connection.Scalar<long>("PRAGMA freelist_count"));
        var bound = limits.MaxPages is { } most ? (most - pages) * page : long.MaxValue;
        return FreeOnDisk() is { } free ? Math.Min(free, bound) + (spare * page) : null;
    }

    private long? FreeOnDisk()
    {
        try
        {
            // Some file systems over a network tell no size at all.
            var disk = new DriveInfo(System.IO.Path.GetDirectoryName(path)!);
            return disk.TotalSize > 0 ? disk.AvailableFreeSpace : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>A new file that only its owner can read; fails where there is one.</summary>
    public static FileStream Create(string file) => new(file, Options(FileMode.CreateNew));

    /// <summary>Opens or makes a file that nobody else may have open at the same time.</summary>
    public static FileStream OpenExclusive(string file) => new(file, Options(FileMode.OpenOrCreate));

    /// <summary>Opens or makes a file that others may have open in this way too, and nobody exclusively.</summary>
    public static FileStream OpenShared(string file)
    {
        using (var made = File.Exists(file) ? null : TryCreate(file))
        {
        }

        return new(file, FileMode.Open, FileAccess.Read, FileShare.Read);
    }

    /// <exception cref="StoreRefusedException">The path is a symbolic link.</exception>
    public void RefuseLink()
    {
        RefuseLink(path);
        RefuseLink(path + ".lock");
    }

    /// <exception cref="StoreRefusedException">The file is a symbolic link.</exception>
    public static void RefuseLink(string file)
    {
        if (new FileInfo(file).LinkTarget is not null)
        {
            throw new StoreRefusedException(
                $"{file} is a symbolic link, which embsync doesn't follow: nothing was read or written. Set store.path to the file "
                    + "itself.");
        }
    }

    /// <summary>Null where another process made it in the same moment.</summary>
    private static FileStream? TryCreate(string file)
    {
        try
        {
            return Create(file);
        }
        catch (IOException) when (File.Exists(file))
        {
            return null;
        }
    }

    private static FileStreamOptions Options(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = Private;
        }

        return options;
    }

    private SqliteConnection Open(SqliteOpenMode mode, string pragmas)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = mode,
            Pooling = false,
            DefaultTimeout = (int)limits.BusyTimeout.TotalSeconds,
        }.ConnectionString);
        try
        {
            connection.Open();
            connection.Run(pragmas);
            connection.Scalar<long>("SELECT count(*) FROM sqlite_master"); // opening reads nothing yet: this does
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}

/// <param name="BusyTimeout">How long to wait for another process that has the file locked; whole seconds.</param>
/// <param name="MaxPages">Size the file may reach, in pages; null for the disk's.</param>
internal sealed record SqliteLimits(TimeSpan BusyTimeout, long? MaxPages)
{
    /// <summary>Longer than any commit of one batch takes, shorter than people's patience.</summary>
    public static readonly SqliteLimits Default = new(TimeSpan.FromSeconds(10), null);
}
