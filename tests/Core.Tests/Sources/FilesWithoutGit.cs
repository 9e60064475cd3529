using EmbSync.Core.Model;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Sources;

public class FilesWithoutGit
{
    [Fact]
    public void Have_hashes_as_versions_and_leave_out_what_is_nobodys_text()
    {
        using var folder = TempRepository.Folder();
        folder.Write("a.md", "a");
        folder.Write("sub/b.md", "b");
        folder.Write("node_modules/pkg/README.md", "x");
        folder.Write(".embsync/notes.md", "x");
        folder.Write(".git-notes.md", "kept");
        var listing = folder.List();
        listing.ShouldBeWhole();
        listing.Notes.ShouldBeEmpty();
        listing.Paths().ShouldBe([".git-notes.md", "a.md", "sub/b.md"]);
        listing.VersionOf("a.md").ShouldBe("file:" + ContentHash.Of("a"));
        folder.List(paths: ["sub/b.md", "gone.md"]).Kinds().ShouldBe(["sub/b.md file"]);
        folder.List(paths: ["sub/b.md"]).Complete.ShouldBeFalse();
    }

    [Fact]
    public void Are_listed_when_the_repository_cannot_be_used_and_that_is_said()
    {
        using var repository = TempRepository.Create("--object-format=sha256");
        repository.Write("a.md", "a");
        repository.Commit();
        var listing = repository.List();
        listing.ShouldBeWhole();
        listing.Kinds().ShouldBe(["a.md file"]);
        listing.Notes.Count.ShouldBe(2);
        listing.Notes[0].ShouldContain("SHA-256");
        listing.Notes[1].ShouldContain("All matching files are read");
        Should.Throw<GitException>(() => repository.List(at: "main")).Message.ShouldContain("SHA-256");
    }

    [Fact]
    public void Of_a_missing_root_are_an_error_and_of_a_missing_folder_none()
    {
        using var folder = TempRepository.Folder();
        folder.List(include: ["tasks/**/*.md"]).Paths().ShouldBeEmpty();
        Should.Throw<SourceException>(() => folder.List(folder: "absent")).Message.ShouldContain("nothing is deleted");
    }

    [Fact]
    public void That_are_pipes_keep_nobody_waiting()
    {
        using var folder = TempRepository.Folder();
        folder.Shell("mkfifo pipe.md");
        folder.List().VersionOf("pipe.md").ShouldBe("file:" + ContentHash.Of(""));
    }
}
