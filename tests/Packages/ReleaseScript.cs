using System.Diagnostics;
using System.IO.Compression;

namespace EmbSync.Packages;

/// <summary><c>eng/release.sh</c> as it stands, in a repository whose packages are three small ones that are made at once.</summary>
public sealed class ReleaseScript : IDisposable
{
    private const string Key = "canary-of-the-feed";

    private static readonly string[] Names = ["EmbSync.MSBuild.0.1.0.nupkg", "EmbSync.Tool.0.1.0.nupkg", "EmbSync.Tool.any.0.1.0.nupkg"];

    private readonly string _top = Directory.CreateTempSubdirectory("embsync-").FullName;

    public ReleaseScript()
    {
        Write("eng/release.sh", File.ReadAllText(Path.Combine(Package.RepoRoot, "eng/release.sh")));
        Write("eng/pack.sh", "#!/usr/bin/env bash\nset -e\nmkdir -p artifacts/packages\ncp made/* artifacts/packages/\n");
        Write("eng/test-packages.sh", "#!/usr/bin/env bash\nset -e\neng/pack.sh --all\n");
        Write("Directory.Build.props", "<Project><PropertyGroup><Version>0.1.0</Version></PropertyGroup></Project>\n");
        Write("src/Tool/Tool.csproj",
            """<Project><PropertyGroup><RepositoryUrl>https://example.invalid/embsync</RepositoryUrl></PropertyGroup><Target Name="InitializeSourceControlInformation" /></Project>""");
        Write(".config/dotnet-tools.json", """{ "version": 1, "tools": { "embsync.tool": { "version": "0.1.0", "commands": ["embsync"] } } }""");
        Write("CHANGELOG.md", "# Changelog\n\n## [0.1.0]\n\n### Added\n- The tool.\n\n## [0.0.1]\n\n- Less.\n");
        Write(".gitignore", "artifacts/\nfeed/\n");
        Names.ToList().ForEach(WritePackage);
        Directory.CreateDirectory(Full("feed"));
        foreach (var script in Directory.GetFiles(Full("eng")))
        {
            if (OperatingSystem.IsWindows())
            {
                throw new PlatformNotSupportedException("The release script is one of a Unix shell.");
            }

            File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        Run("git", "init", "--quiet").ExitCode.ShouldBe(0);
        Commit();
    }

    [Fact]
    public void Lists_all_and_publishes_nothing_by_itself()
    {
        var (exitCode, output) = Release();

        exitCode.ShouldBe(0, output);
        output.ShouldNotContain("FAILED");
        Names.ShouldAllBe(name => output.Contains(name, StringComparison.Ordinal));
        output.ShouldContain("Sources: https://example.invalid/embsync");
        Published.ShouldBeEmpty();
    }

    [Fact]
    public void Publishes_the_package_that_points_to_the_others_last_and_never_shows_the_key()
    {
        var (exitCode, output) = Release("--push");

        exitCode.ShouldBe(0, output);
        Published.ShouldBe(Names);
        output.ShouldNotContain(Key);
        var pushed = Names.OrderBy(name => output.LastIndexOf($"Pushing {name}", StringComparison.Ordinal)).ToArray();
        pushed[^1].ShouldBe("EmbSync.Tool.0.1.0.nupkg", output);
    }

    [Theory]
    [InlineData("a file that git doesn't know", "work tree is clean: ?? notes.txt")]
    [InlineData("another version in the manifest", "one version: .config/dotnet-tools.json has '0.0.9', Directory.Build.props '0.1.0'")]
    [InlineData("no entry in the changelog", "CHANGELOG.md tells of it: no entries under '## [0.1.0]'")]
    [InlineData("a package test that fails", "the packages are right: see above")]
    [InlineData("packages that differ", "another clone packs the same bytes: EmbSync.MSBuild.0.1.0.nupkg differs;")]
    [InlineData("no address", "the packages name their sources")]
    public void What_is_wrong_is_named_and_nothing_is_published(string what, string said)
    {
        switch (what)
        {
            case "a file that git doesn't know":
                Write("notes.txt", "");
                break;
            case "another version in the manifest":
                Write(".config/dotnet-tools.json", """{ "version": 1, "tools": { "embsync.tool": { "version": "0.0.9", "commands": ["embsync"] } } }""");
                break;
            case "no entry in the changelog":
                Write("CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n\n- The tool.\n\n## [0.1.0]\n\n## [0.0.1]\n\n- Less.\n");
                break;
            case "a package test that fails":
                Write("eng/test-packages.sh", "#!/usr/bin/env bash\neng/pack.sh --all\nexit 1\n");
                break;
            case "packages that differ":
                Write("eng/pack.sh", "#!/usr/bin/env bash\nset -e\nmkdir -p artifacts/packages\ncp made/* artifacts/packages/\necho \"$PWD\" >>artifacts/packages/EmbSync.MSBuild.0.1.0.nupkg\n");
                break;
            default:
                Write("src/Tool/Tool.csproj", """<Project><Target Name="InitializeSourceControlInformation" /></Project>""");
                break;
        }

        if (what != "a file that git doesn't know")
        {
            Commit();
        }

        var (exitCode, output) = Release("--push");

        exitCode.ShouldBe(1, output);
        output.ShouldContain("FAILED  " + said);
        output.ShouldContain("Nothing was published");
        Published.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(null, Key)]
    [InlineData("feed", null)]
    public void Without_feed_or_key_a_push_begins_nothing(string? source, string? key)
    {
        var (exitCode, output) = Release(["--push"], source, key);

        exitCode.ShouldBe(2, output);
        output.ShouldContain("EMBSYNC_PUSH_SOURCE");
        output.ShouldContain("NUGET_API_KEY");
        output.ShouldNotContain(Key);
        Directory.Exists(Full("artifacts")).ShouldBeFalse();
    }

    public void Dispose() => Directory.Delete(_top, recursive: true);

    private string[] Published =>
        [.. Directory.GetFiles(Full("feed"), "*.nupkg").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    private (int ExitCode, string Output) Release(params string[] arguments) => Release(arguments, Full("feed"), Key);

    private (int ExitCode, string Output) Release(string[] arguments, string? source, string? key) =>
        Run(Full("eng/release.sh"), arguments, ("EMBSYNC_PUSH_SOURCE", source), ("NUGET_API_KEY", key));

    private void Commit()
    {
        Run("git", "add", "--all").ExitCode.ShouldBe(0);
        Run("git", "-c", "user.name=somebody", "-c", "user.email=somebody@example.invalid", "commit", "--quiet", "--message", "change")
            .ExitCode.ShouldBe(0);
    }

    private void WritePackage(string name)
    {
        Directory.CreateDirectory(Full("made"));
        var id = name[..^".0.1.0.nupkg".Length];
        using var archive = ZipFile.Open(Full("made/" + name), ZipArchiveMode.Create);
        using var writer = new StreamWriter(archive.CreateEntry(id + ".nuspec").Open());
        writer.Write($"<package><metadata><id>{id}</id><version>0.1.0</version><authors>a</authors><description>d</description></metadata></package>");
    }

    private string Full(string path) => Path.Combine(_top, path);

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Full(path))!);
        File.WriteAllText(Full(path), text);
    }

    private (int ExitCode, string Output) Run(string program, params string[] arguments) => Run(program, arguments, []);

    private (int ExitCode, string Output) Run(string program, string[] arguments, params (string Name, string? Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments)
            { WorkingDirectory = _top, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var inherited in start.Environment.Keys.Where(key => key.StartsWith("MSBuild", StringComparison.Ordinal)).ToArray())
        {
            start.Environment.Remove(inherited);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.GetAwaiter().GetResult());
    }
}
