using EmbSync.Core.Git;
using EmbSync.Core.Model;
using EmbSync.Core.Sources.Markdown;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Sources;

public class Links
{
    public enum From
    {
        Index,
        Untracked,
        Commit,
        NoGit,
    }

    [Theory]
    [InlineData(From.Index)]
    [InlineData(From.Untracked)]
    [InlineData(From.Commit)]
    [InlineData(From.NoGit)]
    public void To_files_inside_are_items_unless_the_target_is_one(From from)
    {
        using var repository = from == From.NoGit ? TempRepository.Folder() : TempRepository.Create();
        repository.Write("README.md", "readme");
        repository.Write("docs/guide.md", "guide");
        repository.Link("docs/readme.md", "../README.md");
        repository.Link("docs/again.md", "guide.md");
        repository.Link("docs/chain.md", "readme.md");
        repository.Link("folder", "docs");
        var at = from is From.Index or From.Commit ? repository.Commit() : null;
        using var git = GitRepository.Discover(repository.Path);
        var source = repository.Source(git, include: ["docs/**/*.md"]);
        var listing = source.List(from == From.Commit ? at : null);
        listing.ShouldBeWhole();
        listing.Paths().ShouldBe(["docs/chain.md", "docs/guide.md", "docs/readme.md"]);
        listing.Notes.Single().ShouldContain("docs/again.md");
        var read = source.Read(listing.Entries[2]);
        read.Text().ShouldBe("readme");
        read.Item!.Version.ShouldBe(listing.VersionOf("docs/readme.md"));
        listing.VersionOf("docs/readme.md").ShouldBe(
            at is null ? "file:" + ContentHash.Of("readme") : "git:" + repository.Git("rev-parse", "HEAD:README.md"));
    }

    [Theory]
    [InlineData(From.Index)]
    [InlineData(From.Untracked)]
    [InlineData(From.Commit)]
    [InlineData(From.NoGit)]
    public void Out_of_the_root_into_git_and_in_circles_are_refused(From from)
    {
        using var outside = TempRepository.Folder();
        outside.Write("secret.md", "secret");
        using var repository = from == From.NoGit ? TempRepository.Folder() : TempRepository.Create();
        repository.Write("good.md", "good");
        repository.Write("folder/x.md", "x");
        repository.Link("absolute.md", outside.Full("secret.md"));
        repository.Link("climbing.md", "../../../../../../../../../../etc/hostname");
        repository.Link("folder.md", "folder");
        repository.Link("circle.md", "circle.md");
        repository.Link("dangling.md", "nowhere.md");
        repository.Link("config.md", ".git/config");
        repository.Link("away", outside.Path);
        var at = from is From.Index or From.Commit ? repository.Commit() : null;
        var listing = repository.List(at: from == From.Commit ? at : null);
        listing.Paths().ShouldBe(["folder/x.md", "good.md"]);
        listing.Complete.ShouldBeTrue();   // what is named is not gone, and the rest was read
        listing.Faults().ShouldBe([
            $"{ProblemCodes.OutsideRoot} absolute.md",
            $"{ProblemCodes.OutsideRoot} climbing.md",
            .. from == From.Commit ? Array.Empty<string>() : [$"{ProblemCodes.OutsideRoot} config.md"],
            $"{ProblemCodes.Unreadable} circle.md",
            .. from == From.Commit ? [$"{ProblemCodes.Unreadable} config.md"] : Array.Empty<string>(),   // a commit has no .git
            $"{ProblemCodes.Unreadable} dangling.md",
            $"{ProblemCodes.Unreadable} folder.md",
        ]);
        listing.Problems.ShouldAllBe(problem => !problem.Message.Contains("secret"));
    }

    [Fact]
    public void To_what_git_ignores_are_refused()
    {
        using var repository = TempRepository.Create();
        repository.Write(".gitignore", ".env\n");
        repository.Write(".env", "KEY=secret");
        repository.Link("notes.md", ".env");
        repository.Commit();
        var listing = repository.List();
        listing.Paths().ShouldBeEmpty();
        listing.Faults().ShouldBe([$"{ProblemCodes.OutsideRoot} notes.md"]);
        listing.Problems[0].Message.ShouldContain("git ignores");
    }

    [Fact]
    public void Are_in_a_scope_that_holds_their_target()
    {
        using var repository = TempRepository.Create();
        repository.Write("README.md", "one");
        repository.Write("docs/guide.md", "guide");
        repository.Link("docs/readme.md", "../README.md");
        repository.Commit();
        repository.Write("README.md", "two");
        var scoped = repository.List(include: ["docs/*.md"], paths: ["README.md"]);
        scoped.Paths().ShouldBe(["docs/readme.md"]);
        scoped.VersionOf("docs/readme.md").ShouldBe("file:" + ContentHash.Of("two"));
        repository.List(include: ["docs/*.md"], paths: ["docs/guide.md"]).Paths().ShouldBe(["docs/guide.md"]);
    }

    [Fact]
    public void Put_in_place_of_a_folder_after_listing_lead_nowhere()
    {
        using var outside = TempRepository.Folder();
        outside.Write("a.md", "secret");
        using var repository = TempRepository.Create();
        repository.Write("docs/a.md", "a");
        repository.Commit();
        using var git = GitRepository.Discover(repository.Path);
        var source = repository.Source(git);
        var entry = source.List().Entries.Single();
        Directory.Delete(repository.Full("docs"), recursive: true);
        repository.Link("docs", outside.Path);
        source.Read(entry).Problem!.Code.ShouldBe(ProblemCodes.OutsideRoot);
        source.List().Paths().ShouldBeEmpty();
        source.Read(new("../a.md", "file:")).Problem!.Code.ShouldBe(ProblemCodes.OutsideRoot);
    }

    [Fact]
    public void Below_a_root_that_is_itself_a_link_are_judged_by_where_it_leads()
    {
        using var repository = TempRepository.Create();
        repository.Write("docs/a.md", "a");
        repository.Link("docs/b.txt.md", "b.txt");
        repository.Write("docs/b.txt", "b");
        repository.Link("alias", "docs");
        repository.Commit();
        repository.List(folder: "alias").Kinds().ShouldBe(["a.md git", "b.txt.md git"]);
    }

    [Fact]
    public void Real_paths_follow_links_as_the_system_does()
    {
        using var folder = TempRepository.Folder();
        folder.Write("a/b/file", "x");
        folder.Link("a/up", "..");
        folder.Link("to", "a/up/a/b");
        folder.Link("loop", "loop");
        var real = RealPath.Of(folder.Path);
        RealPath.Of(folder.Full("to/file")).ShouldBe(Path.Combine(real, "a/b/file"));
        RealPath.Of(folder.Full("to/../none/x")).ShouldBe(Path.Combine(real, "none/x"));   // lexical, as Path.GetFullPath has it
        Should.Throw<IOException>(() => RealPath.Of(folder.Full("loop/x"))).Message.ShouldContain("circle");
        RealPath.Below("/a", "/ab").ShouldBeNull();
        RealPath.Below("/a", "/a/..b").ShouldBe("..b");
        FileVersion.BlobOf("file:1").ShouldBeNull();
    }
}
