using EmbSync.Tests;

namespace EmbSync.Tool.Tests;

/// <summary>
/// Whose a store is: what the configuration says, else the origin, and a folder that is called otherwise goes on with its own.
/// </summary>
public sealed class StoreOwnerTests
{
    private const string Unowned = "version: 1\nsources: [{ name: docs, type: markdown, include: [\"docs/**/*.md\"] }]\n";

    [Fact]
    public async Task Init_writes_it_down()
    {
        using var repository = Repository();
        repository.Delete("embsync.yaml");
        repository.Git("remote", "add", "origin", "https://example.org/acme/handbook.git");

        (await ToolRun.Of(repository.Path, "init")).ExitCode.ShouldBe(0);

        File.ReadAllText(repository.Full("embsync.yaml")).ShouldContain("\nproject: acme/handbook ");
        (await ToolRun.Of(repository.Path, "status")).Out.ShouldContain("acme/handbook");
    }

    [Fact]
    public async Task A_folder_that_was_renamed_goes_on()
    {
        using var repository = Repository();
        (await ToolRun.Of(repository.Path, "sync")).ExitCode.ShouldBe(0);
        var renamed = repository.Path + "-renamed";
        Directory.Move(repository.Path, renamed);
        File.WriteAllText(Path.Combine(renamed, "docs/more.md"), "# More\n\nText.\n");

        var sync = await ToolRun.Of(renamed, "sync");

        sync.ExitCode.ShouldBe(0, sync.ToString());
        (await ToolRun.Of(renamed, "doctor")).Out.ShouldNotContain("EMB2402");
    }

    [Fact]
    public async Task A_clone_whose_origin_moved_goes_on()
    {
        using var repository = Repository();
        repository.Git("remote", "add", "origin", "https://example.org/acme/handbook.git");
        await ToolRun.Of(repository.Path, "sync");
        repository.Git("remote", "set-url", "origin", "https://example.org/other/fork.git");
        repository.Write("docs/more.md", "# More\n\nText.\n");

        var sync = await ToolRun.Of(repository.Path, "sync");

        sync.ExitCode.ShouldBe(0, sync.ToString());
        (await ToolRun.Of(repository.Path, "status")).Out.ShouldContain("acme/handbook");
    }

    [Fact]
    public async Task A_plan_is_applied_after_the_folder_was_renamed()
    {
        using var repository = Repository();
        await ToolRun.Of(repository.Path, "sync");
        repository.Write("docs/more.md", "# More\n\nText.\n");
        (await ToolRun.Of(repository.Path, "sync --plan .embsync/plan.json")).ExitCode.ShouldBe(0);
        var renamed = repository.Path + "-renamed";
        Directory.Move(repository.Path, renamed);

        var applied = await ToolRun.Of(renamed, "sync --apply .embsync/plan.json");

        applied.ExitCode.ShouldBe(0, applied.ToString());
    }

    [Fact]
    public async Task A_file_outside_of_the_folder_belongs_to_who_came_first()
    {
        using var first = Repository();
        using var second = Repository();
        var config = Unowned + $"store: {{ path: {first.Path}-shared.db }}\n";
        first.Write("embsync.yaml", config);
        second.Write("embsync.yaml", config);
        first.Git("remote", "add", "origin", "https://example.org/acme/one.git");
        second.Write("docs/other.md", "# Other\n\nText.\n");
        second.Git("remote", "add", "origin", "https://example.org/acme/two.git");
        (await ToolRun.Of(first.Path, "sync")).ExitCode.ShouldBe(0);

        var refused = await ToolRun.Of(second.Path, "sync");

        refused.ExitCode.ShouldBe(2);
        refused.Error.ShouldContain("belongs to project 'acme/one'");
    }

    [Fact]
    public async Task A_folder_next_to_it_with_a_longer_name_is_outside()
    {
        using var repository = Repository();
        repository.Write("embsync.yaml", Unowned + $"store: {{ path: {repository.Path}2/index.db }}\nproject: acme/one\n");
        Directory.CreateDirectory(repository.Path + "2");
        await ToolRun.Of(repository.Path, "sync");
        repository.Write("embsync.yaml", Unowned + $"store: {{ path: {repository.Path}2/index.db }}\n");
        repository.Write("docs/more.md", "# More\n\nText.\n");

        (await ToolRun.Of(repository.Path, "sync")).ExitCode.ShouldBe(2);
    }

    private static TempRepository Repository()
    {
        var repository = TempRepository.Create();
        repository.Write("docs/guide.md", "# Guide\n\nText.\n");
        repository.Write(".gitignore", ".embsync/\n");
        repository.Write("embsync.yaml", Unowned);
        repository.Commit();
        return repository;
    }
}
