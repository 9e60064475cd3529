using System.Globalization;
using System.Text;
using EmbSync.Core.Model;

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
    public static SqliteLock Take(SqliteFile database, TimeProvider clock)
    {
        var path = database.Path + ".lock";
        FileStream file;
        try
        {
            file = database.Errors.Io(() => Open(path));
        }
        catch (StoreException e) when (e.InnerException is IOException { HResult: var code } && Taken.Contains(code))
        {
            throw new LockedException(
                $"Another embsync run writes to {database.Path}{Holder(path)}. Wait for it to end, or end it; its lock goes with its process.");
        }

        file.SetLength(0);
        file.Write(Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"process {Environment.ProcessId} since {clock.GetUtcNow():yyyy-MM-dd HH:mm:ss} UTC\n")));
        file.Flush();
        return new SqliteLock(file);
    }

    public void Dispose() => file.Dispose();

    private static FileStream Open(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return SqliteFile.OpenExclusive(path);
    }

    /// <summary>Who has it, as far as the file can be read.</summary>
    private static string Holder(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream);
            return reader.ReadLine() is { Length: > 0 } line ? $" ({line})" : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ""; // only a detail of a message that says the main thing
        }
    }
}
