using System.Diagnostics;

namespace EmbSync.Tool.Tests.Faults;

/// <summary>The tool as a process of its own, for faults that a process has as a whole: its memory, its rights.</summary>
internal static class ToolProcess
{
    /// <summary>
    /// As a user whom permission bits bind. Root keeps its name and its files, and loses the right to pass over the bits.
    /// </summary>
    public static Task<ToolRun> RunBoundAsync(string folder, string arguments, IReadOnlyDictionary<string, string> environment) =>
        Environment.IsPrivilegedProcess
            ? StartAsync("setpriv", ["--bounding-set=-dac_override,-dac_read_search", "dotnet", .. Tool, .. Split(arguments)], folder,
                environment)
            : RunAsync(folder, arguments, environment);

    public static Task<ToolRun> RunAsync(string folder, string arguments, IReadOnlyDictionary<string, string> environment) =>
        StartAsync("dotnet", [.. Tool, .. Split(arguments)], folder, environment);

    /// <summary>With the tests' own list of assemblies: beside them lie those only that no framework of theirs has.</summary>
    private static string[] Tool =>
        ["exec", "--runtimeconfig", Beside("EmbSync.Tool.Tests.runtimeconfig.json"), "--depsfile", Beside("EmbSync.Tool.Tests.deps.json"),
            Beside("embsync.dll")];

    private static string Beside(string file) => Path.Combine(AppContext.BaseDirectory, file);

    private static string[] Split(string arguments) => arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static async Task<ToolRun> StartAsync(
        string program, string[] arguments, string folder, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(program, arguments)
            { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return new(process.ExitCode, await output, await error);
    }
}
