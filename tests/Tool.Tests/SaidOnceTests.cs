using EmbSync.Tests;

namespace EmbSync.Tool.Tests;

/// <summary>What is wrong is said once, however a command comes upon it.</summary>
public sealed class SaidOnceTests
{
    public static TheoryData<string, string> Commands()
    {
        var commands = new TheoryData<string, string>();
        foreach (var kind in new[] { "owner", "objects", "refs" })
        {
            foreach (var command in new[]
            {
                "sync", "sync --since main", "sync --at main", "sync --dry-run --since main", "sync --format github", "status",
                    "status --since main", "status --against main",
                "status --check", "index --limit 1", "backfill 1 5", "search guide", "doctor", "report", "export --to jsonl --out out",
                    "hook run post-commit", "hook install", "repair", "runs",
            })
            {
                commands.Add(kind, command);
            }
        }

        return commands;
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task A_repository_that_can_not_be_used(string kind, string command)
    {
        using var repository = TaskRepository.Create(1);
        if (kind == "owner" && !Superuser.IsHere)
        {
            return;   // only root can give a repository away
        }

        Spoil(repository, kind);

        var run = await ToolRun.Of(repository.Path, command);

        Times(run.Error, $"The git repository at {repository.Path} ").ShouldBeLessThanOrEqualTo(1, run.Error);
        run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldBeUnique();
        if (command.Contains("main", StringComparison.Ordinal))
        {
            run.ExitCode.ShouldNotBe(0);
            run.Error.ShouldContain(repository.Path, Case.Sensitive, "what ends the run is named");
        }
    }

    [Fact]
    public async Task Quiet_keeps_what_a_run_ends_for()
    {
        using var repository = TaskRepository.Create(1);
        Spoil(repository, "objects");

        var run = await ToolRun.Of(repository.Path, "sync -q --since main");

        run.ExitCode.ShouldNotBe(0);
        Times(run.Error, "uses SHA-256 object ids").ShouldBe(1, run.Error);
    }

    [Fact]
    public void A_later_round_says_it_again()
    {
        using var error = new StringWriter { NewLine = "\n" };
        var terminal = new Terminals.Terminal(
            error, error, TextReader.Null, false, false, 80, "/", new Dictionary<string, string>(), TimeProvider.System);

        terminal.Say("one");
        terminal.Say("one");
        (terminal with { Width = 40 }).Say("one");
        terminal.BeginAnew();
        terminal.Say("one");

        error.ToString().ShouldBe("embsync: one\nembsync: one\n");
    }

    private static int Times(string text, string part) => text.Split(part).Length - 1;

    private static void Spoil(TempRepository repository, string kind)
    {
        switch (kind)
        {
            case "owner":
                Superuser.GiveAway(repository.Path);
                break;
            case "objects":
                repository.Git("config", "core.repositoryformatversion", "1");
                repository.Git("config", "extensions.objectformat", "sha256");
                break;
            default:
                repository.Git("config", "core.repositoryformatversion", "1");
                repository.Git("config", "extensions.refstorage", "reftable");
                break;
        }
    }
}
