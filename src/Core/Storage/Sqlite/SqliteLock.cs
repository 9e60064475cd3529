#pragma warning disable RS0030 // the SQLite store
using EmbSync.Core.Model;
using Microsoft.Data.Sqlite;

namespace EmbSync.Core.Storage.Sqlite;

/// <summary>
/// The writer's lock: a file beside the database that one process has open exclusively. The system lets go of it when the
/// process ends, however it ends. The file stays: removing it would let two processes each lock a file of that name.
/// </summary>
internal sealed class SqliteLock : IDisposable
{
    // EAGAIN on Linux, on macOS, ERROR_SHARING_VIOLATION on Windows.
    private static readonly int[] Taken = [11, 35, unchecked((int)0x80070020)];

    private readonly FileStream file;

    private SqliteLock(FileStream file) => this.file = file;

    /// <exception cref="LockedException">Another process has it.</exception>
    public static SqliteLock Take(SqliteFile database)
    {
        var path = database.Path + ".lock";
        try
        {
            return new(database.Errors.Io(() => Open(path)));
        }
        catch (StoreException e) when (e.InnerException is IOException { HResult: var code } && Taken.Contains(code))
        {
            throw new LockedException(
                $"Another embsync run writes to {database.Path}{Holder(database)}. Wait for it to end, give --wait, or end it; its lock "
                    + "goes with its process.");
        }
    }

    /// <summary>That of who fills a generation of the space; null when it is taken. Shared ones get along with each other.</summary>
    public static SqliteLock? TryTakeBuild(SqliteFile database, string space, bool shared)
    {
        var path = $"{database.Path}.build-{space}";
        SqliteFile.RefuseLink(path);
        try
        {
            return new(database.Errors.Io(() => shared ? SqliteFile.OpenShared(path) : SqliteFile.OpenExclusive(path)));
        }
        catch (StoreException e) when (e.InnerException is IOException { HResult: var code } && Taken.Contains(code))
        {
            return null;
        }
    }

    public void Dispose() => file.Dispose();

    private static FileStream Open(string path)
    {
        CacheFolder.MakeFor(path);
        return SqliteFile.OpenExclusive(path);
    }

    /// <summary>Who has it, as far as the database tells.</summary>
    private static string Holder(SqliteFile database)
    {
        try
        {
            using var connection = database.OpenToRead();
            return connection is not null
                && connection.Rows(SqliteSql.Holder, row => row.TextOf(0), CancellationToken.None) is [{ } holder] ? $" ({holder})" : "";
        }
        catch (SqliteException)
        {
            return ""; // only a detail of a message that says the main thing
        }
    }
}
