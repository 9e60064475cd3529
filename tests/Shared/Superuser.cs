using System.Runtime.InteropServices;

namespace EmbSync.Tests;

/// <summary>
/// For tests of ownership and permissions, which mean nothing to root: makes files another user's, and takes root's rights from one thread.
/// </summary>
internal static class Superuser
{
    private const uint SomebodyElse = 12345;

    public static bool IsHere => OperatingSystem.IsLinux() && geteuid() == 0;

    public static void GiveAway(string path)
    {
        foreach (var entry in Directory.EnumerateFileSystemEntries(path, "*", SearchOption.AllDirectories).Append(path))
        {
            if (lchown(entry, SomebodyElse, SomebodyElse) != 0)
            {
                throw new InvalidOperationException($"lchown {entry}: {Marshal.GetLastPInvokeErrorMessage()}");
            }
        }
    }

    /// <summary>Runs on this thread as somebody whom permission bits bind. What is run must not leave the thread.</summary>
    public static T WithoutRights<T>(Func<T> act)
    {
        if (!IsHere)
        {
            return act();
        }

        _ = setfsuid(SomebodyElse);
        try
        {
            return act();
        }
        finally
        {
            _ = setfsuid(0);
        }
    }

    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint geteuid();

    /// <summary>Of the calling thread alone; with root's id go its rights over files.</summary>
    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int setfsuid(uint user);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int lchown([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint owner, uint group);
}
