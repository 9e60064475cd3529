#pragma warning disable RS0030 // the SQLite store
using System.Globalization;
using EmbSync.Core.Model;
using Microsoft.Data.Sqlite;

namespace EmbSync.Core.Storage.Sqlite;

/// <summary>
/// What SQLite and the file system say, in words that name the file and the next step. Nothing is ever replaced or repaired unasked.
/// </summary>
internal sealed class SqliteErrors(string path)
{
    /// <summary>SQLITE_READONLY_DBMOVED.</summary>
    private const int Moved = 1032;

    public T Io<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (SqliteException e)
        {
            throw Translate(e);
        }
        catch (Exception e) when (DiskFault.Is(e))
        {
            throw new StoreException($"{path} can't be opened or made: {DiskFault.Words(e)} The place is store.path.", e);
        }
    }

    public void Io(Action action) => Io(() =>
    {
        action();
        return true;
    });

    public StoreException NotAFile() => new($"{path} is a folder, not a file: nothing was read or written. Set store.path to a file.");

    /// <summary>Whoever takes the file away takes away what is in it: nothing of that is kept, whatever was committed.</summary>
    public StoreException Gone(Exception? error = null) => new(
        $"{path} was deleted, moved or replaced while this run used it, and what the run had stored in it with it. Nothing was written to what is there now. Run the command "
            + "again: it goes by what it finds, and 'embsync sync --dry-run' shows what that lacks and costs.", error) { IsLost = true };

    public StoreException TooLittleRoom(long bytes, long room) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"{path} would grow by at least {MegaBytes(bytes):N0} MB, and there is room for {MegaBytes(room):N0} MB: nothing was bought. Make room, set store.path to another disk, or buy a part with --limit."));

    private static double MegaBytes(long bytes) => Math.Ceiling(bytes / 1024.0 / 1024.0);

    /// <param name="error">Primary codes as sqlite.org/rescode.html numbers them.</param>
    public StoreException Translate(SqliteException error) =>
        error.SqliteExtendedErrorCode == Moved || !File.Exists(path) ? Gone(error) : new(error.SqliteErrorCode switch
    {
        5 or 6 => $"{path} is locked by another process that is not letting go. End that process (a database browser, a copy, a backup) "
            + "and run the command again.",
        3 or 8 => $"{path} can't be written: the file, its folder or its disk is read-only for this user. Correct the permissions, or "
            + "set store.path elsewhere.",
        10 => $"{path} can't be read or written: the disk reports an error, or a quota or a limit on the size of files is reached ({error.Message}). What was committed "
            + "before is kept. Check the disk and the limits (quota, ulimit -f), then run the command again.",
        11 => $"{path} is damaged: SQLite finds pages that don't fit together. It was left as it is. Restore it from a backup, or move "
            + "it away and run "
            + "'embsync sync', which embeds everything again at the cost that 'embsync sync --dry-run' shows.",
        13 => $"{path} can't grow: the disk is full. What was committed before is kept. Make room, then run the command again: it goes "
            + "on where it stopped.",
        14 => $"{path} can't be opened, or no journal made beside it: the folder is missing, or not to be written by this user. Correct store.path or the permissions.",
        26 => $"{path} is not a SQLite database, or is damaged at its start. It was left as it is. Set store.path to another file, or "
            + "move this one away "
            + "and run 'embsync sync', which embeds everything again at the cost that 'embsync sync --dry-run' shows.",
        1 when error.Message.Contains("no such table", StringComparison.Ordinal) =>
            $"{path} lacks a table that embsync made ({error.Message}). Restore the file, or move it away and run 'embsync sync' to build a new one.",
        _ => $"{path} can't be used: {error.Message} Check it with 'sqlite3 FILE \"PRAGMA integrity_check\"'; restore it, or move it away and run 'embsync sync' to build a new one.",
    }, error);
}
