using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using EmbSync.Tests;

namespace EmbSync.Tool.Tests.Recipes;

/// <summary>
/// What the machines of a CI service have: an origin, here a bare repository on disk, and a machine on which nothing is but what the
/// scripts of a
/// recipe name. <c>dotnet</c> is a script that starts the program as it was built with these tests for <c>dotnet tool run embsync</c>, and
/// answers <c>dotnet tool restore</c> where there is a tool manifest: nothing is installed from anywhere. With <see cref="Install"/> it is
/// the SDK's,
/// and installs what is packed.
/// </summary>
internal sealed class CiWorld : IDisposable
{
    /// <summary>Nothing here takes a tenth of it; what does, hangs.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static readonly string Program = typeof(CiWorld).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "Program").Value!;

    private readonly TempRepository _top = TempRepository.Folder();
    private readonly List<TempRepository> _machines = [];
    private int _scripts;

    /// <param name="provider">Null: the offline one.</param>
    /// <param name="install">False: the tool is there as it was built. True: <see cref="Install"/> is to be called.</param>
    public CiWorld(FakeEmbeddingServer? provider = null, int tasks = 4, bool install = false)
    {
        Developer = TaskRepository.Create(tasks);
        Developer.Write("embsync.yaml", TaskRepository.Config + (provider is null ? "" : $$"""

            embeddings: { provider: openai, baseUrl: "{{provider.BaseUrl}}", apiKey: "env:OPENAI_API_KEY", model: text-embedding-3-small, dimension: 64 }
            """));
        if (!install)
        {
            Developer.Write(".config/dotnet-tools.json", """{ "version": 1, "isRoot": true, "tools": { "embsync.tool": { "version": "0.1.0", "commands": ["embsync"] } } }""");
        }

        Developer.Commit();
        Developer.Git("init", "--quiet", "--bare", "--initial-branch=main", Origin);
        foreach (var setting in TempRepository.Fast)
        {
            Developer.Git(["-C", Origin, "config", .. setting.Split('=')]);
        }

        Developer.Git("remote", "add", "origin", Origin);
        Push();
        Directory.CreateDirectory(Full("home"));
        if (!install)
        {
            WriteStandIn();
        }
    }

    /// <summary>Where somebody works, on <c>main</c>.</summary>
    public TempRepository Developer { get; }

    private string Origin => Full("origin.git");

    private static string Dotnet => Path.GetFullPath("../../../dotnet", RuntimeEnvironment.GetRuntimeDirectory());

    /// <summary>
    /// Packages downloaded, and installed into the repository by the commands of a section of <c>docs/install.md</c>, which is committed.
    /// </summary>
    public void Install(string section)
    {
        CleanMachine();
        Directory.CreateDirectory(Full("home/Downloads"));
        foreach (var package in Directory.GetFiles(PackedTool.Folder, "*.nupkg"))
        {
            File.Copy(package, Path.Combine(Full("home/Downloads"), Path.GetFileName(package)));
        }

        if (InstallGuide.Block(section, "xml") is { } configuration)
        {
            Developer.Write("nuget.config", configuration);
        }

        var run = Bash(InstallGuide.Block(section, "sh")!, Developer.Path, new Dictionary<string, string>
            { ["FEED"] = Full("home/Downloads") }, "-e");
        run.ExitCode.ShouldBe(0, run.Out + run.Error);
        Developer.Commit();
        Push();
    }

    /// <summary>Nothing is installed for anybody any more, and the machine asks no feed but those that somebody named.</summary>
    public void CleanMachine(bool keepFeeds = false)
    {
        foreach (var folder in new[] { "home/.nuget/packages", "home/.dotnet", "home/.local" }.Select(Full).Where(Directory.Exists))
        {
            Directory.Delete(folder, recursive: true);
        }

        if (!keepFeeds)
        {
            _top.Write("home/.nuget/NuGet/NuGet.Config", "<configuration><packageSources><clear /></packageSources></configuration>");
        }
    }

    private void WriteStandIn()
    {
        _top.Write("bin/dotnet", $$"""
            #!/bin/sh
            case "$1 $2 $3" in
              "tool restore ")
                folder=$PWD
                until [ -e "$folder/.config/dotnet-tools.json" ]; do
                  [ "$folder" = / ] && { echo "no tool manifest" >&2; exit 1; }
                  folder=$(dirname "$folder")
                done ;;
              "tool run embsync") shift 3; exec '{{Dotnet}}' '{{Program}}' "$@" ;;
              *) echo "dotnet $*: not on this machine" >&2; exit 97 ;;
            esac

            """);
        _top.Mode("bin/dotnet", "755");
    }

    public string Full(string path) => _top.Full(path);

    public void Push(string branch = "main") => Developer.Git("push", "--quiet", "--force", "origin", $"HEAD:refs/heads/{branch}");

    /// <summary>The developer's branch as a pull request into <c>main</c>: its head, and the merge that the service makes of it.</summary>
    public void OpenPullRequest(string branch)
    {
        Push(branch);
        Developer.Git("checkout", "--quiet", "--detach", "origin/main");
        Developer.Merge(branch).ShouldBeTrue();
        Developer.Git("push", "--quiet", "--force", "origin", "HEAD:refs/pull/1/merge");
        Developer.Checkout(branch);
    }

    /// <summary>A clean machine with a checkout as the services make it.</summary>
    /// <param name="depth">0 for all history and all branches.</param>
    public TempRepository Checkout(int depth, bool pullRequest = false)
    {
        var machine = TempRepository.Folder();
        _machines.Add(machine);
        machine.Git("init", "--quiet", "--initial-branch=main");
        machine.Git("remote", "add", "origin", "file://" + Origin);
        var (there, here) = pullRequest ? ("refs/pull/1/merge", "refs/remotes/pull/1/merge")
            : ("refs/heads/main", "refs/remotes/origin/main");
        machine.Git(["fetch", "--quiet", .. depth == 0 ? ["origin", "+refs/heads/*:refs/remotes/origin/*"] : new[]
            { $"--depth={depth}", "origin" }, $"+{there}:{here}"]);
        machine.Git(pullRequest ? ["checkout", "--quiet", "--detach", here] : ["checkout", "--quiet", "-B", "main", here]);
        return machine;
    }

    /// <summary>A script in a file of its own, as the services' agents run it; nothing of the test's environment reaches it.</summary>
    public ToolRun Bash(string script, string folder, IReadOnlyDictionary<string, string> environment, params string[] options)
    {
        var file = Full($"script{++_scripts}.sh");
        File.WriteAllText(file, script);
        var start = new ProcessStartInfo("bash", ["--noprofile", "--norc", .. options, file])
        {
            WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        var path = start.Environment["PATH"];
        start.Environment.Clear();
        foreach (var (name, value) in environment.Concat([
            new("PATH", $"{Full("bin")}:{path}"), new("HOME", Full("home")), new("LC_ALL", "C.UTF-8"), new("CI", "true"), new(
                "TMPDIR", Full("")),
            new("GIT_CONFIG_GLOBAL", "/dev/null"), new("GIT_CONFIG_NOSYSTEM", "1"), new("GIT_TERMINAL_PROMPT", "0")]))
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"did not end:\n{script}");
        }

        return new(process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }

    public void Dispose()
    {
        _machines.ForEach(machine => machine.Dispose());
        Developer.Dispose();
        _top.Dispose();
    }
}
