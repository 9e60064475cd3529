using System.ComponentModel;
using System.Diagnostics;
using EmbSync.Core.Git;
using EmbSync.Core.Model;

namespace EmbSync.Core.Jobs.Hooks;

/// <summary>
/// Asks git for one setting. The only place where git is started, and only by <c>hook install</c> and <c>uninstall</c>: <c>git config</c>
/// reads
/// files and starts no program of the repository's. Syncs never come here.
/// </summary>
internal static class GitConfigQuery
{
    private const int NotSet = 1;

    /// <returns>The value, and whose configuration it is from; null where nobody set it.</returns>
    /// <exception cref="GitException">Git is not there, or says that something is wrong.</exception>
    public static (string Value, string Level)? Path(string folder, string key, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(Program(environment), ["config", "-z", "--show-scope", "--type=path", "--get", key])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode switch
            {
                0 when output.Split('\0') is [var level, var value, ..] => (value, level),
                NotSet => null,
                _ => throw new GitException($"git could not tell {key}: {GitReference.Printable(error.GetAwaiter().GetResult().Trim())}. 'git config --get {key}' says the same; mend that first"),
            };
        }
        catch (Win32Exception cause)
        {
            throw new GitException($"git could not be started: {cause.Message}. Hooks are run by git: install it first", cause);
        }
    }

    /// <summary>By PATH alone: what lies in the folder at hand is never started.</summary>
    private static string Program(IReadOnlyDictionary<string, string> environment)
    {
        var name = OperatingSystem.IsWindows() ? "git.exe" : "git";
        var path = environment.FirstOrDefault(variable =>
            variable.Key.Equals("PATH", OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal)).Value;
        return (path ?? "").Split(System.IO.Path.PathSeparator)
            .Where(System.IO.Path.IsPathFullyQualified).Select(folder => System.IO.Path.Combine(folder, name)).FirstOrDefault(File.Exists)
            ?? throw new GitException("git is not in PATH. Hooks are run by git: install it, or put its folder into PATH");
    }
}
