namespace EmbSync.Core.Model;

/// <summary>
/// What the file system answers where a file or folder can't be made, written or taken away: no defect of this program, and in words that
/// say what to do next.
/// </summary>
public static class DiskFault
{
    // ENOSPC, EDQUOT of Linux and of macOS, ERROR_DISK_FULL, ERROR_DISK_QUOTA_EXCEEDED.
    private static readonly int[] Full = [28, 122, 69, unchecked((int)0x80070070), unchecked((int)0x8007050F)];

    // EROFS, ERROR_WRITE_PROTECT.
    private static readonly int[] ReadOnly = [30, unchecked((int)0x80070013)];

    /// <summary>True also for the form that a limit on the size of files takes (EFBIG).</summary>
    public static bool Is(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentOutOfRangeException
            { ParamName: "value" };

    /// <summary>Why, and what to do about it, as sentences.</summary>
    public static string Words(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return $"{exception.Message.TrimEnd('.')}. {Advice(exception)}.";
    }

    private static string Advice(Exception exception) => exception switch
    {
        ArgumentOutOfRangeException => "Raise the limit on the size of files (ulimit -f), or use another place",
        IOException when Full.Contains(exception.HResult) => "Make room or raise the quota, or use another place",
        IOException when ReadOnly.Contains(exception.HResult) => "The disk is mounted read-only: make it writable, or use another place",
        UnauthorizedAccessException => "Correct the permissions of file and folder, or use another place",
        _ => "Check the folder, its permissions and free space, or use another place",
    };
}
