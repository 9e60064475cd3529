using EmbSync.Core.Model;

namespace EmbSync.Core.Jobs.Hooks;

/// <summary>Puts hooks into a folder and takes them away again; what somebody else wrote is moved aside and back, never changed.</summary>
public static class HookInstaller
{
    private const string Fresh = ".embsync-new";

    /// <summary>Once or twice is the same. Answers what was done, a sentence each.</summary>
    /// <exception cref="HookException">A hook is there that can't be kept: nothing of that hook was changed.</exception>
    public static string Install(HookFolder folder, GitHook hook, HookOrder order)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var content = HookScript.Of(hook, order);
        var file = new HookFile(folder, hook);
        return Writing(file.Path, () =>
        {
            switch (file.State)
            {
                case HookState.Ours when file.Content == content:
                    return $"{hook.Name()}: in place already, {file.Path}";
                case HookState.Edited:
                    throw new HookException($"{file.Path} was edited since embsync wrote it: left as it is. Move your lines into a hook of your own, delete the file, and install again");
                case HookState.NoFile:
                    throw new HookException($"{file.Path} is a folder: move it away and install again");
                case HookState.Foreign when System.IO.Path.Exists(file.Chained):
                    throw new HookException($"{file.Path} is somebody else's and {System.IO.Path.GetFileName(file.Chained)} is there too: left as they are. Make one of the two, and install again");
                default:
                    break;
            }

            var was = file.State;
            Directory.CreateDirectory(folder.Path);
            var fresh = file.Path + Fresh;
            File.Delete(fresh);
            File.WriteAllText(fresh, content);
            Executable(fresh);
            if (was == HookState.Foreign)
            {
                File.Move(file.Path, file.Chained);
            }

            File.Move(fresh, file.Path, overwrite: true);
            var verb = was == HookState.Ours ? "written anew" : "installed";
            return $"{hook.Name()}: {verb}, {file.Path}" + (System.IO.Path.Exists(file.Chained)
                ? $"; the hook that was there runs first, as {System.IO.Path.GetFileName(file.Chained)}" : "");
        });
    }

    /// <summary>Answers what was done; null where nothing of embsync was there.</summary>
    /// <exception cref="HookException">Edited since, or replaced by somebody else: nothing was changed.</exception>
    public static string? Uninstall(HookFolder folder, GitHook hook)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var file = new HookFile(folder, hook);
        var chained = System.IO.Path.GetFileName(file.Chained);
        return Writing(file.Path, () =>
        {
            var kept = System.IO.Path.Exists(file.Chained) || new FileInfo(file.Chained).LinkTarget is not null;
            switch (file.State)
            {
                case HookState.Edited:
                    throw new HookException($"{file.Path} was edited since embsync wrote it: left as it is. Delete it by hand"
                        + (kept ? $", and give {chained} its name back" : ""));
                case HookState.Foreign or HookState.NoFile when kept:
                    throw new HookException($"{file.Path} is no longer embsync's, and {chained}, which was there before, is still kept beside it: both left as they are");
                case HookState.Ours or HookState.Absent when kept:
                    File.Move(file.Chained, file.Path, overwrite: true);
                    return $"{hook.Name()}: taken away; the hook that was there before is back, {file.Path}";
                case HookState.Ours:
                    File.Delete(file.Path);
                    return $"{hook.Name()}: taken away, {file.Path}";
                default:
                    return null;
            }
        });
    }

    private static void Executable(string file)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, (UnixFileMode)Convert.ToInt32("755", 8));
        }
    }

    private static T Writing<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception cause) when (DiskFault.Is(cause))
        {
            throw new HookException($"the hook {path} can't be changed: {Plain.Line(DiskFault.Words(cause))}", cause);
        }
    }
}
