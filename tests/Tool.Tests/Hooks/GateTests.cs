namespace EmbSync.Tool.Tests.Hooks;

/// <summary>embeddings.autoIndex says what a push may embed by itself; the rest is named.</summary>
public sealed class GateTests
{
    [Fact]
    public async Task Off_says_what_is_pending_and_writes_nothing()
    {
        using var world = new HookWorld("off");
        world.Install();

        world.Git("push", "origin", "main").Error.ShouldContain(
            "pre-push: 1 item pending, which embeddings.autoIndex off leaves to you: docs/a.md. 'embsync sync' does it");

        Directory.Exists(Path.Combine(world.Path, ".embsync")).ShouldBeFalse();
        (await world.StoredAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task On_create_embeds_what_is_new_and_names_what_changed()
    {
        using var world = new HookWorld("onCreate");
        world.Install();
        world.Git("push", "origin", "main");
        var before = world.Blob("HEAD:docs/a.md");
        world.Write("docs/b.md", "# B\n\nSecond words.\n");
        world.Commit("docs/a.md", "# A\n\nOther words.\n");

        var push = world.Git("push", "origin", "main");

        push.Error.ShouldContain("pre-push: 1 new; 1 chunk embedded");
        push.Error.ShouldContain("1 item pending, which embeddings.autoIndex onCreate leaves to you: docs/a.md");
        (await world.StoredAsync()).ShouldBe(
            new Dictionary<string, string> { ["docs/a.md"] = before, ["docs/b.md"] = world.Blob("HEAD:docs/b.md") });
    }

    [Fact]
    public async Task On_update_embeds_what_changed_too()
    {
        using var world = new HookWorld("onUpdate");
        world.Install();
        world.Git("push", "origin", "main");
        world.Commit("docs/a.md", "# A\n\nOther words.\n");

        world.Git("push", "origin", "main").Error.ShouldContain("pre-push: 1 changed; 1 chunk embedded");

        (await world.StoredAsync()).ShouldBe(new Dictionary<string, string> { ["docs/a.md"] = world.Blob("HEAD:docs/a.md") });
    }

    [Fact]
    public void A_build_is_held_back_likewise()
    {
        using var world = new HookWorld("onCreate");
        world.Tool("sync", "--auto").Out.ShouldEndWith("In step.\n");
        world.Commit("docs/a.md", "# A\n\nOther words.\n");

        world.Tool("sync", "--auto").Out.ShouldEndWith(
            "1 item left as embeddings.autoIndex says\nDone as far as a run by itself may; 'embsync sync' does the rest.\n");
        world.Tool("sync").Out.ShouldEndWith("In step.\n");
    }

    [Fact]
    public void A_sync_that_somebody_asks_for_does_what_a_hook_left()
    {
        using var world = new HookWorld("off");
        world.Install();
        world.Git("push", "origin", "main");

        world.Tool("sync").ExitCode.ShouldBe(0);

        world.Commit("docs/b.md", "# B\n\nSecond words.\n");
        world.Git("push", "origin", "main").Error.ShouldContain("docs/b.md");
        world.Tool("status", "--check").ExitCode.ShouldBe(4);
    }
}
