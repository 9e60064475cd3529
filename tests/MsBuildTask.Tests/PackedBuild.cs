using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;

namespace EmbSync.MsBuildTask.Tests;

/// <summary>
/// The package as packed, with a stub where the tool is, in a folder feed; and a library with an application on it that reference
/// the package. Everything restores from the SDK and that folder, in a package cache of its own. Made once for the tests of a class:
/// each calls <see cref="Reset"/> first.
/// </summary>
public class PackedBuild : IDisposable
{
    protected const string TwoFrameworks = "<TargetFrameworks>net10.0;net10.0-windows</TargetFrameworks>";

    /// <summary>A project file, with FRAMEWORKS and REFERENCE to be filled in.</summary>
    private const string ProjectFile =
        """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            FRAMEWORKS
            <EnableWindowsTargeting>true</EnableWindowsTargeting>
            <DisableTransitiveFrameworkReferenceDownloads>true</DisableTransitiveFrameworkReferenceDownloads>
            <NuGetAudit>false</NuGetAudit>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="EmbSync.MSBuild" Version="0.0.1-test" />
            REFERENCE
          </ItemGroup>
        </Project>
        """;

    protected static readonly string Configuration = Metadata("Configuration");
    protected static readonly string RepoRoot = Metadata("RepoRoot");

    private readonly string _folder = Path.Combine(Path.GetTempPath(), "embsync-" + Path.GetRandomFileName());

    private readonly Dictionary<string, string> _environment = [];

    public PackedBuild()
        : this(Path.Combine(RepoRoot, "tests/MsBuildTask.Tests/StubTool/bin", Configuration, "net10.0"))
    {
    }

    /// <param name="tool">Folder of the tool that is packed.</param>
    protected PackedBuild(string tool)
    {
        try
        {
            Pack(tool);
            Write("nuget.config",
                """<configuration><packageSources><clear /><add key="feed" value="feed" /></packageSources></configuration>""");
            WriteProject("Library", TwoFrameworks, "");
            WriteProject("Application", TwoFrameworks, """<ProjectReference Include="../Library/Library.csproj" />""");
            Dotnet(_folder, "restore", "Application", "--nologo").ShouldSucceed();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What the stub prints, and how it exits.</summary>
    public string StubOutput { get; set; } = "";

    public int StubExit { get; set; }

    /// <summary>The stub's arguments, a line for each launch.</summary>
    public string[] Launches => File.Exists(StubLog) ? [.. File.ReadAllLines(StubLog).Select(Scrubbed)] : [];

    public string ConfigFile => Path.Combine(_folder, "embsync.yaml");

    public string Folder => _folder;

    /// <summary>Variables of the builds, beside those of this process.</summary>
    public Dictionary<string, string> Environment => _environment;

    /// <summary>Its name is of the configuration's path.</summary>
    public static string Scrubbed(string launch) => Regex.Replace(launch, @"build-[-\w]+\.stamp", "build-HASH.stamp");

    public string Stamp => Path.Combine(_folder, ".embsync", "build-HASH.stamp");

    private string StubLog => Path.Combine(_folder, "stub.log");

    /// <summary>A whole build.</summary>
    public BuildResult Build(params string[] arguments) =>
        Dotnet(_folder, ["build", "Application", "--no-restore", "--nologo", "-nodeReuse:false", .. arguments]);

    /// <summary>The package's target alone, as people call it by hand: much faster.</summary>
    public BuildResult Target(params string[] arguments) =>
        Dotnet(_folder, ["msbuild", "Application", "-target:EmbSync", "-nologo", "-nodeReuse:false", .. arguments]);

    protected void WriteProject(string name, string frameworks, string reference) => Write(
        $"{name}/{name}.csproj", ProjectFile.Replace("FRAMEWORKS", frameworks, StringComparison.Ordinal).Replace(
        "REFERENCE", reference, StringComparison.Ordinal));

    public void Reset()
    {
        StubOutput = "";
        StubExit = 0;
        File.Delete(StubLog);
        Write("embsync.yaml", "version: 1\n");
    }

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    private static string Metadata(string key) => typeof(PackedBuild).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == key).Value!;

    private void Pack(string tool)
    {
        Directory.CreateDirectory(_folder);
        Dotnet(RepoRoot, "pack", "src/MsBuildTask", "-c", Configuration, "--no-build", "--nologo", "-o", Path.Combine(_folder, "feed"),
            "-p:EmbSyncToolFolder=" + tool, "-p:Version=0.0.1-test").ShouldSucceed();
    }

    public void Write(string file, string text)
    {
        var path = Path.Combine(_folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    protected BuildResult Dotnet(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in _environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["NUGET_PACKAGES"] = Path.Combine(_folder, "packages");
        start.Environment["EMBSYNC_STUB_LOG"] = StubLog;
        start.Environment["EMBSYNC_STUB_OUTPUT"] = StubOutput;
        start.Environment["EMBSYNC_STUB_EXIT"] = StubExit.ToString();
        start.Environment["MSBUILDTERMINALLOGGER"] = "off";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        foreach (var inherited in start.Environment.Keys.Where(key => key.StartsWith("MSBuild", StringComparison.Ordinal)).ToArray())
        {
            start.Environment.Remove(inherited);   // the MSBuild that runs the tests tells its children where it is
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new(process.ExitCode, output + errors.Result);
    }
}

public sealed record BuildResult(int ExitCode, string Output)
{
    public void ShouldSucceed()
    {
        ExitCode.ShouldBe(0, Output);
    }

    public void ShouldFail()
    {
        ExitCode.ShouldNotBe(0, Output);
    }
}
