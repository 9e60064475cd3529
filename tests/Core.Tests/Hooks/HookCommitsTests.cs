using EmbSync.Core.Git;
using EmbSync.Core.Jobs.Hooks;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Hooks;

/// <summary>Which commits a push is about, and since when.</summary>
public sealed class HookCommitsTests : IDisposable
{
    private static readonly string Zero = new('0', 40);

    private readonly TempRepository _repository = TempRepository.Create();
    private readonly string _first;
    private readonly string _second;

    public HookCommitsTests() => (_first, _second) = (_repository.Commit(), _repository.Commit());

    [Fact]
    public void Since_what_the_remote_has() => Pushed($"main {_second} refs/heads/main {_first}").ShouldBe([new(_second, _first)]);

    [Fact]
    public void Whole_where_nothing_is_known() => Pushed($"main {_second} refs/heads/main {Zero}").ShouldBe([new(_second, null)]);

    [Fact]
    public void Since_the_remotes_default_branch_where_the_branch_is_new()
    {
        _repository.Git("update-ref", "refs/remotes/origin/main", _first);

        Pushed($"side {_second} refs/heads/side {Zero}").ShouldBe([new(_second, _first)]);
    }

    [Fact]
    public void Since_the_remotes_default_branch_where_the_remote_moved_on()
    {
        _repository.Git("update-ref", "refs/remotes/origin/trunk", _first);
        _repository.Git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk");

        Pushed($"side {_second} refs/heads/side {new string('1', 40)}").ShouldBe([new(_second, _first)]);
    }

    [Fact]
    public void One_commit_under_two_names_is_one_since_the_earlier()
    {
        var third = _repository.Commit();

        Pushed($"main {third} refs/heads/main {_second}\nmain {third} refs/heads/old {_first}").ShouldBe([new(third, _first)]);
        Pushed($"main {third} refs/heads/main {_second}\nmain {third} refs/heads/new {Zero}").ShouldBe([new(third, null)]);
    }

    [Fact]
    public void The_checked_out_one_comes_last() =>
        Pushed($"main {_second} refs/heads/main {Zero}\nold {_first} refs/heads/old {Zero}").Select(one => one.Commit).ShouldBe(
            [_first, _second]);

    [Fact]
    public void An_annotated_tag_pushed_as_a_branch_is_its_commit()
    {
        _repository.Git("tag", "--annotate", "v1", "--message", "v1");

        Pushed($"v1 {_repository.Git("rev-parse", "v1")} refs/heads/main {_first}").ShouldBe([new(_second, _first)]);
    }

    [Fact]
    public void A_shallow_clone_that_reaches_no_common_commit_is_looked_at_whole()
    {
        _repository.Git("checkout", "-qb", "side", _first);
        _repository.Commit("side");
        _repository.Checkout("main");
        using var clone = _repository.Clone("--depth=1", "--no-single-branch", "--branch=side");
        using var git = GitRepository.Discover(clone.Path);

        HookCommits.Pushed(git.Require(), "origin", $"side {clone.Head} refs/heads/new {Zero}").Single().Since.ShouldBeNull();
    }

    [Theory]
    [InlineData("rebase-merge")]
    [InlineData("rebase-apply")]
    [InlineData("sequencer")]
    public void Nothing_is_said_of_the_commits_of_a_rebase(string folder)
    {
        using var git = GitRepository.Discover(_repository.Path);
        HookCommits.Committed(git.Require()).ShouldBe(new(_second, _first));
        Directory.CreateDirectory(_repository.Full(".git/" + folder));

        HookCommits.Committed(git.Require()).ShouldBeNull();
        HookCommits.Merged(git.Require(), squash: false).ShouldBeNull();
    }

    public void Dispose() => _repository.Dispose();

    private IReadOnlyList<HookCommit> Pushed(string lines)
    {
        using var git = GitRepository.Discover(_repository.Path);
        return HookCommits.Pushed(git.Require(), "origin", lines);
    }
}
