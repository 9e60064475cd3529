using System.Runtime.CompilerServices;
using System.Text;
using EmbSync.Tests;

namespace EmbSync.Tool.Tests.Faults;

/// <summary>
/// Keeps the matrix honest: no owed cell is empty, no fault is without a case, and the documentation says what the list says.
/// </summary>
public sealed class FaultMatrixTests
{
    [Fact]
    public void Every_fault_that_is_owed_has_a_test_on_all_that_it_touches() =>
        FaultMatrix.Faults(typeof(FaultMatrixTests).Assembly, inCore: false).ShouldBeEmpty();

    [Fact]
    public void Every_number_that_is_owed_has_a_case() =>
        FaultList.All.Select(fault => fault.Number).Distinct().Order().ShouldBe(FaultList.Owed);

    [Fact]
    public void No_case_is_listed_twice() => FaultList.All.Select(fault => (fault.Number, fault.Case)).ShouldBeUnique();

    [Fact]
    public void The_documentation_is_the_list()
    {
        var expected = Document();
        var file = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "../../../docs/faults.md"));
        var found = File.Exists(file) ? File.ReadAllText(file).ReplaceLineEndings("\n") : "";
        if (found != expected)
        {
            var fresh = Path.Combine(Path.GetTempPath(), "embsync-faults.received.md");
            File.WriteAllText(fresh, expected);
            found.ShouldBe(expected, $"To accept: mv '{fresh}' '{file}'");
        }
    }

    private static string Document()
    {
        var text = new StringBuilder("""
            # Faults and bad input

            What embsync does when something is wrong. A bad item is set aside, named with its code, source, id, file and line, and the rest goes
            on (exit code 3). A source that could not be read whole deletes nothing. After the fault is mended, a sync exits 0 and buys only what
            is missing. No message shows a secret.

            Every line is shown by a test on all that the last column names; a test fails where one is missing, and where this page differs from
            the list that it is made from. "no store" stands for faults that are found before any store or provider is opened, or that concern
            output alone. Numbers that are absent are not shown by such a test yet.

            """.ReplaceLineEndings("\n"));
        foreach (var (title, cases) in FaultList.Sections)
        {
            text.Append($"\n## {title}\n\n| # | fault | what embsync does | exit code | tested on |\n| --- | --- | --- | --- | --- |\n");
            foreach (var fault in cases)
            {
                text.Append($"| {fault.Number} | {fault.Case} | {fault.Answer} | {fault.ExitCode} | {string.Join(", ", fault.On.Order().Select(Name))} |\n");
            }
        }

        return text.ToString();
    }

    private static string Name(Touched touched) => touched switch
    {
        Touched.Sqlite => "SQLite",
        Touched.Postgres => "PostgreSQL",
        Touched.Memory => "memory",
        Touched.OpenAi => "openai",
        Touched.Lexical => "lexical",
        _ => "no store",
    };

    private static string Here([CallerFilePath] string file = "") => file;
}
