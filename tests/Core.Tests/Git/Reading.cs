using System.Text;
using EmbSync.Core.Git;
using EmbSync.Core.Model;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Git;

public class Reading
{
    [Fact]
    public void Answers_the_same_from_many_threads()
    {
        using var repository = TempRepository.Create();
        for (var i = 0; i < 40; i++)
        {
            repository.Write($"{i}.md", $"text {i}");
        }

        repository.Commit();
        using var found = GitRepository.Discover(repository.Path);
        var git = found.Require();
        var entries = git.IndexEntries();
        Parallel.For(0, 400, i =>
        {
            var entry = entries[i % entries.Count];
            Encoding.UTF8.GetString(git.ReadBlob(entry.Blob)).ShouldBe("text " + Path.GetFileNameWithoutExtension(entry.Path));
            git.BlobSize(entry.Blob).ShouldBe(git.ReadBlob(entry.Blob).Length);
        });
    }

    [Fact]
    public void Walks_the_tree_of_a_commit_below_a_folder()
    {
        using var repository = TempRepository.Create();
        repository.Write("a.md", "a");
        repository.Write("docs/deep/b.md", "b");
        repository.Link("docs/link.md", "deep/b.md");
        var commit = repository.Commit();
        repository.Delete("a.md");
        using var found = GitRepository.Discover(repository.Path);
        found.Require().Tree(commit).Select(entry => $"{entry.Path} {entry.Kind}")
            .ShouldBe(["a.md File", "docs/deep/b.md File", "docs/link.md Link"], ignoreOrder: true);
        found.Require().Tree(commit, "docs/deep").Select(entry => entry.Path).ShouldBe(["docs/deep/b.md"]);
        found.Require().Tree(commit, "nowhere").ShouldBeEmpty();
    }

    [Fact]
    public void Names_both_sides_of_what_differs()
    {
        using var repository = TempRepository.Create();
        repository.Write("kept.md", "kept");
        repository.Write("old.md", "moved");
        repository.Write("edited.md", "one");
        var first = repository.Commit();
        repository.Move("old.md", "new.md");
        repository.Write("edited.md", "two");
        var second = repository.Commit();
        using var found = GitRepository.Discover(repository.Path);
        found.Require().ChangedPaths(first, second).ShouldBe(["edited.md", "new.md", "old.md"], ignoreOrder: true);
        found.Require().ChangedPaths(second, second).ShouldBeEmpty();
        found.Require().HasCommit(first).ShouldBeTrue();
        found.Require().HasCommit(new string('1', 40)).ShouldBeFalse();
        found.Require().HasCommit("not an id").ShouldBeFalse();
        Should.Throw<GitException>(() => found.Require().ChangedPaths(new string('1', 40), second)).Message.ShouldContain(
            "not in this repository");
    }

    [Fact]
    public void Says_that_a_partial_clone_has_not_fetched_a_blob()
    {
        using var repository = TempRepository.Create();
        repository.Git("config", "uploadpack.allowFilter", "true");
        repository.Write("a.md", "a");
        repository.Commit();
        using var partial = repository.Clone("--filter=blob:none", "--no-checkout");
        using var found = GitRepository.Discover(partial.Path);
        var git = found.Require();
        var blob = git.Tree(git.HeadCommit!).Single().Blob;
        Should.Throw<GitException>(() => git.ReadBlob(blob)).Message.ShouldContain("partial clone");
        Should.Throw<GitException>(() => git.BlobSize(blob)).Message.ShouldContain("partial clone");
    }

    [Fact]
    public void Sees_what_changed_after_it_was_opened()
    {
        using var repository = TempRepository.Create();
        repository.Write("a.md", "a");
        repository.Commit();
        using var found = GitRepository.Discover(repository.Path);
        found.Require().Status();
        repository.Write("b.md", "b");
        var commit = repository.Commit();
        found.Require().Status().Dirty.ShouldBeEmpty();
        found.Require().IndexEntries().Select(entry => entry.Path).ShouldBe(["a.md", "b.md"]);
        found.Require().HeadCommit.ShouldBe(commit);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Finds_files_that_git_was_told_not_to_look_at(int indexVersion)
    {
        using var repository = TempRepository.Create();
        repository.Git("config", "index.version", $"{indexVersion}");   // skip-worktree raises 2 to 3
        foreach (var path in new[] { "a.md", "deep/folder/one.md", "deep/folder/one-more.md", "deep/two.md", "z.md" })
        {
            repository.Write(path, "x");
        }

        repository.Commit();
        repository.Git("update-index", "--skip-worktree", "deep/folder/one.md", "deep/two.md");
        repository.Git("update-index", "--assume-unchanged", "z.md");
        repository.Delete("deep/two.md");
        repository.Delete("deep/folder/one-more.md");
        using var found = GitRepository.Discover(repository.Path);
        var status = found.Require().Status();
        status.Skipped.ShouldBe(["deep/two.md"]);
        status.Unwatched.ShouldBe(["deep/folder/one.md", "z.md"], ignoreOrder: true);
        status.Deleted.ShouldBe(["deep/folder/one-more.md"]);
    }

    [Fact]
    public void Refuses_an_index_that_is_cut_short()
    {
        using var repository = TempRepository.Create();
        repository.Write("a.md", "x");
        repository.Commit();
        repository.Git("update-index", "--skip-worktree", "a.md");
        var index = File.ReadAllBytes(repository.Full(".git/index"));
        repository.WriteBytes("cut", index[..70]);
        Should.Throw<InvalidDataException>(() => IndexFlags.ReadSkipWorktree(repository.Full("cut"))).Message.ShouldContain(
            "middle of an entry");
        repository.Write("odd", "not an index of git");
        Should.Throw<InvalidDataException>(() => IndexFlags.ReadSkipWorktree(repository.Full("odd")));
        IndexFlags.ReadSkipWorktree(repository.Full("absent")).ShouldBeEmpty();
    }

    [Fact]
    public void Starts_no_program_whatever_the_repository_asks_for()
    {
        using var repository = TempRepository.Create();
        repository.Write("a.md", "a");
        repository.Write("b.md", "b");
        var first = repository.Commit();
        repository.Write("a.md", "changed");
        var second = repository.Commit();
        var trap = repository.Full(".git/trap.sh");
        var sprung = repository.Full(".git/sprung");
        File.WriteAllText(trap, $"#!/bin/sh\necho \"$0\" \"$@\" >> '{sprung}'\ncat\n");
        repository.Mode(".git/trap.sh", "700");
        repository.Write(".gitattributes", "*.md filter=evil diff=evil merge=evil ident\n");
        foreach (var setting in new[]
        {
            "core.fsmonitor", "core.pager", "core.sshCommand", "core.editor", "core.askPass", "diff.external", "diff.evil.textconv",
                "diff.evil.command",
            "filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "merge.evil.driver", "credential.helper",
                "core.alternateRefsCommand",
            "gpg.program", "uploadpack.packObjectsHook",
        })
        {
            repository.Git("config", setting, trap);
        }

        Directory.CreateDirectory(repository.Full(".git/hooks"));
        foreach (var hook in new[] { "post-checkout", "post-index-change", "pre-commit", "fsmonitor-watchman", "reference-transaction" })
        {
            File.Copy(trap, repository.Full(".git/hooks/" + hook), overwrite: true);
        }

        repository.Write("a.md", "dirty");
        repository.Write("c.md", "untracked");
        File.SetLastWriteTimeUtc(repository.Full("b.md"), new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc));   // status has to compare bytes
        using (var found = GitRepository.Discover(repository.Path))
        {
            var git = found.Require();
            git.Status().Changed.ShouldContain("a.md");
            git.IndexEntries().Count.ShouldBe(2);
            git.ChangedPaths(first, second).ShouldBe(["a.md"]);
            git.MergeBase(first, second).ShouldBe(first);
            git.IsIgnored("c.md").ShouldBeFalse();
            git.OriginPath.ShouldBeNull();
            foreach (var entry in git.Tree(second))
            {
                git.ReadBlob(entry.Blob).ShouldNotBeEmpty();
            }
        }

        File.Exists(sprung).ShouldBeFalse();
        repository.TryGit("status");   // the trap does work: git itself springs it
        File.Exists(sprung).ShouldBeTrue();
    }
}
