using EmbSync.Core.Jobs.Hooks;

namespace EmbSync.Tool.Commands.Hooks;

/// <summary>This program, as another process can start it.</summary>
internal static class RunningTool
{
    private const string ToolStore = ".store";

    public static HookProgram Program() => Program(Environment.ProcessPath ?? "dotnet", AppContext.BaseDirectory, File.Exists);

    /// <param name="process">What runs: the program itself, the command of a global tool, or the host of .NET.</param>
    /// <param name="folder">Of the assemblies.</param>
    public static HookProgram Program(string process, string folder, Func<string, bool> exists)
    {
        var assembly = Path.Combine(folder, "embsync.dll");
        if ((Shim(process, exists) ?? Shim(assembly, exists)) is { } shim)
        {
            return Of(shim);
        }

        return Path.GetFileNameWithoutExtension(process) == "dotnet" ? Of(process, assembly) : Of(process);
    }

    /// <summary>The command in front of the folder that an update of a global tool replaces.</summary>
    private static string? Shim(string path, Func<string, bool> exists)
    {
        var parts = path.Split(Path.DirectorySeparatorChar);
        var at = Array.IndexOf(parts, ToolStore);
        var top = at > 0 ? string.Join(Path.DirectorySeparatorChar, parts[..at]) : null;
        return top is null ? null : new[] { "embsync", "embsync.exe" }.Select(name => Path.Combine(top, name)).FirstOrDefault(exists);
    }

    private static HookProgram Of(params string[] files)
    {
        // Git's shell on Windows takes these everywhere.
        string[] named = [.. files.Select(file => OperatingSystem.IsWindows() ? file.Replace('\\', '/') : file)];
        return new(named, named);
    }
}
