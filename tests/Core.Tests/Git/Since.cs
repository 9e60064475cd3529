using EmbSync.Core.Git;
using EmbSync.Core.Model;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Git;

public class Since
{
    private static readonly Dictionary<string, string> Nothing = [];

    [Fact]
    public void Is_what_the_branch_changed_and_what_is_dirty()
    {
        using var repository = TempRepository.Create();
        repository.Write("kept.md", "kept");
        repository.Write("edited.md", "one");
        repository.Write("removed.md", "x");
        repository.Write("deleted.md", "x");
        repository.Write("staged.md", "x");
        repository.Commit();
        repository.Git("checkout", "-qb", "side");
        repository.Write("edited.md", "two");
        repository.Delete("removed.md");
        repository.Commit();
        repository.Checkout("main");
        repository.Write("mains.md", "of main alone");
        repository.Commit();
        repository.Checkout("side");
        repository.Delete("deleted.md");
        repository.Write("staged.md", "y");
        repository.Git("add", "staged.md");
        repository.Write("untracked.md", "u");
        using var git = GitRepository.Discover(repository.Path);
        var scope = SinceScope.Resolve(git.Require(), new("main", "", null, null));
        scope.Paths.ShouldBe(["edited.md", "removed.md", "deleted.md", "staged.md", "untracked.md"], ignoreOrder: true);
        scope.HeadCommit.ShouldBe(repository.Head);
        scope.HasRecord.ShouldBeFalse();
        scope.Notes.Single().ShouldContain("may be missing");
    }

    [Fact]
    public void Takes_in_what_changed_since_the_recorded_commit()
    {
        using var repository = TempRepository.Create();
        var recorded = repository.Commit();
        repository.Write("a.md", "between");
        repository.Commit();
        using var git = GitRepository.Discover(repository.Path);
        var scope = SinceScope.Resolve(git.Require(), new("HEAD", "", null, recorded) { Stored = Nothing });
        scope.Paths.ShouldBe(["a.md"]);
        scope.HasRecord.ShouldBeTrue();
        scope.Notes.ShouldBeEmpty();
    }

    [Fact]
    public void Takes_in_what_was_dirty_or_gone_when_the_commit_was_recorded()
    {
        using var repository = TempRepository.Create();
        foreach (var path in new[] { "same.md", "dirty.md", "gone.md", "other.txt" })
        {
            repository.Write(path, path);
        }

        var recorded = repository.Commit();
        using var git = GitRepository.Discover(repository.Path);
        var stored = new Dictionary<string, string>
        {
            ["same.md"] = "git:" + repository.Git("rev-parse", "HEAD:same.md"), ["dirty.md"] = "file:00", ["untracked.md"] = "file:01",
        };
        var query = new SinceQuery("HEAD", "", null, recorded)
        {
            Stored = stored, Matching = paths => paths.Where(path => path.EndsWith(".md", StringComparison.Ordinal)).ToHashSet(),
        };
        SinceScope.Resolve(git.Require(), query).Paths.ShouldBe(["dirty.md", "gone.md", "untracked.md"], ignoreOrder: true);
        SinceScope.Resolve(git.Require(), query with { Recorded = null }).Paths.ShouldBe(["dirty.md", "untracked.md"], ignoreOrder: true);
    }

    [Fact]
    public void Says_that_the_recorded_commit_is_not_here()
    {
        using var repository = TempRepository.Create();
        repository.Commit();
        using var git = GitRepository.Discover(repository.Path);
        var scope = SinceScope.Resolve(git.Require(), new("HEAD", "", null, new string('1', 40)));
        scope.HasRecord.ShouldBeFalse();
        scope.Notes.Single().ShouldContain("not in this clone");
    }

    [Fact]
    public void Without_common_history_is_all_that_differs()
    {
        using var repository = TempRepository.Create();
        repository.Write("same.md", "same");
        repository.Write("one.md", "one");
        repository.Commit();
        repository.Git("checkout", "-q", "--orphan", "other");
        repository.Delete("one.md");
        repository.Write("two.md", "two");
        repository.Commit();
        using var git = GitRepository.Discover(repository.Path);
        var scope = SinceScope.Resolve(git.Require(), new("main", "", null, null));
        scope.Paths.ShouldBe(["one.md", "two.md"], ignoreOrder: true);
        scope.Notes[0].ShouldContain("no common history");
    }

    [Fact]
    public void At_a_commit_leaves_the_work_tree_out()
    {
        using var repository = TempRepository.Create();
        repository.Write("a.md", "one");
        repository.Commit();
        repository.Write("a.md", "two");
        var second = repository.Commit();
        repository.Write("a.md", "three");
        repository.Write("b.md", "dirty");
        repository.Commit();
        repository.Write("c.md", "untracked");
        using var git = GitRepository.Discover(repository.Path);
        var scope = SinceScope.Resolve(git.Require(), new("HEAD~2", "", second, null));
        scope.Paths.ShouldBe(["a.md"]);
        scope.HeadCommit.ShouldBe(second);
        using var bare = repository.Clone("--bare");
        using var bareGit = GitRepository.Discover(bare.Path);
        SinceScope.Resolve(bareGit.Require(), new("HEAD~1", "", null, null)).Paths.ShouldBe(["a.md", "b.md"], ignoreOrder: true);
    }

    [Fact]
    public void Is_relative_to_a_root_below_the_top()
    {
        using var repository = TempRepository.Create();
        repository.Commit();
        repository.Write("docs/a.md", "a");
        repository.Write("docs-more/x.md", "x");
        repository.Commit();
        repository.Write("docs/new.md", "n");
        repository.Write("top.md", "n");
        using var git = GitRepository.Discover(repository.Path);
        SinceScope.Resolve(git.Require(), new("HEAD~1", "docs", null, null)).Paths.ShouldBe(["a.md", "new.md"], ignoreOrder: true);
    }

    [Fact]
    public void Needs_a_commit()
    {
        using var repository = TempRepository.Create();
        using var git = GitRepository.Discover(repository.Path);
        Should.Throw<GitException>(() => SinceScope.Resolve(git.Require(), new("main", "", null, null))).Message.ShouldContain("main");
        repository.Commit();
        repository.Git("checkout", "-q", "--orphan", "other");
        Should.Throw<GitException>(() => SinceScope.Resolve(git.Require(), new("main", "", null, null))).Message.ShouldContain(
            "no commit yet");
    }
}
