using EmbSync.Core.Git;
using EmbSync.Core.Model;
using EmbSync.Core.Providers;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Git;

public class Discovery
{
    [Fact]
    public void Finds_none_outside_a_repository_and_says_so_when_one_is_needed()
    {
        using var folder = TempRepository.Folder();
        using var found = GitRepository.Discover(folder.Path);
        found.Repository.ShouldBeNull();
        found.Problem.ShouldBeNull();
        Should.Throw<GitException>(found.Require).Message.ShouldContain("not in a git repository");
        GitRepository.Discover(folder.Full("not/there")).Repository.ShouldBeNull();
    }

    [Fact]
    public void Finds_the_repository_from_a_folder_inside_it()
    {
        using var repository = TempRepository.Create();
        repository.Write("docs/deep/a.md", "a");
        var commit = repository.Commit();
        using var found = GitRepository.Discover(repository.Full("docs/deep"));
        var git = found.Require();
        git.HeadCommit.ShouldBe(commit);
        git.CurrentBranch.ShouldBe("main");
        git.PathOf(repository.Full("docs/deep")).ShouldBe("docs/deep");
        git.PathOf(repository.Path).ShouldBe("");
        git.PathOf(Path.GetTempPath()).ShouldBeNull();
        (git.IsBare, git.IsShallow).ShouldBe((false, false));
    }

    [Fact]
    public void Opens_a_repository_without_a_commit()
    {
        using var repository = TempRepository.Create();
        using var found = GitRepository.Discover(repository.Path);
        found.Require().HeadCommit.ShouldBeNull();
        found.Require().CurrentBranch.ShouldBe("main");
        found.Require().OriginPath.ShouldBeNull();
    }

    [Fact]
    public void Knows_a_detached_head()
    {
        using var repository = TempRepository.Create();
        var commit = repository.Commit();
        repository.Checkout(commit);
        using var found = GitRepository.Discover(repository.Path);
        found.Require().CurrentBranch.ShouldBeNull();
        found.Require().HeadCommit.ShouldBe(commit);
    }

    [Fact]
    public void Opens_a_bare_repository()
    {
        using var repository = TempRepository.Create();
        repository.Write("a.md", "a");
        var commit = repository.Commit();
        using var bare = repository.Clone("--bare");
        using var found = GitRepository.Discover(bare.Path);
        found.Require().IsBare.ShouldBeTrue();
        found.Require().WorkTree.ShouldBeNull();
        found.Require().Tree(commit).Select(entry => entry.Path).ShouldBe(["a.md"]);
    }

    [Fact]
    public void Knows_that_the_worktree_of_a_shallow_clone_is_shallow()
    {
        using var repository = TempRepository.Create();
        repository.Commit();
        repository.Commit();
        using var shallow = repository.Clone("--depth=1");
        shallow.Git("worktree", "add", "--quiet", "-b", "side", "../side");
        using var found = GitRepository.Discover(Path.Combine(shallow.Path, "../side"));
        found.Require().IsShallow.ShouldBeTrue();
        found.Require().CurrentBranch.ShouldBe("side");
    }

    [Fact]
    public void Names_a_repository_with_sha256_object_ids()
    {
        using var repository = TempRepository.Create("--object-format=sha256");
        Problem(repository).ShouldContain("SHA-256");
    }

    [Fact]
    public void Names_a_repository_with_reftable()
    {
        // The git at hand may be too old to make one; what libgit2 sees is this setting.
        using var repository = TempRepository.Create();
        repository.Git("config", "core.repositoryformatversion", "1");
        repository.Git("config", "extensions.refStorage", "reftable");
        Problem(repository).ShouldContain("reftable");
    }

    [Fact]
    public void Names_an_unknown_extension()
    {
        using var repository = TempRepository.Create();
        repository.Git("config", "core.repositoryformatversion", "1");
        repository.Git("config", "extensions.fromTheFuture", "true");
        Problem(repository).ShouldContain("fromthefuture");
    }

    [Fact]
    public void Names_a_split_index()
    {
        using var repository = TempRepository.Create();
        repository.Write("a.md", "a");
        repository.Commit();
        repository.Git("update-index", "--split-index");
        Problem(repository).ShouldContain("git update-index --no-split-index");
    }

    [Fact]
    public void Names_a_sparse_index_and_knows_that_the_checkout_is_sparse()
    {
        using var repository = TempRepository.Create();
        repository.Write("in/a.md", "a");
        repository.Write("out/b.md", "b");
        repository.Commit();
        repository.Git("sparse-checkout", "set", "--cone", "--sparse-index", "in");
        using var found = GitRepository.Discover(repository.Path);
        found.Problem.ShouldNotBeNull().ShouldContain("--no-sparse-index");
        found.Sparse.ShouldBeTrue();
    }

    [Fact]
    public void Names_a_configuration_that_it_does_not_understand()
    {
        using var repository = TempRepository.Create();
        repository.Git("config", "extensions.worktreeConfig", "true");
        repository.Git("config", "--worktree", "core.worktree", "/somewhere");
        Problem(repository).ShouldContain("core.worktree");
    }

    [Fact]
    public void Names_a_damaged_repository()
    {
        using var repository = TempRepository.Create();
        repository.Write("a.md", "a");
        repository.Commit();
        repository.WriteBytes(".git/index", [1, 2, 3]);
        Problem(repository).ShouldContain("can't be read");
    }

    [Fact]
    public void Names_a_repository_of_another_user_and_the_way_out()
    {
        using var repository = TempRepository.Create();
        repository.Commit();
        if (Superuser.IsHere)
        {
            Superuser.GiveAway(repository.Path);
            Problem(repository).ShouldContain($"git config --global --add safe.directory {repository.Path}");
        }
        else
        {
            // Without the right to give files away, what libgit2 says is put into words all the same.
            GitRefusal.Explain("/repo/.git/", "repository path '/repo/' is not owned by current user", false)
                .ShouldContain("git config --global --add safe.directory /repo");
        }
    }

    [Theory]
    [InlineData("https://user:token@example.org/owner/repo.git", "owner/repo")]
    [InlineData("https://example.org/group/sub/repo/", "group/sub/repo")]
    [InlineData("git@example.org:owner/repo.git", "owner/repo")]
    [InlineData("ssh://git@example.org:2222/owner/repo", "owner/repo")]
    [InlineData("https://example.org/owner/repo.git?token=secret", "owner/repo")]
    [InlineData("/srv/git/repo.git", null)]
    [InlineData("file:///srv/git/repo.git", null)]
    [InlineData("../repo", null)]
    [InlineData("C:/git/repo", null)]
    [InlineData("", null)]
    public void Takes_the_project_from_the_address_of_origin_and_no_secret(string url, string? path)
    {
        OriginUrl.PathOf(url).ShouldBe(path);
        using var repository = TempRepository.Create();
        repository.Git("config", "remote.origin.url", url);
        using var found = GitRepository.Discover(repository.Path);
        found.Require().OriginPath.ShouldBe(path);
    }

    private static string Problem(TempRepository repository)
    {
        using var found = GitRepository.Discover(repository.Path);
        found.Repository.ShouldBeNull();
        Should.Throw<GitException>(found.Require).Message.ShouldBe(found.Problem);
        return found.Problem.ShouldNotBeNull();
    }
}
