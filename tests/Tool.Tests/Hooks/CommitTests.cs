namespace EmbSync.Tool.Tests.Hooks;

/// <summary>The hooks after a commit and after a merge.</summary>
public sealed class CommitTests
{
    [Fact]
    public async Task A_commit_is_embedded_when_it_is_made()
    {
        using var world = new HookWorld();
        world.Install("post-commit");
        world.Write("docs/later.md", "# Later\n\nNot committed.\n");
        world.Write("docs/b.md", "# B\n\nSecond words.\n");
        world.Git("add", "docs/b.md");

        world.Git("commit", "--quiet", "--message", "b").Error.ShouldContain("post-commit: 1 new");

        (await world.StoredAsync()).Keys.ShouldBe(["docs/b.md"]);
    }

    [Fact]
    public async Task The_first_commit_is_looked_at_whole()
    {
        using var world = new HookWorld();
        world.Install("post-commit");
        world.Git("checkout", "--quiet", "--orphan", "fresh");

        world.Git("commit", "--quiet", "--message", "first");

        (await world.StoredAsync()).Keys.ShouldBe(["docs/a.md"]);
    }

    [Fact]
    public async Task A_rebase_is_passed_over()
    {
        using var world = new HookWorld();
        world.Git("checkout", "--quiet", "-b", "side");
        world.Commit("docs/b.md", "# B\n\nSecond words.\n");
        world.Commit("docs/c.md", "# C\n\nThird words.\n");
        world.Git("checkout", "--quiet", "main");
        world.Commit("docs/m.md", "# M\n\nOn main.\n");
        world.Git("checkout", "--quiet", "side");
        world.Install("post-commit");

        world.Git("rebase", "main").Error.ShouldNotContain("embsync:");

        (await world.StoredAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_merge_brings_in_what_it_merged()
    {
        using var world = new HookWorld();
        world.Git("checkout", "--quiet", "-b", "side");
        world.Commit("docs/b.md", "# B\n\nSecond words.\n");
        world.Commit("docs/c.md", "# C\n\nThird words.\n");
        world.Git("checkout", "--quiet", "main");
        world.Install("post-merge");

        world.Git("merge", "--quiet", "side").Error.ShouldContain("post-merge: 2 new");

        (await world.StoredAsync()).Keys.ShouldBe(["docs/b.md", "docs/c.md"]);
    }

    [Fact]
    public async Task A_squash_waits_for_its_commit()
    {
        using var world = new HookWorld();
        world.Git("checkout", "--quiet", "-b", "side");
        world.Commit("docs/b.md", "# B\n\nSecond words.\n");
        world.Git("checkout", "--quiet", "main");
        world.Install("post-merge");

        world.Git("merge", "--quiet", "--squash", "side");

        (await world.StoredAsync()).ShouldBeEmpty();
    }
}
