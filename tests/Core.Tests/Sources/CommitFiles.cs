using EmbSync.Core.Git;
using EmbSync.Core.Model;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Sources;

public class CommitFiles
{
    [Fact]
    public void Are_those_of_the_commit_whatever_the_work_tree_holds()
    {
        using var repository = TempRepository.Create();
        repository.Write("a.md", "one");
        repository.Write("gone.md", "gone");
        var first = repository.Commit();
        repository.Write("a.md", "two");
        repository.Delete("gone.md");
        repository.Commit();
        repository.Write("a.md", "three");
        repository.Write("new.md", "new");
        using var git = GitRepository.Discover(repository.Path);
        var source = repository.Source(git);
        var listing = source.List(first);
        listing.ShouldBeWhole();
        listing.Paths().ShouldBe(["a.md", "gone.md"]);
        listing.Entries.ShouldAllBe(entry => entry.Version == "git:" + entry.Blob);
        source.Read(listing.Entries[0]).Text().ShouldBe("one");
        source.Read(listing.Entries[0]).Item!.Version.ShouldBe(listing.Entries[0].Version);
        source.List(first, ["gone.md", "new.md"]).Paths().ShouldBe(["gone.md"]);
        source.List(first, ["gone.md"]).Complete.ShouldBeFalse();
    }

    [Fact]
    public void Of_head_are_what_a_bare_repository_has()
    {
        using var repository = TempRepository.Create();
        using var empty = repository.Clone("--bare");
        Should.Throw<SourceException>(() => empty.List()).Message.ShouldContain("no commit yet");
        repository.Write("docs/a.md", "a");
        repository.Commit();
        using var bare = repository.Clone("--bare");
        bare.List().ShouldBeWhole();
        bare.List().Kinds().ShouldBe(["docs/a.md git"]);
    }

    [Fact]
    public void Without_git_are_an_error()
    {
        using var folder = TempRepository.Folder();
        Should.Throw<GitException>(() => folder.List(at: new string('1', 40))).Message.ShouldContain("not in a git repository");
        using var repository = TempRepository.Create();
        repository.Commit();
        Should.Throw<GitException>(() => repository.List(at: new string('1', 40))).Message.ShouldContain("not in this repository");
    }

    [Fact]
    public void That_a_partial_clone_did_not_fetch_are_named_when_read()
    {
        using var repository = TempRepository.Create();
        repository.Git("config", "uploadpack.allowFilter", "true");
        repository.Write("a.md", "one");
        repository.Commit();
        using var partial = repository.Clone("--filter=blob:none", "--no-checkout");
        using var git = GitRepository.Discover(partial.Path);
        var source = partial.Source(git);
        var entry = source.List(partial.Head).Entries.Single();
        var problem = source.Read(entry).Problem!;
        problem.Code.ShouldBe(ProblemCodes.Unreadable);
        problem.Message.ShouldContain("partial clone");
    }

    [Fact]
    public void Whose_paths_could_lead_out_are_refused()
    {
        using var repository = TempRepository.Create();
        repository.Write("a.md", "a");
        repository.Git("add", "a.md");
        var blob = repository.Git("rev-parse", ":a.md");
        repository.Write("tree", $"100644 blob {blob}\ta.md\n");
        var inner = MakeTree(repository, $"100644 blob {blob}\ta.md");
        var evil = MakeTree(repository, $"040000 tree {inner}\t..", $"100644 blob {blob}\tgood.md");
        var commit = repository.Git("commit-tree", evil, "-m", "evil");
        var listing = repository.List(at: commit);
        listing.Paths().ShouldBe(["good.md"]);
        listing.Faults().ShouldBe([$"{ProblemCodes.OutsideRoot} ../a.md"]);
    }

    /// <summary>git's own commands refuse such names, so the object is written as it is stored.</summary>
    private static string MakeTree(TempRepository repository, params string[] entries)
    {
        using var bytes = new MemoryStream();
        foreach (var entry in entries)
        {
            var parts = entry.Split(' ', '\t');
            bytes.Write(System.Text.Encoding.UTF8.GetBytes($"{parts[0].TrimStart('0')} {parts[3]}\0"));
            bytes.Write(Convert.FromHexString(parts[2]));
        }

        repository.WriteBytes(".git/new-tree", bytes.ToArray());
        return repository.Git("hash-object", "-t", "tree", "-w", "--literally", ".git/new-tree");
    }
}
