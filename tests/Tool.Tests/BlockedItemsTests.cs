using System.Text.Json;
using EmbSync.Tests;

namespace EmbSync.Tool.Tests;

/// <summary>Items that can't be used are told by code, once; and only where they are somebody's business.</summary>
public sealed class BlockedItemsTests
{
    private const string Binary = "no \0 text\n";

    [Theory]
    [InlineData("text", "EMB1106: 7 items: no text in UTF-8; 'embsync status' lists them")]
    [InlineData("github", "embsync: EMB1106: 7 items: no text in UTF-8; 'embsync status' lists them")]
    [InlineData("msbuild", "EMB1106: 7 items: no text in UTF-8; 'embsync status' lists them")]
    [InlineData("markdown", "| EMB1106 | 7 | no text in UTF-8 |")]
    public async Task A_run_says_them_in_a_line_for_each_code(string format, string line)
    {
        using var repository = Blocked(7);

        var run = await ToolRun.Of(repository.Path, $"sync --format {format}");

        run.ExitCode.ShouldBe(3);
        run.Out.ShouldContain(line);
    }

    [Fact]
    public async Task A_status_lists_them_under_their_codes()
    {
        using var repository = Blocked(7);

        (await ToolRun.Of(repository.Path, "status")).Out.ShouldContain("EMB1106: 7 items: no text in UTF-8\n  docs/b0.md:1 ");
        using var json = JsonDocument.Parse((await ToolRun.Of(repository.Path, "status --json --limit 0")).Out);
        var group = json.RootElement.GetProperty("blocked").EnumerateArray().ShouldHaveSingleItem();
        (group.GetProperty("code").GetString(), group.GetProperty("items").GetInt32()).ShouldBe(("EMB1106", 7));
    }

    [Theory]
    [InlineData("sync")]
    [InlineData("sync --all")]
    [InlineData("index --limit 5")]
    [InlineData("backfill 1 5")]
    [InlineData("sync --dry-run")]
    [InlineData("sync --format github")]
    public async Task What_was_said_once_is_not_said_again(string command)
    {
        using var repository = Blocked(2);
        (await ToolRun.Of(repository.Path, "sync")).Out.ShouldContain("EMB1106: 2 items");
        repository.Write("docs/new.md", "# New\n\nText.\n");
        repository.Write("docs/b2.md", Binary);
        repository.Commit();

        var run = await ToolRun.Of(repository.Path, command);

        run.Out.ShouldContain("2 items blocked as before: EMB1106 (2)");
        run.Out.ShouldContain("docs/b2.md", Case.Sensitive, "that one is new");
        run.Out.ShouldNotContain("docs/b0.md");
    }

    [Fact]
    public async Task A_run_over_a_part_forgets_nothing()
    {
        using var repository = Blocked(2);
        await ToolRun.Of(repository.Path, "sync");
        repository.Write("tasks/area1/t1.md", TaskRepository.Task(1, title: "Other"));
        (await ToolRun.Of(repository.Path, "index --task T-1")).ExitCode.ShouldBe(0);

        (await ToolRun.Of(repository.Path, "sync")).Out.ShouldContain("2 items blocked as before");
    }

    [Fact]
    public async Task What_was_mended_and_broken_again_is_news()
    {
        using var repository = Blocked(1);
        await ToolRun.Of(repository.Path, "sync");
        repository.Write("docs/b0.md", "# Mended\n\nText.\n");
        (await ToolRun.Of(repository.Path, "sync")).ExitCode.ShouldBe(0);
        repository.Write("docs/b0.md", Binary);

        (await ToolRun.Of(repository.Path, "sync")).Out.ShouldContain("docs/b0.md");
    }

    [Theory]
    [InlineData("docs/b*.md: [EMB1106]", 0)]
    [InlineData("docs/**: [EMB1105, EMB1106]", 0)]
    [InlineData("docs/**: [EMB1105]", 3)]
    [InlineData("docs/b0.md: [EMB1106]", 3)]
    [InlineData("tasks/**: [EMB1106]", 3)]
    public async Task What_the_configuration_accepts_counts_no_more(string rule, int exitCode)
    {
        using var repository = Blocked(2, $"accept: {{ {rule.Replace(": ", "\": ", StringComparison.Ordinal).Insert(0, "\"")} }}\n");

        var run = await ToolRun.Of(repository.Path, "sync");

        run.ExitCode.ShouldBe(exitCode, run.ToString());
        (await ToolRun.Of(repository.Path, "status --check")).ExitCode.ShouldBe(exitCode == 0 ? 0 : 4);
        if (exitCode == 0)
        {
            run.Out.ShouldNotContain("EMB1106");
            (await ToolRun.Of(repository.Path, "status")).Out.ShouldContain("2 blocked items accepted");
        }
    }

    [Fact]
    public async Task Rows_are_accepted_by_source_and_id()
    {
        using var repository = TempRepository.Create();
        repository.Write("export/a.json", """[{ "id": "A/1", "body": "One." }, { "id": "A/2", "body": "Two." }, { "id": "A/2", "body": "Three." }]""");
        repository.Write("embsync.yaml", """
            version: 1
            sources: [{ name: issues, type: json, include: ["export/*.json"], id: id, text: [body] }]

            """);
        repository.Commit();
        var blocked = await ToolRun.Of(repository.Path, "sync");
        blocked.ExitCode.ShouldBe(3, blocked.ToString());

        File.AppendAllText(repository.Full("embsync.yaml"), "accept: { \"issues/A/2\": [EMB1107] }\n");

        (await ToolRun.Of(repository.Path, "sync")).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task A_warning_can_be_accepted_too()
    {
        using var repository = TaskRepository.Create(1);
        repository.Write("tasks/twin.md", TaskRepository.Task(1));
        repository.Commit();
        (await ToolRun.Of(repository.Path, "sync --dry-run")).Out.ShouldContain("EMB1107");
        File.AppendAllText(repository.Full("embsync.yaml"), "\naccept: { \"tasks/**\": [EMB1107] }\n");

        (await ToolRun.Of(repository.Path, "sync --dry-run")).Out.ShouldNotContain("EMB1107");
    }

    [Fact]
    public async Task A_code_that_nobody_knows_is_an_error_with_a_guess()
    {
        using var repository = Blocked(1, "accept: { \"docs/**\": [EMB1160] }\n");

        var run = await ToolRun.Of(repository.Path, "status");

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("EMB1106");
    }

    [Fact]
    public async Task A_pull_request_answers_for_what_it_changes_only()
    {
        using var repository = Blocked(2);
        repository.Branch("base");
        repository.Write("docs/fine.md", "# Fine\n\nText.\n");
        repository.Commit();
        var untouched = await ToolRun.Of(repository.Path, "status --against base");
        untouched.Out.ShouldNotContain("EMB1106");
        untouched.Out.ShouldNotContain("accepted");

        repository.Write("docs/b1.md", Binary + "more\n");
        repository.Write("docs/b2.md", Binary);
        repository.Commit();

        var touched = await ToolRun.Of(repository.Path, "status --against base --check");
        touched.ExitCode.ShouldBe(4);
        touched.Out.ShouldContain("EMB1106: 2 items");
        touched.Out.ShouldContain("docs/b1.md");
        touched.Out.ShouldContain("docs/b2.md");
        touched.Out.ShouldNotContain("docs/b0.md");
    }

    [Fact]
    public async Task A_pull_request_that_changes_the_configuration_answers_for_all()
    {
        using var repository = Blocked(1);
        repository.Branch("base");
        File.AppendAllText(repository.Full("embsync.yaml"), "# another\n");
        repository.Commit();

        (await ToolRun.Of(repository.Path, "status --against base")).Out.ShouldContain("docs/b0.md");
    }

    private static TempRepository Blocked(int files, string configuration = "")
    {
        var repository = TaskRepository.Create(1);
        for (var i = 0; i < files; i++)
        {
            repository.Write($"docs/b{i}.md", Binary);
        }

        repository.Write("embsync.yaml", $"{TaskRepository.Config}\n{configuration}");
        repository.Commit();
        return repository;
    }
}
