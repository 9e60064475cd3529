using EmbSync.Core.Git;
using EmbSync.Core.Model;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Sources;

/// <summary>To git the files of a folder that can't be read are deleted. They must not be deleted from the store.</summary>
public class UnreadableFolders
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Make_the_listing_incomplete(bool git)
    {
        using var repository = Repository(git);
        Closed(repository, ["tasks", "new/deep", "ignored"], () =>
        {
            var listing = repository.List();
            listing.Paths().ShouldBe(["open.md"]);
            listing.Complete.ShouldBeFalse();
            listing.Faults().Where(fault => !fault.Contains("ignored")).ShouldBe(
                [$"{ProblemCodes.Unreadable} new/deep/", $"{ProblemCodes.Unreadable} tasks/"]);
            listing.Faults().Contains($"{ProblemCodes.Unreadable} ignored/").ShouldBe(!git);   // only git knows that it doesn't matter
            return true;
        });
        repository.List().Complete.ShouldBeTrue();
    }

    [Fact]
    public void Do_not_matter_where_no_pattern_leads()
    {
        using var repository = Repository(true);
        Closed(repository, ["new/deep", "ignored"], () =>
        {
            repository.List(include: ["tasks/*.md", "*.md"]).Complete.ShouldBeFalse();   // '*.md' has no folder to go by: all are tried
            var listing = repository.List(include: ["tasks/*.md"]);
            listing.ShouldBeWhole();
            listing.Paths().ShouldBe(["tasks/a.md"]);
            return true;
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Name_each_path_that_a_scope_asks_for(bool git)
    {
        using var repository = Repository(git);
        repository.Delete("open.md");
        Closed(repository, ["tasks", "new/deep"], () =>
        {
            var listing = repository.List(paths: ["tasks/a.md", "new/deep/b.md", "open.md", "tasks/text.txt", "absent/x.md"]);
            listing.Paths().ShouldBeEmpty();
            listing.Faults().ShouldBe([$"{ProblemCodes.Unreadable} new/deep/b.md", $"{ProblemCodes.Unreadable} tasks/a.md"]);
            return true;
        });
    }

    [Fact]
    public void And_files_that_cannot_be_read_are_named()
    {
        using var repository = Repository(true);
        using var found = GitRepository.Discover(repository.Path);
        var source = repository.Source(found, include: ["*.md"]);
        var clean = source.List().Entries.Single();
        repository.Write("dirty.md", "dirty");
        repository.Mode("dirty.md", "000");
        Closed(repository, [], () =>
        {
            var listing = source.List();
            listing.Faults().ShouldBe([$"{ProblemCodes.Unreadable} dirty.md"]);
            listing.Paths().ShouldBe(["open.md"]);
            return true;
        });
        repository.Mode("open.md", "000");
        Closed(repository, [], () => source.Read(clean)).Problem!.Code.ShouldBe(ProblemCodes.Unreadable);
    }

    private static TempRepository Repository(bool git)
    {
        var repository = git ? TempRepository.Create() : TempRepository.Folder();
        repository.Write("open.md", "open");
        repository.Write("tasks/a.md", "a");
        repository.Write(".gitignore", "ignored/\n");
        if (git)
        {
            repository.Commit();
        }

        repository.Write("new/deep/b.md", "untracked");
        repository.Write("ignored/i.md", "ignored");
        return repository;
    }

    private static T Closed<T>(TempRepository repository, string[] folders, Func<T> act)
    {
        try
        {
            foreach (var folder in folders)
            {
                repository.Mode(folder, "000");
            }

            return Superuser.WithoutRights(act);
        }
        finally
        {
            foreach (var folder in folders)
            {
                repository.Mode(folder, "755");
            }
        }
    }
}
