using System.Diagnostics;

namespace EmbSync.Packages;

/// <summary>
/// What can be run on any machine is run: the portable tool, and the check in the build of a project that takes the package from a folder.
/// </summary>
public sealed class InstalledTool : IDisposable
{
    private readonly string _top = Directory.CreateTempSubdirectory("embsync-").FullName;

    public InstalledTool()
    {
        Write("tasks/a.md", "# A\n\nTapes are kept in the cellar.\n");
        Write("embsync.yaml", "version: 1\nembeddings: { provider: lexical }\nsources: [{ name: tasks, include: [\"tasks/**/*.md\"] }]\n");
        Write("nuget.config", $"""<configuration><packageSources><clear /><add key="embsync" value="{Package.Folder}" /></packageSources></configuration>""");
    }

    [Fact]
    public void The_portable_tool_finds_its_natives()
    {
        foreach (var (path, content) in Package.Load(Package.Portable).Files)
        {
            Write("tool/" + path, content);
        }

        Dotnet("exec", "tool/tools/net10.0/any/embsync.dll", "sync").ShouldContain("1 new");
        Dotnet("exec", "tool/tools/net10.0/any/embsync.dll", "search", "tapes in the cellar").ShouldContain("tasks/a.md");
    }

    [Fact]
    public void A_project_that_adds_the_package_is_told_what_is_out_of_step()
    {
        Write("app/app.csproj", """<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup></Project>""");

        Dotnet("add", "app", "package", Package.MsBuild);

        Dotnet("build", "app", "--nologo", "-nodeReuse:false").ShouldContain("tasks/a.md(1,1): warning EMB1001:");
        File.ReadAllText(Path.Combine(_top, "app/app.csproj")).ShouldContain($"Version=\"{Package.Version}\"");
    }

    public void Dispose() => Directory.Delete(_top, recursive: true);

    private void Write(string path, string text) => Write(path, System.Text.Encoding.UTF8.GetBytes(text));

    private void Write(string path, byte[] content)
    {
        var full = Path.Combine(_top, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, content);
    }

    private string Dotnet(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
            { WorkingDirectory = _top, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var inherited in start.Environment.Keys.Where(key => key.StartsWith("MSBuild", StringComparison.Ordinal)).ToArray())
        {
            start.Environment.Remove(inherited);
        }

        start.Environment["NUGET_PACKAGES"] = Path.Combine(_top, "cache");
        start.Environment["MSBUILDTERMINALLOGGER"] = "off";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, output + error.GetAwaiter().GetResult());
        return output;
    }
}
