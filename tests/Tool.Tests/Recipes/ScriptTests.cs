using System.Diagnostics;

namespace EmbSync.Tool.Tests.Recipes;

/// <summary>Every script of the recipes is bash that parses; and where ShellCheck is installed, bash that it has nothing against.</summary>
public sealed class ScriptTests
{
    public static TheoryData<string> Scripts => [.. All().Select(script => script.Where)];

    [Theory]
    [MemberData(nameof(Scripts))]
    public void Bash_reads_it(string where) => Run("bash", ["-n"], where).ShouldBe((0, ""));

    [Theory]
    [MemberData(nameof(Scripts))]
    public void ShellCheck_finds_nothing(string where)
    {
        if (Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator).Any(
            folder => File.Exists(Path.Combine(folder, "shellcheck"))))
        {
            Run("shellcheck", ["--shell=bash", "--severity=style"], where).ShouldBe((0, ""));
        }
    }

    [Fact]
    public void There_are_scripts_of_each_service() =>
        All().Select(script => script.Where.Split('/')[0]).Distinct().ShouldBe(["azure-pipelines", "github-actions", "gitlab"]);

    private static (int ExitCode, string Said) Run(string program, string[] arguments, string where)
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, All().Single(script => script.Where == where).Text);
        using var process = Process.Start(new ProcessStartInfo(program, [.. arguments, file])
            { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var said = process.StandardOutput.ReadToEnd() + error.GetAwaiter().GetResult();
        process.WaitForExit();
        File.Delete(file);
        return (process.ExitCode, said);
    }

    private static IEnumerable<(string Where, string Text)> All()
    {
        foreach (var file in Directory.EnumerateFiles(RecipeYaml.Folder, "*.yml", SearchOption.AllDirectories).Order(
            StringComparer.Ordinal))
        {
            var recipe = RecipeYaml.Load(Path.GetRelativePath(RecipeYaml.Folder, file));
            var steps = recipe["runs"]["steps"].Items
                .Concat((recipe["jobs"].Keys is { Count: > 0 } names ? names.Select(name => recipe["jobs"][name]) : recipe["jobs"].Items)
                    .SelectMany(job => job["steps"].Items));
            foreach (var (where, text) in steps.Select(step => step["run"].Exists ? step["run"] : step["bash"])
                .Where(script => script.Exists).Select(script => (script.Path, script.Text!))
                .Concat(recipe.Keys.SelectMany(job => new[] { recipe[job]["script"], recipe[job]["after_script"] }).Where(
                    lines => lines.Exists)
                    .Select(lines => (lines.Path, string.Join('\n', lines.Items.Select(line => line.Text))))))
            {
                yield return (where, text);
            }
        }
    }
}
