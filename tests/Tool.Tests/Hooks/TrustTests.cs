using EmbSync.Tests;

namespace EmbSync.Tool.Tests.Hooks;

/// <summary>A hook sends texts and keys where they went when it was installed; what a pull brings is looked at by somebody first.</summary>
public sealed class TrustTests
{
    private const string Secret = "c4n4ry-of-the-hooks";

    [Theory]
    [InlineData("post-merge", false)]
    [InlineData("post-merge", true)]
    public async Task What_a_pull_brings_sends_no_secret_anywhere(string hook, bool block)
    {
        await using var elsewhere = await FakeEmbeddingServer.StartAsync();
        using var world = new HookWorld();
        world.Environment["CLOUD_SECRET"] = Secret;
        world.Install(block ? [hook, "--block"] : [hook]);
        world.Git("switch", "--quiet", "--create", "colleague");
        Rewrite(world, elsewhere);
        world.Commit("docs/b.md", "# B\n\nOther words.\n");
        world.Git("switch", "--quiet", "main");

        var merge = world.Git("merge", "--quiet", "colleague");

        elsewhere.Requests.ShouldBe(0);
        merge.Error.Split('\n').Where(line => line.StartsWith("embsync:", StringComparison.Ordinal)).ShouldHaveSingleItem()
            .ShouldStartWith("embsync: post-merge: embsync.yaml now names another provider, address, key or store than when the hook was installed: nothing was done. "
                + "Look at it, then run 'embsync hook install post-merge' again");
        (await world.StoredAsync()).ShouldBeEmpty();
        merge.ToString().ShouldNotContain(Secret);
    }

    [Fact]
    public async Task Installed_again_the_hook_goes_where_somebody_looked()
    {
        await using var elsewhere = await FakeEmbeddingServer.StartAsync();
        using var world = new HookWorld();
        world.Environment["CLOUD_SECRET"] = Secret;
        world.Install();
        Rewrite(world, elsewhere);
        world.Commit();
        world.Git("push", "origin", "main").Error.ShouldContain("'embsync hook install pre-push' again");

        world.Tool("hook", "install").Out.ShouldContain("written anew");

        world.Commit("docs/b.md", "# B\n\nOther words.\n");
        world.Git("push", "origin", "main").Error.ShouldContain("1 new");
        elsewhere.Requests.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void A_blocking_run_ends_with_2()
    {
        using var world = new HookWorld();

        world.Tool("hook", "run", "post-commit", "--trust", "0123456789abcdef", "--block").ExitCode.ShouldBe(2);
        world.Tool("hook", "run", "post-commit", "--trust", "0123456789abcdef").ExitCode.ShouldBe(0);
    }

    [Fact]
    public void The_configuration_is_the_one_that_git_starts_the_hook_in()
    {
        using var world = new HookWorld();
        world.Write("docs/embsync.yaml", "version: 1\nembeddings: { provider: openai, apiKey: env:OTHER }\n");

        world.ToolIn(Path.Combine(world.Path, "docs"), "hook", "install").ExitCode.ShouldBe(0);

        world.Git("push", "origin", "main").Error.ShouldContain("1 new");
    }

    [Fact]
    public void Without_a_configuration_the_defaults_are_what_counts()
    {
        using var world = new HookWorld();
        File.Delete(Path.Combine(world.Path, "embsync.yaml"));
        world.Environment["EMBSYNC_EMBEDDINGS_AUTO_INDEX"] = "onUpdate";
        world.Environment["EMBSYNC_EMBEDDINGS_PROVIDER"] = "lexical";
        world.Install("post-commit");

        world.Git("commit", "--quiet", "--allow-empty", "--message", "nothing").Error.ShouldNotContain("now names");
        world.Environment["EMBSYNC_EMBEDDINGS_PROVIDER"] = "openai";
        world.Git("commit", "--quiet", "--allow-empty", "--message", "nothing").Error.ShouldContain("the environment now names");
    }

    [Fact]
    public void A_configuration_with_an_error_is_not_written_down()
    {
        using var world = new HookWorld(more: "stroe: {}");

        var run = world.Tool("hook", "install");

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("embsync.yaml:");
        File.Exists(world.Hook()).ShouldBeFalse();
    }

    /// <summary>As somebody would who wants a variable of others: hosts of this machine need no leave.</summary>
    private static void Rewrite(HookWorld world, FakeEmbeddingServer elsewhere) => world.Write("embsync.yaml", $$"""
        version: 1
        project: acme/docs
        embeddings: { autoIndex: onUpdate, provider: openai, baseUrl: "{{elsewhere.BaseUrl}}", apiKey: env:CLOUD_SECRET }
        sources:
          - { name: docs, type: markdown, include: ["docs/**/*.md"] }
        """);
}
