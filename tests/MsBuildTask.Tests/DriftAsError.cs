namespace EmbSync.MsBuildTask.Tests;

public class DriftAsError
{
    [Theory]
    [InlineData("tasks/1.md(1,1): warning EMB1001: missing", "tasks/1.md(1,1): error EMB1001: missing")]
    [InlineData("a (b)/1.md(3,1): warning EMB1003: orphaned", "a (b)/1.md(3,1): error EMB1003: orphaned")]
    public void Turns_warnings_about_drift_into_errors(string line, string expected) => DriftLine.AsError(line).ShouldBe(expected);

    [Theory]
    [InlineData("tasks/1.md(1,1): warning EMB1101: front matter is too deep")]
    [InlineData("12 items, 3 missing")]
    public void Leaves_other_lines_as_they_are(string line) => DriftLine.AsError(line).ShouldBe(line);

    [Theory]
    [InlineData("embsync: EMB1304: what is out of step is not known: the store can't be reached", true)]
    [InlineData("tasks/1.md(1,1): warning EMB1001: EMB1304: a title", false)]
    public void Knows_when_the_tool_could_not_look(string line, bool unknown) => DriftLine.IsUnknown(line).ShouldBe(unknown);
}
