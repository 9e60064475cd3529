using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;

namespace EmbSync.Tool.Tests.Walkthrough;

/// <summary>
/// The built program as a process of its own, started as a shell starts it: nothing of the test's environment reaches it but the way to
/// dotnet, and signals have their usual effect even where the tests themselves run in the background of a script.
/// </summary>
internal sealed class EmbSyncProcess : IDisposable
{
    /// <summary>Nothing here takes a tenth of it; what does, hangs.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly Process _process;
    private readonly Task<string> _out;
    private readonly Task<string> _error;

    private EmbSyncProcess(Process process)
    {
        _process = process;
        _out = process.StandardOutput.ReadToEndAsync();
        _error = process.StandardError.ReadToEndAsync();
    }

    /// <summary>As it was built with these tests.</summary>
    private static readonly string Program = typeof(EmbSyncProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "Program").Value!;

    public bool HasEnded => _process.HasExited;

    public static EmbSyncProcess Start(string folder, IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        new(Started(folder, environment, ["dotnet", Program, .. arguments]));

    /// <summary>A line of bash in which "$@" is the program with its arguments.</summary>
    public static EmbSyncProcess Shell(string folder, IReadOnlyDictionary<string, string> environment, string script,
        params string[] arguments) =>
        new(Started(folder, environment, ["bash", "-c", script, "bash", "dotnet", Program, .. arguments]));

    /// <summary>As <c>kill</c> does: 2 is SIGINT, 15 SIGTERM, 9 SIGKILL. A process that has ended is left alone.</summary>
    public void Signal(int signal)
    {
        if (!_process.HasExited)
        {
            _ = kill(_process.Id, signal);
        }
    }

    /// <summary>Waits for the end. Ended by a signal, the exit code is 128 more than the signal's number.</summary>
    public async Task<ToolRun> EndAsync()
    {
        using var late = new CancellationTokenSource(Patience);
        try
        {
            await _process.WaitForExitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{string.Join(' ', _process.StartInfo.ArgumentList)} did not end\n{await _out}\n{await _error}");
        }

        return new(_process.ExitCode, await _out, await _error);
    }

    public void Dispose()
    {
        Signal(9);
        _process.Dispose();
    }

    private static Process Started(string folder, IReadOnlyDictionary<string, string> environment, string[] command)
    {
        var start = new ProcessStartInfo("env", ["--default-signal=INT,TERM", .. command])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(name => name is not ("PATH" or "DOTNET_ROOT" or "TMPDIR")).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int process, int signal);
}
