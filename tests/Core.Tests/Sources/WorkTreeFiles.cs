using EmbSync.Core.Git;
using EmbSync.Core.Model;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Sources;

public class WorkTreeFiles
{
    [Fact]
    public void Clean_ones_have_their_blob_as_version_and_others_a_hash()
    {
        using var repository = TempRepository.Create();
        repository.Write(".gitignore", "ignored/\n");
        repository.Write("clean.md", "clean");
        repository.Write("dirty.md", "one");
        repository.Write("gone.md", "gone");
        repository.Write("text.txt", "not included");
        repository.Commit();
        repository.Write("dirty.md", "two");
        repository.Write("new/untracked.md", "new");
        repository.Write("ignored/i.md", "ignored");
        repository.Delete("gone.md");
        var listing = repository.List();
        listing.ShouldBeWhole();
        listing.Kinds().ShouldBe(["clean.md git", "dirty.md file", "new/untracked.md file"]);
        listing.VersionOf("clean.md").ShouldBe("git:" + repository.Git("rev-parse", "HEAD:clean.md"));
        listing.VersionOf("dirty.md").ShouldBe("file:" + ContentHash.Of("two"));
        listing.Notes.ShouldBeEmpty();
        listing.Skipped.ShouldBeEmpty();
    }

    [Fact]
    public void Staged_ones_count_as_the_work_tree_has_them()
    {
        using var repository = TempRepository.Create();
        repository.Write("staged.md", "one");
        repository.Write("both.md", "one");
        repository.Write("untracked-now.md", "x");
        repository.Write("staged-gone.md", "x");
        repository.Commit();
        repository.Write("staged.md", "two");
        repository.Write("both.md", "two");
        repository.Write("added.md", "added");
        repository.Git("add", "--all");
        repository.Write("both.md", "three");
        repository.Git("rm", "--quiet", "--cached", "untracked-now.md");
        repository.Git("rm", "--quiet", "staged-gone.md");
        var listing = repository.List();
        listing.ShouldBeWhole();
        listing.Kinds().ShouldBe(["added.md git", "both.md file", "staged.md git", "untracked-now.md file"]);
        listing.VersionOf("both.md").ShouldBe("file:" + ContentHash.Of("three"));
    }

    [Fact]
    public void Renames_edits_and_returns_are_listed_where_they_are()
    {
        using var repository = TempRepository.Create();
        repository.Write("Task.md", "case");
        repository.Write("old.md", "moved");
        repository.Write("back.md", "back");
        repository.Commit();
        var blob = repository.List().VersionOf("Task.md");
        repository.Git("mv", "Task.md", "task.md");           // case only
        repository.Move("old.md", "sub/new.md");              // rename, plus edit, not staged
        repository.Write("sub/new.md", "moved and edited");
        repository.Git("rm", "--quiet", "back.md");           // deleted, then added again
        repository.Write("back.md", "back");
        var listing = repository.List();
        listing.ShouldBeWhole();
        listing.Paths().ShouldBe(["back.md", "sub/new.md", "task.md"]);
        listing.VersionOf("task.md").ShouldBe(blob);
        repository.Commit();
        repository.List().Kinds().ShouldBe(["back.md git", "sub/new.md git", "task.md git"]);
    }

    [Fact]
    public void Conflicted_ones_are_listed_as_they_stand()
    {
        using var repository = TempRepository.Create();
        repository.Write("both.md", "base");
        repository.Write("deleted.md", "base");
        repository.Commit();
        repository.Git("checkout", "-qb", "side");
        repository.Write("both.md", "side");
        repository.Delete("deleted.md");
        repository.Commit();
        repository.Checkout("main");
        repository.Write("both.md", "main");
        repository.Write("deleted.md", "main");
        repository.Commit();
        repository.Merge("side").ShouldBeFalse();
        var listing = repository.List();
        listing.ShouldBeWhole();
        listing.Kinds().ShouldBe(["both.md file", "deleted.md file"]);
        repository.Delete("deleted.md");
        repository.List().Paths().ShouldBe(["both.md"]);
    }

    [Fact]
    public void Those_that_a_sparse_checkout_leaves_out_are_skipped_and_not_gone()
    {
        using var repository = TempRepository.Create();
        repository.Write("in/a.md", "a");
        repository.Write("in/gone.md", "a");
        repository.Write("out/b.md", "b");
        repository.Commit();
        using var sparse = repository.Clone();
        sparse.Git("sparse-checkout", "set", "--no-cone", "in");
        sparse.Delete("in/gone.md");
        var listing = sparse.List();
        listing.ShouldBeWhole();
        listing.Paths().ShouldBe(["in/a.md"]);
        listing.Skipped.ShouldBe(["out/b.md"]);
        var scoped = sparse.List(paths: ["out/b.md", "in/gone.md", "in/a.md"]);
        scoped.Paths().ShouldBe(["in/a.md"]);
        scoped.Skipped.ShouldBe(["out/b.md"]);
    }

    [Fact]
    public void A_partial_and_sparse_clone_is_read_too()
    {
        using var repository = TempRepository.Create();
        repository.Git("config", "uploadpack.allowFilter", "true");
        repository.Write("top.md", "top");
        repository.Write("out/b.md", "b");
        repository.Commit();
        using var sparse = repository.Clone("--filter=blob:none", "--sparse");
        sparse.Git("config", "--get", "extensions.worktreeConfig").ShouldBe("true");
        var listing = sparse.List();
        listing.ShouldBeWhole();
        listing.Kinds().ShouldBe(["top.md git"]);
        listing.Skipped.ShouldBe(["out/b.md"]);
    }

    [Fact]
    public void Under_a_sparse_index_nothing_is_known_to_be_gone()
    {
        using var repository = TempRepository.Create();
        repository.Write("in/a.md", "a");
        repository.Write("out/b.md", "b");
        repository.Commit();
        repository.Git("sparse-checkout", "set", "--cone", "--sparse-index", "in");
        var listing = repository.List();
        listing.Complete.ShouldBeFalse();
        listing.Kinds().ShouldBe(["in/a.md file"]);
        listing.Notes[0].ShouldContain("sparse index");
        listing.Notes[2].ShouldContain("nothing counts as deleted");
        repository.List(paths: ["in/a.md", "out/b.md"]).Skipped.ShouldBe(["out/b.md"]);
    }

    [Fact]
    public void What_git_was_told_not_to_look_at_is_read()
    {
        using var repository = TempRepository.Create();
        repository.Write("assumed.md", "one");
        repository.Write("skipped.md", "one");
        repository.Write("same.md", "one");
        repository.Commit();
        repository.Git("update-index", "--assume-unchanged", "assumed.md", "same.md");
        repository.Git("update-index", "--skip-worktree", "skipped.md");
        repository.Write("assumed.md", "two");
        repository.Write("skipped.md", "two");
        repository.List().Kinds().ShouldBe(["assumed.md file", "same.md git", "skipped.md file"]);
    }

    [Fact]
    public void Those_of_submodules_and_nested_repositories_are_not_entered()
    {
        using var library = TempRepository.Create();
        library.Write("inner.md", "inner");
        library.Commit();
        using var repository = TempRepository.Create();
        repository.Write("outer.md", "outer");
        repository.Git("submodule", "--quiet", "add", "file://" + library.Path, "lib");
        repository.Commit();
        repository.Write("lib/inner.md", "changed");
        repository.Git("init", "--quiet", "nested");
        repository.Write("nested/n.md", "n");
        repository.List().Paths().ShouldBe(["outer.md"]);
        Directory.Delete(repository.Full(".git"), recursive: true);
        repository.List().Paths().ShouldBe(["outer.md"]);
    }

    [Fact]
    public void Linked_worktrees_and_shallow_clones_are_like_any_other()
    {
        using var repository = TempRepository.Create();
        repository.Write("a.md", "a");
        repository.Commit();
        using var shallow = repository.Clone("--depth=1");
        shallow.List().Kinds().ShouldBe(["a.md git"]);
        shallow.Git("worktree", "add", "--quiet", "-b", "side", "inside/side");
        shallow.Write("inside/side/b.md", "b");
        shallow.List(folder: "inside/side").Kinds().ShouldBe(["a.md git", "b.md file"]);
        shallow.List().Kinds().ShouldBe(["a.md git"]);
    }

    [Fact]
    public void Are_listed_before_the_first_commit()
    {
        using var repository = TempRepository.Create();
        repository.List().ShouldBeWhole();
        repository.Write("staged.md", "s");
        repository.Write("intended.md", "i");
        repository.Git("add", "staged.md");
        repository.Git("add", "--intent-to-add", "intended.md");
        repository.Write("new.md", "n");
        repository.List().Kinds().ShouldBe(["intended.md file", "new.md file", "staged.md git"]);
    }

    [Fact]
    public void Are_relative_to_a_root_below_the_top()
    {
        using var repository = TempRepository.Create();
        repository.Write("docs/a.md", "a");
        repository.Write("docs-more/x.md", "x");
        repository.Write("top.md", "x");
        var commit = repository.Commit();
        repository.Write("docs/sub/new.md", "n");
        repository.Write("other.md", "n");
        repository.List(folder: "docs").Kinds().ShouldBe(["a.md git", "sub/new.md file"]);
        repository.List(folder: "docs", paths: ["sub/new.md", "top.md", "../top.md"]).Kinds().ShouldBe(["sub/new.md file"]);
        repository.List(folder: "docs", at: commit).Kinds().ShouldBe(["a.md git"]);
    }

    [Fact]
    public void Of_an_ignored_root_are_listed_without_git()
    {
        using var repository = TempRepository.Create();
        repository.Write(".gitignore", "build/\n");
        repository.Write("build/a.md", "a");
        repository.Commit();
        var listing = repository.List(folder: "build");
        listing.Kinds().ShouldBe(["a.md file"]);
        listing.Notes.Single().ShouldContain("git ignores");
    }

    [Fact]
    public void That_only_have_other_line_endings_keep_their_blob()
    {
        using var repository = TempRepository.Create();
        repository.Git("config", "core.autocrlf", "true");
        repository.Write("a.md", "one\r\ntwo\r\n");
        repository.Commit();
        using var git = GitRepository.Discover(repository.Path);
        var source = repository.Source(git);
        var entry = source.List().Entries.Single();
        entry.Version.ShouldBe("git:" + repository.Git("rev-parse", "HEAD:a.md"));
        source.Read(entry).Item!.Version.ShouldBe(entry.Version);
    }

    [Fact]
    public void Names_of_every_kind_are_listed_and_read()
    {
        using var repository = TempRepository.Create();
        string[] names = ["new\nline.md", "quote\"'.md", "back\\slash.md", " space .md", "größe 日本.md", new string('a', 252) + ".md",
            "-dash.md", "*.md"];
        foreach (var (index, name) in names.Index())
        {
            repository.Write(name, $"words {index}");
        }

        foreach (var kind in new[] { "file", "git" })
        {
            using var git = GitRepository.Discover(repository.Path);
            var source = repository.Source(git);
            var listing = source.List();
            listing.ShouldBeWhole();
            listing.Kinds().ShouldBe([.. names.Order(StringComparer.Ordinal).Select(name => $"{name} {kind}")]);
            listing.Entries.ShouldAllBe(entry => source.Read(entry).Text() == $"words {Array.IndexOf(names, entry.Locator)}");
            source.List(paths: names).Paths().ShouldBe(listing.Paths());
            repository.Commit();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Names_that_are_no_utf8_are_named_and_the_rest_goes_on(bool git)
    {
        using var repository = git ? TempRepository.Create() : TempRepository.Folder();
        repository.Write("good.md", "good");
        repository.Shell("printf x > \"$(printf 'bad\\377.md')\"");
        repository.Shell("printf x > \"$(printf 'bad\\376.md')\"");
        var listing = repository.List();
        listing.Paths().ShouldBe(["good.md"]);
        listing.Faults().ShouldBe([$"{ProblemCodes.Unreadable} bad\uFFFD.md"]);
        if (git)
        {
            var commit = repository.Commit();
            repository.List().Faults().ShouldBe(listing.Faults());
            repository.List(at: commit).Faults().Distinct().ShouldBe(listing.Faults());
        }
    }

    [Fact]
    public void Only_those_that_match_are_looked_at()
    {
        using var repository = TempRepository.Create();
        foreach (var path in new[]
            { "README.md", "tasks/a.md", "tasks/deep/b.md", "tasks/deep/c.txt", "tasks/archive/d.md", "Tasks/e.md", "docs/f.md" })
        {
            repository.Write(path, path);
        }

        foreach (var _ in new[] { "untracked", "tracked" })
        {
            repository.List(include: ["tasks/**/*.md"]).Paths().ShouldBe(["tasks/a.md", "tasks/archive/d.md", "tasks/deep/b.md"]);
            repository.List(include: ["tasks/", "README.md"], exclude: ["tasks/archive/**"]).Paths()
                .ShouldBe(["README.md", "tasks/a.md", "tasks/deep/b.md", "tasks/deep/c.txt"]);
            repository.List(include: ["*.md"]).Paths().ShouldBe(["README.md"]);
            repository.List(include: ["./docs/*.md", "**/deep/*"]).Paths().ShouldBe(["docs/f.md", "tasks/deep/b.md", "tasks/deep/c.txt"]);
            repository.List(include: ["nowhere/*.md"]).Paths().ShouldBeEmpty();
            repository.Commit();
        }
    }

    [Theory]
    [InlineData("../**/*.md")]
    [InlineData("/etc/*")]
    [InlineData("a/../../b.md")]
    public void Patterns_that_lead_out_are_refused(string pattern)
    {
        using var repository = TempRepository.Create();
        repository.Write("a.md", "a");
        var listing = repository.List(include: ["*.md", pattern]);
        listing.Faults().ShouldBe([$"{ProblemCodes.OutsideRoot} {pattern}"]);
        listing.Complete.ShouldBeFalse();
        listing.Paths().ShouldBe(["a.md"]);
    }
}
