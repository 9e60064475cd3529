using EmbSync.Core.Git;
using EmbSync.Core.Model;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Git;

public class References
{
    [Theory]
    [InlineData("--upload-pack=touch /tmp/x")]
    [InlineData("-h")]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("main\nside")]
    [InlineData("main\u001b[31m")]
    [InlineData("main\0")]
    [InlineData("main side")]
    [InlineData("main:a.md")]
    [InlineData(":/message")]
    [InlineData("HEAD..main")]
    [InlineData("a\\b")]
    [InlineData("ma*n")]
    [InlineData("main;ls")]
    [InlineData("\u202Emain")]
    [InlineData("\ud800")]
    public void Refuses_odd_ones_before_git_sees_them(string reference)
    {
        using var repository = TempRepository.Create();
        repository.Commit();
        using var git = GitRepository.Discover(repository.Path);
        var refusal = Should.Throw<GitException>(() => git.Require().ResolveCommit(reference));
        refusal.InnerException.ShouldBeNull();
        refusal.ExitCode.ShouldBe(ExitCode.Usage);
        refusal.Message.ShouldContain("origin/main");
        refusal.Message.Any(char.IsControl).ShouldBeFalse();
    }

    [Fact]
    public void Refuses_one_that_is_too_long() =>
        Should.Throw<GitException>(() => GitReference.Check(new string('a', 5000))).Message.ShouldContain("5000");

    [Fact]
    public void Takes_branches_tags_ids_and_expressions()
    {
        using var repository = TempRepository.Create();
        var first = repository.Commit();
        var second = repository.Commit();
        repository.Git("tag", "--annotate", "v1.0+rc#1", "--message", "tag", first);
        repository.Git("branch", "fix/größe_#12@home", first);
        using var git = GitRepository.Discover(repository.Path);
        foreach (var reference in new[]
            { "v1.0+rc#1", "fix/größe_#12@home", "HEAD~1", "HEAD^", "main~1", "HEAD^{commit}~1", first, first[..12], "main@{1}" })
        {
            git.Require().ResolveCommit(reference).ShouldBe(first, reference);
        }

        git.Require().ResolveCommit("refs/heads/main").ShouldBe(second);
    }

    [Fact]
    public void Says_of_an_unknown_one_what_to_do()
    {
        using var repository = TempRepository.Create();
        repository.Commit();
        using var git = GitRepository.Discover(repository.Path);
        Message(git, "nowhere").ShouldContain("git branch --all");
        Message(git, "origin/side").ShouldContain("git fetch origin side");
        Message(git, new string('0', 40)).ShouldContain("doesn't exist");
    }

    [Fact]
    public void Says_of_one_in_a_shallow_clone_to_fetch_everything()
    {
        using var repository = TempRepository.Create();
        repository.Commit();
        repository.Commit();
        using var shallow = repository.Clone("--depth=1");
        using var git = GitRepository.Discover(shallow.Path);
        Message(git, "HEAD~1").ShouldContain("fetch-depth: 0");
    }

    [Fact]
    public void Points_to_the_branch_of_origin_when_only_that_is_there()
    {
        using var repository = TempRepository.Create();
        repository.Commit();
        repository.Git("branch", "side");
        using var clone = repository.Clone();
        using var git = GitRepository.Discover(clone.Path);
        Message(git, "side").ShouldContain("write origin/side");
        git.Require().ResolveCommit("origin/side").ShouldBe(repository.Head);
    }

    [Fact]
    public void Says_that_a_file_is_no_commit()
    {
        using var repository = TempRepository.Create();
        repository.Commit();
        repository.Write("a.md", "a");
        var blob = repository.Git("hash-object", "-w", "a.md");
        using var git = GitRepository.Discover(repository.Path);
        Message(git, blob).ShouldContain("not a commit");
        Message(git, "HEAD^{tree}").ShouldContain("not a commit");
    }

    private static string Message(GitDiscovery git, string reference) =>
        Should.Throw<GitException>(() => git.Require().ResolveCommit(reference)).Message;
}
