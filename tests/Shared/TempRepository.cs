using System.Diagnostics;
using System.Text;
using LibGit2Sharp;

namespace EmbSync.Tests;

/// <summary>
/// A real repository in a temporary folder, driven by the git command, with nothing taken from the machine's configuration.
/// Authors and dates are fixed (a minute apart), so ids are the same on every run.
/// </summary>
internal sealed class TempRepository : IDisposable
{
    private readonly string temp;
    private int minutes;

    /// <summary>libgit2 inside the test process reads nobody's configuration either.</summary>
    static TempRepository()
    {
        foreach (var level in new[] { ConfigurationLevel.Global, ConfigurationLevel.Xdg, ConfigurationLevel.System })
        {
            GlobalSettings.SetConfigSearchPaths(level, "/nowhere");
        }
    }

    private TempRepository(string temp, string path)
    {
        this.temp = temp;
        Path = path;
    }

    /// <summary>Top of the work tree (or the bare repository).</summary>
    public string Path { get; }

    public string Head => Git("rev-parse", "HEAD");

    /// <summary>An empty repository on branch <c>main</c>.</summary>
    public static TempRepository Create(params string[] initArguments)
    {
        var repository = Folder();
        repository.Git(["init", "--quiet", "--initial-branch=main", .. initArguments]);
        return repository;
    }

    /// <summary>A folder without git, to use the file operations on.</summary>
    public static TempRepository Folder()
    {
        var temp = System.IO.Path.Combine(System.IO.Path.GetTempPath(), "embsync-" + Guid.NewGuid().ToString("N")[..12]);
        var path = System.IO.Path.Combine(temp, "repo");
        Directory.CreateDirectory(path);
        return new(temp, path);
    }

    /// <summary>A clone over the file protocol (so that depth and filters count).</summary>
    public TempRepository Clone(params string[] arguments)
    {
        var clone = Folder();
        clone.Run(clone.temp, ["clone", "--quiet", .. arguments, "file://" + Path, clone.Path]);
        return clone;
    }

    public string Full(string path) => System.IO.Path.Combine(Path, path);

    public void Write(string path, string text) => WriteBytes(path, Encoding.UTF8.GetBytes(text));

    public void WriteBytes(string path, byte[] bytes)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Full(path))!);
        File.WriteAllBytes(Full(path), bytes);
    }

    /// <summary>In the work tree only.</summary>
    public void Move(string from, string to)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Full(to))!);
        File.Move(Full(from), Full(to), overwrite: true);
    }

    public void Delete(string path) => File.Delete(Full(path));

    /// <param name="target">As the link says it.</param>
    public void Link(string path, string target)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Full(path))!);
        File.CreateSymbolicLink(Full(path), target);
    }

    /// <summary>Permission bits, as octal digits; nothing on Windows.</summary>
    public void Mode(string path, string octal)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Full(path), (UnixFileMode)Convert.ToInt32(octal, 8));
        }
    }

    /// <summary>Commits everything that differs; answers the id.</summary>
    public string Commit(string message = "change")
    {
        Git("add", "--all");
        Git("commit", "--quiet", "--allow-empty", "--message", message);
        return Head;
    }

    public void Branch(string name) => Git("branch", name);

    public void Checkout(string name) => Git("checkout", "--quiet", "--force", name);

    /// <summary>Answers whether it went without conflict; a conflict stays in the work tree.</summary>
    public bool Merge(string name, params string[] arguments) =>
        TryGit(["merge", "--quiet", "--no-ff", "--message", "merge", .. arguments, name]).ExitCode == 0;

    /// <summary>Standard output, trimmed; a failure throws with what git said.</summary>
    public string Git(params string[] arguments) => Run(Path, arguments);

    public (int ExitCode, string Output, string Error) TryGit(params string[] arguments) => Start(Path, arguments);

    /// <summary>For what .NET has no words for: names that are not UTF-8, pipes.</summary>
    public void Shell(string script)
    {
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", script]) { WorkingDirectory = Path })!;
        shell.WaitForExit();
        if (shell.ExitCode != 0)
        {
            throw new InvalidOperationException($"sh -c '{script}': exit {shell.ExitCode}");
        }
    }

    public void Dispose()
    {
        try
        {
            Directory.Delete(temp, recursive: true);
        }
        catch (IOException) when (!OperatingSystem.IsWindows())
        {
            Shell($"rm -rf -- '{temp}'");   // names that .NET can't spell
        }
    }

    /// <summary>Packages that are checked in are compressed already: git need not try again, nor look for what they share.</summary>
    public static IReadOnlyList<string> Fast { get; } = ["core.compression=0", "core.bigFileThreshold=256k", "fetch.unpackLimit=1"];

    private string Run(string folder, string[] arguments)
    {
        var (exitCode, output, error) = Start(folder, arguments);
        return exitCode == 0 ? output : throw new InvalidOperationException($"git {string.Join(' ', arguments)}: exit {exitCode}: {error}");
    }

    private (int ExitCode, string Output, string Error) Start(string folder, string[] arguments)
    {
        var start = new ProcessStartInfo("git") { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        string[] settings =
        [
            "core.fsync=none", "gc.auto=0", "maintenance.auto=false", "protocol.file.allow=always", "advice.detachedHead=false", .. Fast,
        ];
        foreach (var argument in settings.SelectMany(setting => new[] { "-c", setting }).Concat(arguments))
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("GIT_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        var date = $"{1_700_000_000 + (60 * minutes++)} +0000";
        foreach (var (name, value) in new[]
        {
            ("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_TERMINAL_PROMPT", "0"), ("LC_ALL", "C"),
            ("GIT_AUTHOR_NAME", "Ada"), ("GIT_AUTHOR_EMAIL", "ada@example.org"), ("GIT_AUTHOR_DATE", date),
            ("GIT_COMMITTER_NAME", "Ada"), ("GIT_COMMITTER_EMAIL", "ada@example.org"), ("GIT_COMMITTER_DATE", date),
        })
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output.Trim(), error.GetAwaiter().GetResult().Trim());
    }
}
