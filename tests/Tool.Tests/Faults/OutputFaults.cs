using EmbSync.Tests;

namespace EmbSync.Tool.Tests.Faults;

/// <summary>
/// What a repository says reaches logs and terminals as text only: no line of it becomes a workflow command or moves a cursor.
/// </summary>
public sealed class OutputFaults(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Theory, OnStores]
    [Fault(61, "workflow commands in names and errors")]
    [Fault(63, "escapes and bidirectional marks in names and errors")]
    public async Task Names_and_errors_of_a_sync_are_shown_as_text(Touched store, string name)
    {
        await using var world = await FaultWorld.StartAsync(store, postgres);
        world.Environment["GITHUB_ACTIONS"] = "true";
        var bad = name[0] == 'w' ? "a\n::set-output name=x::owned%0A::error::y" : "a\u001b[31m\u001b]8;;http://x\u0007\u202Eb\u009b1m";
        world.Repository.Write($"docs/{bad}.md", "# A\n\nno \0 text\n");
        world.Repository.Write("tasks/one.md", $"---\nid: \"X\\u202E%0A::error::z\"\n---\n\nOne.\n");
        world.Repository.Write("tasks/two.md", $"---\nid: \"X\\u202E%0A::error::z\"\n---\n\nTwo.\n");

        foreach (var format in new[] { "text", "github", "markdown", "json" })
        {
            foreach (var command in new[] { "sync --dry-run", "sync", "status" })
            {
                var run = await ToolRun.Of(
                    world.Repository.Path, $"{command} --format {format}", world.Environment, terminal: format == "text");
                run.ExitCode.ShouldBe(command == "sync" ? 3 : 0, run.ToString());
                ShouldBeText(run, format);
            }
        }
    }

    private static void ShouldBeText(ToolRun run, string format)
    {
        var text = run.Out + run.Error;
        text = Colour().Replace(text, "");   // embsync's own, on a terminal: colours and clearing of the progress line
        text.Any(c => char.IsControl(c) && c is not ('\n' or '\r')).ShouldBeFalse(text);
        text.ShouldNotContain("\u202E");
        foreach (var line in text.Split('\n').Where(line => line.TrimStart().StartsWith("::", StringComparison.Ordinal)))
        {
            format.ShouldBe("github", line);
            line.ShouldMatch("^::(warning|error|notice) ");
            line.ShouldNotContain("%0A", Case.Sensitive, "a percent sign of a name is written %25");
        }
    }

    private static System.Text.RegularExpressions.Regex Colour() => new("\u001b\\[[0-9;]*[mK]");
}
