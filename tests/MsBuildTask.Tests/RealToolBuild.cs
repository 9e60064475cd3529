namespace EmbSync.MsBuildTask.Tests;

/// <summary>
/// A solution of three projects, two of them with two frameworks, that reference the package with the real tool in it; Markdown and a
/// configuration beside.
/// </summary>
public sealed class RealToolBuild : PackedBuild
{
    private int _logs;

    public RealToolBuild()
        : base(Tool)
    {
        WriteProject("First", "<TargetFramework>net10.0</TargetFramework>", "");
        WriteProject("Second", TwoFrameworks, """<ProjectReference Include="../First/First.csproj" />""");
        WriteProject("Third", TwoFrameworks, """<ProjectReference Include="../Second/Second.csproj" />""");
        Dotnet(Folder, "new", "sln", "--name", "All", "--format", "sln").ShouldSucceed();
        Dotnet(Folder, "sln", "All.sln", "add", "First", "Second", "Third").ShouldSucceed();
        Dotnet(Folder, "restore", "All.sln", "--nologo").ShouldSucceed();
    }

    private static string Tool => Path.Combine(RepoRoot, "src/Tool/bin", Configuration, "net10.0");

    /// <summary>A new set of Markdown and configuration, without a store.</summary>
    public void Begin(string configuration)
    {
        foreach (var folder in new[] { ".embsync", ".git", "tasks" }.Select(name => Path.Combine(Folder, name)).Where(Directory.Exists))
        {
            Directory.Delete(folder, recursive: true);
        }

        File.Delete(Path.Combine(Folder, ".gitignore"));
        Environment.Clear();
        Write("embsync.yaml", configuration);
        Write("tasks/a.md", "# A\n\nText of a.\n");
        Write("tasks/b.md", "# B\n\nText of b.\n");
    }

    /// <summary>The tool of the package, as somebody would call it by hand.</summary>
    public BuildResult EmbSync(params string[] arguments) => Dotnet(Folder, ["exec", Path.Combine(Tool, "embsync.dll"), .. arguments]);

    public void Git(params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("git", arguments)
            { WorkingDirectory = Folder })!;
        process.WaitForExit();
        process.ExitCode.ShouldBe(0);
    }

    /// <summary>A command of dotnet on the whole solution: its answer, and how often it ran the tool.</summary>
    public (BuildResult Result, int Runs) Run(string command, params string[] arguments) =>
        Counted([command, "All.sln", "--no-restore", "--nologo", .. arguments]);

    /// <summary>The package's target of one project alone, as people call it by hand: much faster.</summary>
    public (BuildResult Result, int Runs) Look(params string[] arguments) =>
        Counted(["msbuild", "First", "-target:EmbSync", "-nologo", .. arguments]);

    private (BuildResult Result, int Runs) Counted(string[] command)
    {
        var log = Path.Combine(Folder, $"build{++_logs}.log");
        var result = Dotnet(Folder, [.. command, "-nodeReuse:false", "-fl", $"-flp:LogFile={log};Verbosity=detailed"]);
        return (result, File.ReadLines(log).Count(
            line => line.Contains("embsync.dll", StringComparison.Ordinal) && line.Contains(" --stamp ", StringComparison.Ordinal)));
    }
}
