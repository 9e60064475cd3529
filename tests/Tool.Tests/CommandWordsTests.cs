namespace EmbSync.Tool.Tests;

public sealed class CommandWordsTests
{
    [Theory]
    [InlineData("stauts", "'status'")]
    [InlineData("serach dark mode", "'search'")]
    [InlineData("Stauts", "'status'")]
    [InlineData("re-embed", "'reembed'")]
    [InlineData("complete", "'completion'")]
    [InlineData("help stauts", "'status'")]
    [InlineData("cache exprot x", "'export'")]
    [InlineData("hook instal", "'install'")]
    [InlineData("config validte", "'validate'")]
    [InlineData("sync --dryrun", "'--dry-run'")]
    [InlineData("sync --dry_run", "'--dry-run'")]
    [InlineData("sync --max-costs 1", "'--max-cost'")]
    [InlineData("sync --limt=3", "'--limit'")]
    [InlineData("sync dry-run", "'--dry-run'")]
    [InlineData("status --form json", "'--format'")]
    [InlineData("--jsn status", "'--json'")]
    [InlineData("status --format jsno", "'json'")]
    [InlineData("status --also jsno=x.json", "'json'")]
    [InlineData("search x --mode vektor", "'vector'")]
    [InlineData("export --to tvs", "'tsv'")]
    [InlineData("completion zhs", "'zsh'")]
    [InlineData("hook install prepush", "'pre-push'")]
    [InlineData("config schema stauts", "'status'")]
    [InlineData("sync --source taks", "'tasks'")]
    [InlineData("reembed --space defualt --dry-run", "'default'")]
    [InlineData("sync --stdin-source exprted", "'exported'")]
    [InlineData("hook sql --source ros", "'rows'")]
    [InlineData("reembed --concurrent-index=flase", "'false'")]
    public async Task A_slip_names_what_was_meant(string arguments, string meant)
    {
        using var repository = TaskRepository.Create(1);
        repository.Write("embsync.yaml", TaskRepository.Config + """

              - { name: exported, type: json, include: ["export/*.json"], text: [title] }
              - { name: rows, type: table, url: "Host=127.0.0.1;Port=1;Database=none;Username=nobody", table: rows, text: [title] }
            """);

        var run = await ToolRun.Of(repository.Path, arguments);

        run.ExitCode.ShouldBe(2, run.ToString());
        run.Error.ShouldContain($"Did you mean {meant}?");
        run.Out.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("frobnicate")]
    [InlineData("sync --frobnicate")]
    [InlineData("status --format frobnicate")]
    public async Task What_is_like_nothing_gets_no_guess(string arguments)
    {
        using var repository = TaskRepository.Create(1);

        var run = await ToolRun.Of(repository.Path, arguments);

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldNotContain("Did you mean");
    }

    [Theory]
    [InlineData("help", "--help")]
    [InlineData("Help", "--help")]
    [InlineData("help sync", "sync --help")]
    [InlineData("help cache import", "cache import --help")]
    [InlineData("cache help import", "cache import --help")]
    [InlineData("cache help", "cache --help")]
    [InlineData("sync help", "sync --help")]
    [InlineData("SYNC --help", "sync --help")]
    [InlineData("version", "--version")]
    public async Task Help_and_version_are_words_too(string said, string meant)
    {
        var run = await ToolRun.Of(Path.GetTempPath(), said);

        run.ExitCode.ShouldBe(0, run.ToString());
        run.Out.ShouldBe((await ToolRun.Of(Path.GetTempPath(), meant)).Out);
        run.Out.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_search_for_help_is_a_search()
    {
        using var repository = TaskRepository.Create(1);
        await ToolRun.Of(repository.Path, "sync");

        (await ToolRun.Of(repository.Path, "search help")).Out.ShouldContain("docs/guide.md");
        (await ToolRun.Of(repository.Path, "index help")).Error.ShouldContain("no item is named 'help'");
    }

    [Theory]
    [InlineData("--json status")]
    [InlineData("-q --format json status --limit 1")]
    [InlineData("--config embsync.yaml --json status")]
    [InlineData("--config=embsync.yaml -v status --json")]
    public async Task Options_may_stand_before_the_command(string arguments)
    {
        using var repository = TaskRepository.Create(1);

        var run = await ToolRun.Of(repository.Path, arguments);

        run.ExitCode.ShouldBe(0, run.ToString());
        run.Out.ShouldStartWith("{");
    }

    [Theory]
    [InlineData("backfill")]
    [InlineData("export")]
    [InlineData("index")]
    [InlineData("runs")]
    [InlineData("search")]
    [InlineData("similar")]
    [InlineData("status")]
    [InlineData("sync")]
    public async Task Every_limit_has_a_short_name(string command) =>
        (await ToolRun.Of(Path.GetTempPath(), $"{command} --help")).Out.ShouldContain("-n|--limit <N>");

    [Fact]
    public async Task A_word_with_a_dash_is_told_to_go_behind_two()
    {
        using var repository = TaskRepository.Create(1);

        (await ToolRun.Of(repository.Path, "search error -32000")).Error.ShouldBe(
            "embsync: Unrecognized option '-32000' (words that begin with a dash go behind --). See 'embsync search --help'\n");
    }
}
