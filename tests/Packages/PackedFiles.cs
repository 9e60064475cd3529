namespace EmbSync.Packages;

/// <summary>Each package holds what its machines can load, all that they need, and nothing else.</summary>
public sealed class PackedFiles
{
    /// <summary>What the tool calls outside of .NET. On Windows the names have no <c>lib</c> before them.</summary>
    private static readonly string[] Natives = ["e_sqlite3", "git2-"];

    /// <summary>Runtimes that OnnxRuntime has a library for: with it come the model, and the licences of both.</summary>
    private static readonly string[] WithModel = ["linux-arm64", "linux-x64", "osx-arm64", "win-x64"];

    public static TheoryData<string> Runtimes => [.. Package.Runtimes];

    public static TheoryData<string> PortableIds => [Package.Portable, Package.MsBuild];

    public static TheoryData<string> Ids => [.. Package.Ids];

    [Fact]
    public void There_is_a_package_for_each_runtime_and_nothing_else()
    {
        var files = Directory.GetFiles(Package.Folder, "*.*nupkg").Select(Path.GetFileName).Order(StringComparer.Ordinal);

        files.ShouldBe(Package.Ids.Select(id => $"{id}.{Package.Version}.nupkg").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_tool_s_own_package_points_to_those_of_the_runtimes_and_holds_no_program()
    {
        var package = Package.Load(Package.Tool);

        var settings = System.Xml.Linq.XDocument.Parse(
            System.Text.Encoding.UTF8.GetString(package.Files["tools/any/any/DotnetToolSettings.xml"]).TrimStart('\ufeff'));
        settings.Descendants("RuntimeIdentifierPackage").Select(pointer => pointer.Attribute("Id")!.Value).Order(StringComparer.Ordinal)
            .ShouldBe(Package.Ids.Where(id => id.StartsWith(Package.Tool + ".", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Of(package).ShouldBe(["README.md", "icon.png", "tools/any/any/DotnetToolSettings.xml"]);
    }

    [Theory]
    [MemberData(nameof(Runtimes))]
    public void A_runtime_s_package_holds_machine_code_of_that_runtime_alone(string runtime)
    {
        var package = Package.Load($"{Package.Tool}.{runtime}");

        foreach (var (path, content) in package.Files)
        {
            var loads = Binary.Runtimes(content);
            loads.ShouldNotBeNull($"{path} is for no runtime of ours");
            (loads.Length == 0 || loads.Contains(runtime)).ShouldBeTrue($"{path} is for {string.Join(", ", loads)}");
        }

        var top = $"tools/net10.0/{runtime}/";
        Of(package).Where(path => !path.StartsWith(top, StringComparison.Ordinal)).ShouldBe(["README.md", "icon.png"]);
        Of(package).ShouldContain(top + (runtime.StartsWith("win-", StringComparison.Ordinal) ? "embsync.exe" : "embsync"));
        Natives.ShouldAllBe(native => Of(package).Any(path => IsNative(path, native)));
        Of(package).ShouldNotContain(path => path.Contains("/runtimes/", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Runtimes))]
    public void A_runtime_s_package_is_compiled_for_it(string runtime)
    {
        var package = Package.Load($"{Package.Tool}.{runtime}");

        foreach (var assembly in new[] { "embsync.dll", "EmbSync.Core.dll" })
        {
            Binary.Runtimes(package.Files[$"tools/net10.0/{runtime}/{assembly}"]).ShouldNotBeNull().ShouldContain(
                runtime, $"{assembly} is portable code");
        }
    }

    [Theory]
    [MemberData(nameof(PortableIds))]
    public void A_portable_package_holds_portable_code_and_the_natives_of_each_runtime(string id)
    {
        var package = Package.Load(id);
        const string Top = "tools/net10.0/any/";
        var found = new Dictionary<string, List<string>>();

        foreach (var (path, content) in package.Files.Where(file => Binary.Runtimes(file.Value) is not { Length: 0 }))
        {
            path.ShouldStartWith(Top + "runtimes/");
            var parts = path[Top.Length..].Split('/');
            parts[2].ShouldBe("native", path);
            Binary.Runtimes(content).ShouldNotBeNull(path).ShouldContain(parts[1], path);
            found.TryAdd(parts[1], []);
            found[parts[1]].Add(path);
        }

        found.Keys.Order(StringComparer.Ordinal).ShouldBe(Package.PortableRuntimes);
        found.ShouldAllBe(runtime => Natives.All(native => runtime.Value.Any(path => IsNative(path, native))));
        Of(package).ShouldContain(Top + "embsync.dll");
    }

    [Fact]
    public void The_build_s_package_holds_the_portable_tool_and_the_task()
    {
        var (build, portable) = (Package.Load(Package.MsBuild), Package.Load(Package.Portable));

        var tool = Of(portable).Where(path => path.StartsWith("tools/", StringComparison.Ordinal) && !path.EndsWith(
            "DotnetToolSettings.xml", StringComparison.Ordinal)).ToArray();
        Of(build).Except(tool).ShouldBe([
            "README.md", "build/EmbSync.MSBuild.props", "build/EmbSync.MSBuild.targets", "build/EmbSync.Once.proj",
            "buildMultiTargeting/EmbSync.MSBuild.props", "buildMultiTargeting/EmbSync.MSBuild.targets",
            "buildTransitive/EmbSync.MSBuild.props", "buildTransitive/EmbSync.MSBuild.targets", "icon.png",
            "tasks/netstandard2.0/EmbSync.MsBuildTask.dll"]);
        tool.ShouldAllBe(path => build.Files[path].SequenceEqual(portable.Files[path]));
    }

    [Theory]
    [MemberData(nameof(Runtimes))]
    public void The_model_is_where_it_can_be_run_and_nowhere_else(string runtime)
    {
        var files = Of(Package.Load($"{Package.Tool}.{runtime}"));

        var expected = WithModel.Contains(runtime);
        foreach (var part in new[] { "/models/all-MiniLM-L6-v2/model.onnx", "/models/all-MiniLM-L6-v2/vocab.txt", "/models/all-MiniLM-L6-v2/LICENSE", "/licences/onnxruntime/LICENSE" })
        {
            files.Any(path => path.EndsWith(part, StringComparison.Ordinal)).ShouldBe(expected, part);
        }

        files.Any(path => IsNative(path, "onnxruntime.")).ShouldBe(expected);
    }

    /// <summary>
    /// Bytes of a download, with a tenth more than there was when this was written, but for the portable one, whose bound is a promise.
    /// </summary>
    [Theory]
    [InlineData(Package.Tool, 20_000)]
    [InlineData(Package.Portable, 25_000_000)]
    [InlineData(Package.MsBuild, 25_000_000)]
    [InlineData("EmbSync.Tool.linux-x64", 52_000_000)]
    [InlineData("EmbSync.Tool.linux-arm64", 52_000_000)]
    [InlineData("EmbSync.Tool.linux-musl-x64", 16_000_000)]
    [InlineData("EmbSync.Tool.win-x64", 52_000_000)]
    [InlineData("EmbSync.Tool.osx-x64", 16_000_000)]
    [InlineData("EmbSync.Tool.osx-arm64", 52_000_000)]
    public void None_grows_without_being_noticed(string id, long most) => Package.Load(id).Size.ShouldBeLessThan(most);

    [Theory]
    [MemberData(nameof(Ids))]
    public void None_holds_what_only_editors_and_debuggers_of_ours_read(string id) =>
        Of(Package.Load(id)).ShouldNotContain(path => path.EndsWith(".pdb", StringComparison.OrdinalIgnoreCase)
            || (path.EndsWith(".xml", StringComparison.OrdinalIgnoreCase) && !path.EndsWith(
                "/DotnetToolSettings.xml", StringComparison.Ordinal)));

    private static bool IsNative(string path, string name)
    {
        var file = Path.GetFileName(path);
        return file.StartsWith(name, StringComparison.Ordinal) || file.StartsWith("lib" + name, StringComparison.Ordinal);
    }

    /// <summary>All but what the format of packages itself adds.</summary>
    private static string[] Of(Package package) => [.. package.Files.Keys.Where(path => !path.StartsWith("_rels/", StringComparison.Ordinal)
        && !path.StartsWith("package/", StringComparison.Ordinal) && path != "[Content_Types].xml"
            && !path.EndsWith(".nuspec", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
}
