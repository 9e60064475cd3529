using EmbSync.Core.Configuration;

namespace EmbSync.Core.Tests.Configuration;

public sealed class Discovery
{
    [Theory]
    [InlineData("embsync.yaml", "version: 1\nproject: here\n")]
    [InlineData("embsync.yml", "version: 1\nproject: here\n")]
    [InlineData("embsync.json", """{ "version": 1, "project": "here" }""")]
    public void Finds_each_of_the_names(string name, string text)
    {
        using var folder = new ConfigFolder();
        var file = folder.Write(name, text);
        var config = folder.Load();
        config.File.ShouldBe(file);
        config.Root.ShouldBe(folder.Root);
        config.Project.ShouldBe("here");
    }

    [Fact]
    public void Looks_upward_to_the_repository_root_and_takes_the_nearest()
    {
        using var folder = new ConfigFolder("project: outer\n");
        var below = Path.Combine(folder.Root, "a", "b");
        Directory.CreateDirectory(below);
        folder.Load(from: below, repository: folder.Root).Project.ShouldBe("outer");
        folder.Write("a/embsync.yml", "project: inner\n");
        var near = folder.Load(from: below, repository: folder.Root);
        near.Project.ShouldBe("inner");
        near.Root.ShouldBe(Path.Combine(folder.Root, "a"));
    }

    [Fact]
    public void Never_looks_above_the_repository_root()
    {
        using var folder = new ConfigFolder("project: outer\n");
        var repository = Path.Combine(folder.Root, "repository");
        var below = Path.Combine(repository, "docs");
        Directory.CreateDirectory(below);
        var config = folder.Load(from: below, repository: repository);
        config.File.ShouldBeNull();
        config.Root.ShouldBe(repository);
        config.Project.ShouldBe("repository");
    }

    [Fact]
    public void Stops_at_the_git_folder_when_the_root_has_another_name()
    {
        using var folder = new ConfigFolder("project: outer\n");
        var below = Path.Combine(folder.Root, "repository", "docs");
        Directory.CreateDirectory(below);
        Directory.CreateDirectory(Path.Combine(folder.Root, "repository", ".git"));
        folder.Load(from: below, repository: "/somewhere/else").File.ShouldBeNull();
    }

    [Fact]
    public void Without_a_repository_only_the_working_directory_counts()
    {
        using var folder = new ConfigFolder("project: outer\n");
        var below = Path.Combine(folder.Root, "below");
        Directory.CreateDirectory(below);
        folder.Load(from: below).File.ShouldBeNull();
    }

    [Fact]
    public void Two_files_in_one_folder_are_named()
    {
        using var folder = new ConfigFolder("project: a\n");
        folder.Write("embsync.json", "{}");
        folder.Errors().ShouldBe(
            $"{folder.Root}/embsync.yaml and embsync.json are in the same folder: remove one, or say which with --config");
        folder.Load(file: "embsync.json").File.ShouldEndWith("embsync.json");
    }

    [Fact]
    public void The_flag_wins_over_the_variable_and_the_variable_over_looking()
    {
        using var folder = new ConfigFolder("project: found\n").With((ConfigDiscovery.Variable, "other/variable.yaml"));
        folder.Write("other/variable.yaml", "project: variable\n");
        folder.Write("other/flag.yaml", "project: flag\n");
        folder.Load().Project.ShouldBe("variable");
        folder.Load(file: "other/flag.yaml").Project.ShouldBe("flag");
        folder.Load(file: "other/flag.yaml").Root.ShouldBe(Path.Combine(folder.Root, "other"));
    }

    [Fact]
    public void A_named_file_that_is_not_there_or_no_file_is_an_error()
    {
        using var folder = new ConfigFolder();
        Directory.CreateDirectory(Path.Combine(folder.Root, "folder.yaml"));
        folder.Errors(file: "absent.yaml").ShouldBe(
            "absent.yaml: there is no such file: check --config and EMBSYNC_CONFIG, or run `embsync init`");
        folder.Errors(file: "folder.yaml").ShouldStartWith("folder.yaml: can't be read");
    }

    [Fact]
    public void Without_a_file_the_defaults_work()
    {
        using var folder = new ConfigFolder();
        var config = folder.Load(origin: "owner/repo");
        config.Project.ShouldBe("owner/repo");
        config.Store.Backend.ShouldBe(StoreBackend.Sqlite);
        config.Store.Path.ShouldBe(Path.Combine(folder.Root, ".embsync", "index.db"));
        config.Embeddings.Provider.ShouldBe("lexical");
        config.Embeddings.Model.ShouldBe("lexical-v1");
        config.Embeddings.Dimension.ShouldBe(1024);
        config.Embeddings.ApiKey.ShouldBeNull();
        var source = config.Sources.ShouldHaveSingleItem().ShouldBeOfType<MarkdownSourceConfig>();
        source.Name.ShouldBe("docs");
        source.Include.ShouldBe(["**/*.md", "**/*.mdx", "**/*.markdown"]);
        source.Exclude.ShouldBeEmpty();
        source.Embed.ShouldBe(["title"]);
        source.ItemType.ShouldBe("docs");
        source.Chunk.ShouldBe(ChunkConfig.Default);
        config.Limits.MaxDelete.ShouldBe(DeleteLimit.Default);
        config.Limits.MaxFileBytes.ShouldBe(5 * 1024 * 1024);
    }
}
