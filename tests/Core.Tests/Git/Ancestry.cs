using EmbSync.Core.Git;
using EmbSync.Core.Model;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Git;

public class Ancestry
{
    [Fact]
    public void Finds_where_two_branches_parted()
    {
        using var repository = TempRepository.Create();
        var common = repository.Commit();
        repository.Git("checkout", "-qb", "side");
        var side = repository.Commit();
        repository.Checkout("main");
        var main = repository.Commit();
        using var git = GitRepository.Discover(repository.Path);
        git.Require().MergeBase(side, main).ShouldBe(common);
        git.Require().MergeBase(main, main).ShouldBe(main);
        git.Require().IsAncestor(common, side).ShouldBeTrue();
        git.Require().IsAncestor(side, main).ShouldBeFalse();
        git.Require().IsAncestor(side, side).ShouldBeTrue();
    }

    [Fact]
    public void Is_null_between_unrelated_histories()
    {
        using var repository = TempRepository.Create();
        var one = repository.Commit();
        repository.Git("checkout", "-q", "--orphan", "other");
        var other = repository.Commit("other root");
        using var git = GitRepository.Discover(repository.Path);
        git.Require().MergeBase(one, other).ShouldBeNull();
    }

    [Fact]
    public void Takes_a_best_one_of_a_criss_cross()
    {
        using var repository = TempRepository.Create();
        repository.Commit();
        repository.Git("checkout", "-qb", "side");
        var side = repository.Commit();
        repository.Checkout("main");
        var main = repository.Commit();
        repository.Merge("side").ShouldBeTrue();
        repository.Checkout("side");
        repository.Merge(main).ShouldBeTrue();
        using var git = GitRepository.Discover(repository.Path);
        git.Require().MergeBase(git.Require().ResolveCommit("main"), git.Require().ResolveCommit("side"))
            .ShouldBeOneOf(side, main);
    }

    [Fact]
    public void Says_fetch_depth_when_a_shallow_clone_does_not_reach_back()
    {
        using var repository = TempRepository.Create();
        repository.Commit();
        repository.Git("checkout", "-qb", "side");
        repository.Commit();
        repository.Checkout("main");
        repository.Commit();
        using var shallow = repository.Clone("--depth=1", "--no-single-branch");
        using var git = GitRepository.Discover(shallow.Path);
        var (main, side) = (git.Require().ResolveCommit("main"), git.Require().ResolveCommit("origin/side"));
        Should.Throw<GitException>(() => git.Require().MergeBase(main, side)).Message.ShouldContain("fetch-depth: 0");
    }

    [Fact]
    public void Is_found_in_a_shallow_clone_that_holds_it()
    {
        // The pull request recipe: a checkout of depth 2 of the merge commit, compared with its first parent.
        using var repository = TempRepository.Create();
        repository.Commit();
        repository.Git("checkout", "-qb", "side");
        repository.Commit();
        repository.Checkout("main");
        var main = repository.Commit();
        repository.Merge("side").ShouldBeTrue();
        using var shallow = repository.Clone("--depth=2");
        using var git = GitRepository.Discover(shallow.Path);
        var head = git.Require().HeadCommit!;
        git.Require().MergeBase(git.Require().ResolveCommit("HEAD^1"), head).ShouldBe(main);
        git.Require().IsAncestor(main, head).ShouldBeTrue();
        git.Require().IsAncestor(head, main).ShouldBeFalse();
    }

    [Fact]
    public void In_a_shallow_history_prefers_the_nearest_common_ancestor()
    {
        // d merges c and a side of a; b and a are both met from e, and b is the better one.
        var parents = new Dictionary<string, string[]> { ["a"] = [], ["b"] = ["a"], ["c"] = ["b"], ["d"] = ["c", "a"], ["e"] = ["a", "b"] };
        new ShallowHistory(commit => parents[commit], new HashSet<string> { "a" }).MergeBase("d", "e").ShouldBe("b");
    }

    [Fact]
    public void Tells_whether_a_commit_is_on_a_branch()
    {
        using var repository = TempRepository.Create();
        var first = repository.Commit();
        repository.Commit();
        using var clone = repository.Clone();
        clone.Git("checkout", "-qb", "side");
        var side = clone.Commit();
        clone.Git("branch", "-D", "main");
        using var git = GitRepository.Discover(clone.Path);
        git.Require().IsOnBranch(first, "main").ShouldBe(true);    // only origin has it
        git.Require().IsOnBranch(side, "main").ShouldBe(false);
        git.Require().IsOnBranch(side, "side").ShouldBe(true);
        git.Require().IsOnBranch(side, "absent").ShouldBeNull();
    }
}
