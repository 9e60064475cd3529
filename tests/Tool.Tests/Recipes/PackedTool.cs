using System.Diagnostics;

namespace EmbSync.Tool.Tests.Recipes;

/// <summary>The packages of this machine as <c>eng/pack.sh</c> makes them; it has nothing to do where they are there already.</summary>
internal static class PackedTool
{
    private static readonly Lazy<string> Packed = new(Pack);

    /// <summary>Holds the packages that an installation on this machine needs.</summary>
    public static string Folder => Packed.Value;

    private static string Pack()
    {
        var repository = Path.GetFullPath(Path.Combine(RecipeYaml.Folder, ".."));
        var start = new ProcessStartInfo(Path.Combine(repository, "eng/pack.sh"))
            { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var inherited in start.Environment.Keys.Where(key => key.StartsWith("MSBuild", StringComparison.Ordinal)).ToArray())
        {
            start.Environment.Remove(inherited);   // the MSBuild that runs the tests tells its children where it is
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, output + errors.GetAwaiter().GetResult());
        return Path.Combine(repository, "artifacts/packages");
    }
}
