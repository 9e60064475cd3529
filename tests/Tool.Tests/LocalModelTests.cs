using System.Reflection;
using EmbSync.Tests;
using EmbSync.Tool.Tests.Walkthrough;

namespace EmbSync.Tool.Tests;

/// <summary>The built program with the model inside it, and a copy without it, as other platforms have it.</summary>
public sealed class LocalModelTests : IDisposable
{
    private static readonly string Program = typeof(LocalModelTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "Program").Value!;

    private readonly TempRepository _repository = TaskRepository.Create();
    private readonly string _copy = Directory.CreateTempSubdirectory("embsync-").FullName;

    public LocalModelTests() => _repository.Write("embsync.yaml", TaskRepository.Config + "\nembeddings: { provider: local }\n");

    [Fact]
    public async Task A_copy_without_it_does_all_that_needs_no_vector_and_says_what_to_do_for_the_rest()
    {
        CopyWithoutModel();
        var refused = await WithoutAsync("sync");
        (refused.ExitCode, refused.Out).ShouldBe((2, ""));
        refused.Error.ShouldContain("all-MiniLM-L6-v2, the model of provider local, is not in this copy of embsync");
        refused.Error.ShouldContain("change embeddings.provider: to lexical");
        Directory.Exists(_repository.Full(".embsync")).ShouldBeFalse("nothing was begun");

        (await RunAsync("sync")).ExitCode.ShouldBe(0);
        (await WithoutAsync("--help")).ExitCode.ShouldBe(0);
        var status = await WithoutAsync("status", "--check");
        status.ExitCode.ShouldBe(0, status.Error);
        status.Out.ShouldContain("local all-MiniLM-L6-v2, 384 dimensions");
        var second = await WithoutAsync("sync");
        second.ExitCode.ShouldBe(0, second.Error);
        second.Out.ShouldContain("Already in step.");

        var search = await WithoutAsync("search", "waiting between attempts");
        (search.ExitCode, search.Out).ShouldBe((2, ""));
        search.Error.ShouldContain("Models are never mixed: after a change 'embsync sync' makes all vectors anew");
    }

    [Fact]
    public async Task A_library_that_can_t_be_loaded_is_said_so()
    {
        CopyWithoutModel();
        CopyFolder(Path.Combine(Path.GetDirectoryName(Program)!, "models"), Path.Combine(_copy, "models"));
        await File.WriteAllTextAsync(Path.Combine(_copy, Library), "not a library");
        var refused = await WithoutAsync("sync");
        refused.ExitCode.ShouldBe(2);
        refused.Error.ShouldContain("OnnxRuntime's library can't be loaded, so no local model runs here: ");
    }

    [Fact]
    public async Task A_search_finds_what_is_meant_and_writes_nothing_else()
    {
        (await RunAsync("sync")).ExitCode.ShouldBe(0);
        var found = await RunAsync("search", "the service said too many calls, attempt it once more later");
        (found.ExitCode, found.Error.TrimEnd()).ShouldBe((0, "embsync: all-MiniLM-L6-v2, coverage 100.00 %"));
        found.Out.Split('\n')[0].ShouldContain("docs/guide.md");
    }

    public void Dispose()
    {
        _repository.Dispose();
        Directory.Delete(_copy, recursive: true);
    }

    private static string Library =>
        OperatingSystem.IsWindows() ? "onnxruntime.dll" : OperatingSystem.IsMacOS() ? "libonnxruntime.dylib" : "libonnxruntime.so";

    private async Task<ToolRun> RunAsync(params string[] arguments)
    {
        using var process = EmbSyncProcess.Start(_repository.Path, new Dictionary<string, string>(), arguments);
        return await process.EndAsync();
    }

    private async Task<ToolRun> WithoutAsync(params string[] arguments)
    {
        using var process = EmbSyncProcess.Shell(
            _repository.Path, new Dictionary<string, string>(), $"exec dotnet '{_copy}/embsync.dll' \"${{@:3}}\"", arguments);
        return await process.EndAsync();
    }

    private void CopyWithoutModel()
    {
        CopyFolder(Path.GetDirectoryName(Program)!, _copy);
        Directory.Delete(Path.Combine(_copy, "models"), recursive: true);
        File.Delete(Path.Combine(_copy, Library));
    }

    private static void CopyFolder(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
