using EmbSync.Tests;

namespace EmbSync.Tool.Tests;

/// <summary>A pattern that matches no file is a mistake more often than not: it is named, and no run fails for it.</summary>
public sealed class UnmatchedPatternTests
{
    [Theory]
    [InlineData("nowhere/**/*.md")]
    [InlineData("Docs/**/*.md")]
    [InlineData("docs/[a-z]*.md")]
    [InlineData("doc")]
    public async Task Is_named_and_the_run_is_done(string pattern)
    {
        using var repository = Repository($"\"docs/**/*.md\", \"{pattern}\"");

        var sync = await ToolRun.Of(repository.Path, "sync");

        sync.ExitCode.ShouldBe(0, sync.ToString());
        (sync.Out + sync.Error).ShouldContain($"'{pattern}' of source 'docs' matches no file");
        (sync.Out + sync.Error).ShouldNotContain("'docs/**/*.md' of source", Case.Sensitive);
        var check = await ToolRun.Of(repository.Path, "status --check");
        check.ExitCode.ShouldBe(4);
        check.Out.ShouldContain("EMB1119");
        check.Out.ShouldContain(pattern);
    }

    [Fact]
    public async Task A_source_without_any_file_is_not_covered()
    {
        using var repository = Repository("\"nowhere/**/*.md\"");

        var status = await ToolRun.Of(repository.Path, "status --check");

        status.ExitCode.ShouldBe(4);
        status.Out.ShouldNotContain("100 %");
        status.Out.ShouldContain("correct the patterns named above");
    }

    [Fact]
    public async Task An_export_of_json_too()
    {
        using var repository = TempRepository.Create();
        repository.Write("embsync.yaml",
            "version: 1\nsources: [{ name: issues, type: json, include: [\"export/*.json\"], id: id, text: [body] }]\n");
        repository.Commit();

        var status = await ToolRun.Of(repository.Path, "status --check");

        status.ExitCode.ShouldBe(4);
        status.Out.ShouldContain("'export/*.json' of source 'issues' matches no file");
    }

    [Fact]
    public async Task A_link_to_a_listed_file_is_a_match()
    {
        using var repository = Repository("\"docs/**/*.md\", \"linked/*.md\"");
        repository.Link("linked/guide.md", "../docs/guide.md");
        repository.Commit();

        (await ToolRun.Of(repository.Path, "status")).Out.ShouldNotContain("EMB1119");
    }

    [Fact]
    public async Task A_file_that_a_sparse_checkout_leaves_out_is_a_match()
    {
        using var repository = Repository("\"docs/**/*.md\", \"guides/*.md\"");
        repository.Write("guides/one.md", "# One\n\nText.\n");
        repository.Commit();
        repository.Git("sparse-checkout", "set", "docs");
        File.Exists(repository.Full("guides/one.md")).ShouldBeFalse();

        (await ToolRun.Of(repository.Path, "status")).Out.ShouldNotContain("EMB1119");
    }

    [Fact]
    public async Task Can_be_accepted()
    {
        using var repository = Repository("\"docs/**/*.md\", \"later/**/*.md\"");
        File.AppendAllText(repository.Full("embsync.yaml"), "accept: { \"later/**\": [EMB1119] }\n");
        await ToolRun.Of(repository.Path, "sync");

        (await ToolRun.Of(repository.Path, "status --check")).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task What_stands_where_nobody_wrote_any_need_not_match()
    {
        using var repository = TempRepository.Create();
        repository.Write("README.md", "# Read me\n\nText.\n");
        repository.Commit();
        await ToolRun.Of(repository.Path, "sync");

        (await ToolRun.Of(repository.Path, "status --check")).ExitCode.ShouldBe(0);
    }

    private static TempRepository Repository(string patterns)
    {
        var repository = TempRepository.Create();
        repository.Write("docs/guide.md", "# Guide\n\nText.\n");
        repository.Write(".gitignore", ".embsync/\n");
        repository.Write("embsync.yaml", $"version: 1\nsources: [{{ name: docs, type: markdown, include: [{patterns}] }}]\n");
        repository.Commit();
        return repository;
    }
}
