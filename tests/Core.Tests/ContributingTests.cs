using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace EmbSync.Core.Tests;

/// <summary>
/// What CONTRIBUTING.md tells to type can be typed: scripts and folders are there, filters find tests, variables are read.
/// </summary>
public sealed partial class ContributingTests
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "../.."));
    private static readonly string Guide = File.ReadAllText(Path.Combine(Root, "CONTRIBUTING.md")).ReplaceLineEndings("\n");

    /// <summary>What stands in code marks, as a shell sees it: a bar in a table is written with a backslash.</summary>
    private static readonly IReadOnlyList<string> Code = [.. CodeMark().Matches(Guide).Select(
        match => match.Groups[1].Value.Replace(@"\|", "|", StringComparison.Ordinal))];

    [Fact]
    public void Every_filter_finds_tests()
    {
        var names = Sources("*.cs").SelectMany(NamesOfTests).ToList();
        var filters = Code.SelectMany(code => Filter().Matches(code)).Select(match => match.Groups[1].Value.Trim('"', '\'')).ToList();

        filters.ShouldNotBeEmpty();
        filters.SelectMany(filter => filter.Split('|', '&')).Where(term => !Finds(term, names)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_script_is_there_and_can_be_run()
    {
        var scripts = Code.SelectMany(code => Script().Matches(code)).Select(match => match.Groups[1].Value).Distinct().ToList();

        scripts.Count.ShouldBeGreaterThan(3);
        scripts.Where(script => !File.Exists(Path.Combine(Root, script))).ShouldBeEmpty();
        if (!OperatingSystem.IsWindows())
        {
            foreach (var script in scripts)
            {
                File.GetUnixFileMode(Path.Combine(Root, script)).HasFlag(UnixFileMode.UserExecute).ShouldBeTrue(script);
            }
        }
    }

    /// <summary>Of a call such as <c>eng/postgres.sh start</c> the word is one that the script's own usage names.</summary>
    [Fact]
    public void Every_word_after_a_script_is_one_of_its_own()
    {
        var calls = Code.SelectMany(code => Call().Matches(code))
            .Select(match => (Script: match.Groups[1].Value, Word: match.Groups[2].Value)).Distinct().ToList();

        calls.ShouldNotBeEmpty();
        calls.Where(call => !Usage(call.Script).Contains(call.Word, StringComparer.Ordinal)).ShouldBeEmpty();
    }

    /// <summary>Names of types, and of folders of the engine.</summary>
    [Fact]
    public void Every_type_that_it_names_is_there()
    {
        var text = string.Join('\n', Sources("*.cs")
            .Concat(Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories)).Select(File.ReadAllText));
        var folders = Directory.GetDirectories(Path.Combine(Root, "src/Core")).Select(folder => Path.GetFileName(folder)).ToHashSet(
            StringComparer.Ordinal);
        var names = Code.Where(code => TypeName().IsMatch(code)).Distinct().ToList();

        names.Count.ShouldBeGreaterThan(20);
        names.Where(name => !folders.Contains(name) && typeof(TimeProvider).Assembly.GetType("System." + name) is null
            && !Regex.IsMatch(text, $@"\b(class|record|struct|interface|enum) {name}\b")).ShouldBeEmpty();
    }

    [Fact]
    public void Every_path_that_it_names_is_there()
    {
        var paths = Code.Where(code => code.Contains('/', StringComparison.Ordinal) && PathName().IsMatch(code)).Distinct().ToList();

        paths.Count.ShouldBeGreaterThan(10);
        paths.Where(path => !Exists(Path.Combine(Root, path)) && !Exists(Path.Combine(Root, "src/Core", path))).ShouldBeEmpty();

        static bool Exists(string path) => File.Exists(path) || Directory.Exists(path);
    }

    [Theory]
    [InlineData("CONTRIBUTING.md", "| floor of `src/Core` |")]
    [InlineData("docs/architecture.md", "| folder | holds |")]
    public void Tables_of_the_floors_agree_with_what_is_tested(string page, string head)
    {
        var text = File.ReadAllText(Path.Combine(Root, page)).ReplaceLineEndings("\n");
        var table = text[text.IndexOf(head, StringComparison.Ordinal)..].Split("\n\n")[0].Split('\n')[2..];

        table.SelectMany(row => CodeMark().Matches(row.Split('|')[1])).Select(match => match.Groups[1].Value).ShouldBe(
            Architecture.FloorTests.Floors);
        Directory.GetDirectories(Path.Combine(Root, "src/Core")).Select(folder => Path.GetFileName(folder)).Where(
            folder => folder is not ("bin" or "obj"))
            .ShouldBe(Architecture.FloorTests.Floors, ignoreOrder: true);
    }

    [Fact]
    public void Every_variable_is_read_somewhere()
    {
        var variables = Variable().Matches(Guide).Select(match => match.Value).Distinct().ToList();
        var readers = Sources("*.cs").Where(file => file != Here()).Concat(Directory.GetFiles(Path.Combine(Root, "eng")))
            .Append(Path.Combine(Root, "test.sh")).Select(File.ReadAllText).ToList();

        variables.ShouldNotBeEmpty();
        variables.Where(name => !readers.Exists(text => Regex.IsMatch(text, $$"""("{{name}}"|\$\{?{{name}}\b)"""))).ShouldBeEmpty();
    }

    [Fact]
    public void Every_file_and_folder_of_the_layout_is_there() =>
        LayoutRow().Matches(Guide).SelectMany(row => CodeMark().Matches(row.Groups[1].Value)).Select(match => match.Groups[1].Value)
            .Where(path => !Path.Exists(Path.Combine(Root, path))).ShouldBeEmpty();

    /// <summary>The forms that are used: a name, by what it contains, and a trait.</summary>
    private static bool Finds(string term, IReadOnlyList<(string Name, string Text)> tests) => term.Split('~', '=') switch
    {
        ["FullyQualifiedName", var part] when term.Contains('~', StringComparison.Ordinal) =>
            tests.Any(test => test.Name.Contains(part, StringComparison.Ordinal)),
        [var trait, var value] => tests.Any(test => test.Text.Contains($"[Trait(\"{trait}\", \"{value}\")]", StringComparison.Ordinal)),
        _ => false,
    };

    /// <summary>Full names by the text of a file: each of its classes with each of its tests.</summary>
    private static IEnumerable<(string Name, string Text)> NamesOfTests(string file)
    {
        var text = File.ReadAllText(file);
        var tests = TestMethod().Matches(text).Select(match => match.Groups[1].Value).ToList();
        return
            from space in Namespace().Matches(text).Select(match => match.Groups[1].Value).Take(1)
            from type in TestClass().Matches(text).Select(match => match.Groups[1].Value)
            from test in tests
            select ($"{space}.{type}.{test}", text);
    }

    private static string[] Usage(string script) =>
        [.. File.ReadLines(Path.Combine(Root, script)).Where(line => line.Contains("usage: ", StringComparison.Ordinal)).SelectMany(
            line => line.Split(' ', '|', '[', ']', '"'))];

    private static IEnumerable<string> Sources(string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Root, "tests"), pattern, SearchOption.AllDirectories)
        .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal));

    private static string Here([CallerFilePath] string file = "") => file;

    [GeneratedRegex("^[A-Z][a-z]+[A-Z][A-Za-z]*$|^I[A-Z][A-Za-z]+$")]
    private static partial Regex TypeName();

    [GeneratedRegex(@"^[\w./-]+$")]
    private static partial Regex PathName();

    [GeneratedRegex("`([^`\n]+)`")]
    private static partial Regex CodeMark();

    [GeneratedRegex("""--filter[ =]("[^"]+"|'[^']+'|\S+)""")]
    private static partial Regex Filter();

    [GeneratedRegex(@"(?:^|[ (])(?:\./)?((?:eng/|bench/|\.ci/)?[\w-]+\.sh|\.ci/run)\b")]
    private static partial Regex Script();

    [GeneratedRegex(@"(?:^|[ (])(?:\./)?((?:eng/)?[\w-]+\.sh) ([a-z]+)\b")]
    private static partial Regex Call();

    [GeneratedRegex(@"\bEMBSYNC_[A-Z_]+\b")]
    private static partial Regex Variable();

    [GeneratedRegex(@"(?<=\| folder \| holds \|\n(?:\|.*\|\n)*)\| (`[^|]+) \|.*\|\n")]
    private static partial Regex LayoutRow();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^public (?:sealed |abstract |partial )*class (\w+)", RegexOptions.Multiline)]
    private static partial Regex TestClass();

    [GeneratedRegex(@"\[(?:Fact|Theory)\b[^\n]*\n(?: *\[[^\n]*\n)* *public (?:async )?[\w<>]+ (\w+)\(")]
    private static partial Regex TestMethod();
}
