using EmbSync.Tests;

namespace EmbSync.Tool.Tests;

/// <summary>What embsync makes in a work tree is never committed by accident.</summary>
public sealed class CacheFolderTests
{
    private const string Ignored = "# Made by embsync: all in here is a cache and can be made again.\n*\n";

    [Fact]
    public async Task Ignores_itself_from_the_first_sync()
    {
        using var repository = WithoutIgnoreFile();

        (await ToolRun.Of(repository.Path, "sync")).ExitCode.ShouldBe(0);

        File.Exists(repository.Full(".embsync/index.db")).ShouldBeTrue();
        File.ReadAllText(repository.Full(".embsync/.gitignore")).ShouldBe(Ignored);
        repository.Git("status", "--porcelain").ShouldBeEmpty();
    }

    [Fact]
    public async Task Ignores_itself_from_init()
    {
        using var repository = WithoutIgnoreFile();

        var run = await ToolRun.Of(repository.Path, "init");

        run.ExitCode.ShouldBe(0, run.ToString());
        run.Out.ShouldNotContain(".gitignore");
        File.ReadAllText(repository.Full(".embsync/.gitignore")).ShouldBe(Ignored);
        repository.Git("status", "--porcelain").ShouldBe("?? embsync.yaml");
    }

    [Fact]
    public async Task Is_left_as_its_owner_wants_it()
    {
        using var repository = WithoutIgnoreFile();
        await ToolRun.Of(repository.Path, "sync");
        repository.Delete(".embsync/.gitignore");
        repository.Write("new.md", "# New\n\nText.\n");

        (await ToolRun.Of(repository.Path, "sync")).ExitCode.ShouldBe(0);

        File.Exists(repository.Full(".embsync/.gitignore")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_folder_of_another_name_is_not_touched()
    {
        using var repository = WithoutIgnoreFile();

        (await ToolRun.Of(repository.Path, "sync", new Dictionary<string, string> { ["EMBSYNC_STORE_PATH"] = "deep/er/index.db" }))
            .ExitCode.ShouldBe(0);

        Directory.EnumerateFiles(repository.Full("deep"), "*", SearchOption.AllDirectories).Select(Path.GetFileName).Order().ShouldBe(
            ["index.db", "index.db.build-default", "index.db.lock"]);
        Directory.Exists(repository.Full(".embsync")).ShouldBeFalse();
    }

    private static TempRepository WithoutIgnoreFile()
    {
        var repository = TempRepository.Create();
        repository.Write("README.md", "# Read me\n\nText.\n");
        repository.Commit();
        return repository;
    }
}
