namespace EmbSync.Tool.Tests.Hooks;

/// <summary>What a push brings into the index: the commits that are pushed, as they are in git.</summary>
public sealed class PushTests
{
    [Fact]
    public async Task The_first_push_embeds_all_that_is_pushed()
    {
        using var world = new HookWorld();
        world.Install();
        world.Write("docs/uncommitted.md", "# U\n\nNot pushed.\n");

        var push = world.Git("push", "origin", "main");

        push.Error.ShouldContain("embsync: pre-push: 1 new; 1 chunk embedded");
        push.Out.ShouldBeEmpty();
        (await world.StoredAsync()).ShouldBe(new Dictionary<string, string> { ["docs/a.md"] = world.Blob("HEAD:docs/a.md") });
    }

    [Fact]
    public async Task A_push_embeds_what_changed_and_takes_out_what_went()
    {
        using var world = new HookWorld();
        world.Install();
        world.Commit("docs/b.md", "# B\n\nSecond words.\n");
        world.Git("push", "origin", "main");
        world.Git("rm", "--quiet", "docs/a.md");
        world.Commit("docs/b.md", "# B\n\nOther words.\n");

        world.Git("push", "origin", "main").Error.ShouldContain("1 changed, 1 deleted");

        (await world.StoredAsync()).ShouldBe(new Dictionary<string, string> { ["docs/b.md"] = world.Blob("HEAD:docs/b.md") });
    }

    [Fact]
    public void Up_to_date_says_nothing()
    {
        using var world = new HookWorld();
        world.Install();
        world.Git("push", "origin", "main");

        world.Git("push", "origin", "main").Error.ShouldBe("Everything up-to-date\n");
    }

    [Fact]
    public async Task A_new_branch_is_looked_at_since_it_left_the_remotes_main_branch()
    {
        using var world = new HookWorld();
        world.Git("push", "origin", "main");
        world.Install();
        world.Git("checkout", "--quiet", "-b", "side");
        world.Commit("docs/b.md", "# B\n\nSecond words.\n");

        world.Git("push", "origin", "side");

        (await world.StoredAsync()).Keys.ShouldBe(["docs/b.md"]);
    }

    [Fact]
    public async Task A_branch_that_is_deleted_changes_nothing()
    {
        using var world = new HookWorld();
        world.Git("push", "origin", "main", "main:side");
        world.Install();

        world.Git("push", "origin", ":side").Error.ShouldNotContain("embsync:");

        (await world.StoredAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Several_branches_are_each_looked_at_once_and_the_checked_out_one_last()
    {
        using var world = new HookWorld();
        world.Git("checkout", "--quiet", "-b", "side");
        world.Commit("docs/a.md", "# A\n\nOn the side.\n");
        world.Git("branch", "twin");
        world.Git("checkout", "--quiet", "main");
        world.Commit("docs/m.md", "# M\n\nOn main.\n");
        world.Install();

        world.Git("push", "origin", "main", "side", "twin");

        (await world.StoredAsync()).ShouldBe(
            new Dictionary<string, string> { ["docs/a.md"] = world.Blob("main:docs/a.md"), ["docs/m.md"] = world.Blob("main:docs/m.md") });
        world.Tool("runs", "--json").Out.Split("\"command\": \"pre-push\"").Length.ShouldBe(3);
    }

    [Fact]
    public async Task A_force_push_ends_at_the_commit_that_is_pushed()
    {
        using var world = new HookWorld();
        world.Install();
        world.Commit("docs/b.md", "# B\n\nSecond words.\n");
        world.Git("push", "origin", "main");
        world.Git("reset", "--quiet", "--hard", "HEAD~1");
        world.Commit("docs/c.md", "# C\n\nThird words.\n");

        world.Git("push", "--force", "origin", "main");

        (await world.StoredAsync()).Keys.ShouldBe(["docs/a.md", "docs/c.md"]);
    }

    [Fact]
    public async Task A_remote_that_moved_on_is_no_fault()
    {
        using var world = new HookWorld();
        world.Install();
        var unknown = new string('1', 40);

        var run = world.RunHook($"refs/heads/main {world.Commit()} refs/heads/main {unknown}\n", "pre-push", "origin", world.Remote);

        run.ExitCode.ShouldBe(0, run.ToString());
        (await world.StoredAsync()).Keys.ShouldBe(["docs/a.md"]);
    }

    [Fact]
    public async Task Tags_move_nothing()
    {
        using var world = new HookWorld();
        world.Git("tag", "light");
        world.Git("tag", "--annotate", "heavy", "--message", "m");
        world.Install();

        world.Git("push", "origin", "light", "heavy").Error.ShouldNotContain("embsync:");

        (await world.StoredAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task No_verify_leaves_the_hook_out()
    {
        using var world = new HookWorld();
        world.Install();

        world.Git("push", "--no-verify", "origin", "main").Error.ShouldNotContain("embsync:");

        (await world.StoredAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_worktree_shares_the_hooks_of_its_repository()
    {
        using var world = new HookWorld();
        var tree = world.Beside("tree");
        world.Git("worktree", "add", "--quiet", "-b", "side", tree);

        world.ToolIn(tree, "hook", "install").ExitCode.ShouldBe(0);

        File.Exists(world.Hook()).ShouldBeTrue();
        world.Git("-C", tree, "push", "origin", "side").Error.ShouldContain("1 new");
        File.Exists(Path.Combine(tree, ".embsync/index.db")).ShouldBeTrue();
        (await world.StoredAsync()).ShouldBeEmpty();
    }

    [Fact]
    public void A_submodule_has_hooks_of_its_own()
    {
        using var world = new HookWorld();
        world.Git("push", "--quiet", "origin", "main");
        world.Git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", world.Remote, "inner");
        var inner = Path.Combine(world.Path, "inner");

        world.ToolIn(inner, "hook", "install").ExitCode.ShouldBe(0);

        File.Exists(Path.Combine(world.Path, ".git/modules/inner/hooks/pre-push")).ShouldBeTrue();
        File.Exists(world.Hook()).ShouldBeFalse();
        File.WriteAllText(Path.Combine(inner, "docs/i.md"), "# Inner\n\nInner words.\n");
        world.Git("-C", inner, "add", "--all");
        world.Git("-C", inner, "commit", "--quiet", "--message", "inner");
        world.Git("-C", inner, "push", "origin", "HEAD:side").Error.ShouldContain("1 new");
        File.Exists(Path.Combine(inner, ".embsync/index.db")).ShouldBeTrue();
    }

    [Fact]
    public async Task Paths_with_spaces_and_quotes_work()
    {
        using var world = new HookWorld(name: "it's a \"folder\" $HOME");
        world.Install("--config", "embsync.yaml");

        world.Git("push", "origin", "main").Error.ShouldContain("1 new");

        (await world.StoredAsync()).Keys.ShouldBe(["docs/a.md"]);
    }

    [Fact]
    public async Task A_repository_named_by_GIT_DIR_is_the_one_that_is_pushed_from()
    {
        using var world = new HookWorld();
        var elsewhere = world.Beside("elsewhere.git");
        Directory.Move(Path.Combine(world.Path, ".git"), elsewhere);
        (world.Environment["GIT_DIR"], world.Environment["GIT_WORK_TREE"]) = (elsewhere, world.Path);

        world.Install();

        world.Git("push", "origin", "main").Error.ShouldContain("1 new");
        (await world.StoredAsync()).Keys.ShouldBe(["docs/a.md"]);
        File.Exists(Path.Combine(elsewhere, "hooks/pre-push")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_commit_that_is_not_on_the_stores_branch_changes_no_item()
    {
        using var world = new HookWorld(more: "store: { branch: main }");
        world.Install();
        world.Git("push", "origin", "main");
        world.Git("checkout", "--quiet", "-b", "side");
        world.Commit("docs/b.md", "# B\n\nSecond words.\n");

        world.Git("push", "origin", "side").Error.ShouldContain("1 chunk embedded");

        (await world.StoredAsync()).Keys.ShouldBe(["docs/a.md"]);
    }
}
