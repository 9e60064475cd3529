using EmbSync.Tests;

namespace EmbSync.Tool.Tests;

public sealed class HelpTests
{
    [Theory]
    [InlineData("", "overview")]
    [InlineData("init", "init")]
    [InlineData("status", "status")]
    [InlineData("sync", "sync")]
    [InlineData("index", "index")]
    [InlineData("backfill", "backfill")]
    [InlineData("search", "search")]
    [InlineData("similar", "similar")]
    [InlineData("repair", "repair")]
    [InlineData("reembed", "reembed")]
    [InlineData("cache", "cache")]
    [InlineData("publish", "publish")]
    [InlineData("adopt", "adopt")]
    [InlineData("hook", "hook")]
    [InlineData("hook sql", "hook_sql")]
    [InlineData("export", "export")]
    [InlineData("report", "report")]
    [InlineData("runs", "runs")]
    [InlineData("cache import", "cache_import")]
    [InlineData("doctor", "doctor")]
    [InlineData("config", "config")]
    [InlineData("hook install", "hook_install")]
    [InlineData("hook uninstall", "hook_uninstall")]
    [InlineData("hook run", "hook_run")]
    [InlineData("completion", "completion")]
    public async Task Each_command_explains_itself(string command, string name)
    {
        var run = await ToolRun.Of(Path.GetTempPath(), $"{command} --help");

        run.ExitCode.ShouldBe(0);
        Approval.Verify(run.Out, name);
    }

    [Fact]
    public async Task Every_command_has_an_example()
    {
        var commands = new Queue<string>([""]);
        var seen = 0;
        while (commands.TryDequeue(out var command))
        {
            var help = (await ToolRun.Of(Path.GetTempPath(), $"{command} --help")).Out;
            if (command.Length > 0)
            {
                help.ShouldMatch("(?m)^Examples?\\b", command);
                seen++;
            }

            var listed = help.Split("\nCommands:\n") is [_, var rest] ? rest.Split("\n\n")[0].Split('\n') : [];
            foreach (var line in listed)
            {
                commands.Enqueue($"{command} {line.TrimStart().Split(' ')[0]}".TrimStart());
            }
        }

        seen.ShouldBeGreaterThan(20);
    }

    [Fact]
    public async Task The_version_is_the_last_line()
    {
        var run = await ToolRun.Of(Path.GetTempPath(), "--version");

        run.ExitCode.ShouldBe(0);
        run.Out.Trim().Split('\n')[^1].ShouldBe(CommandLine.Version);
    }

    [Fact]
    public async Task No_command_shows_the_overview_and_is_a_usage_error() =>
        (await ToolRun.Of(Path.GetTempPath(), "")).ExitCode.ShouldBe(2);
}
