using EmbSync.Core.Git;
using EmbSync.Core.Model;
using EmbSync.Core.Sources;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Sources;

public class ReadingOneFile
{
    [Fact]
    [Fault(11, "changed after it was listed", On = [Touched.NoStore])]
    public void Records_the_version_of_the_bytes_that_were_read()
    {
        using var repository = TempRepository.Create();
        repository.Write("a.md", "one");
        repository.Commit();
        using var git = GitRepository.Discover(repository.Path);
        var source = repository.Source(git);
        var clean = source.List().Entries.Single();
        source.Read(clean).Item!.Version.ShouldBe(clean.Version);

        repository.Write("a.md", "changed since it was listed");
        var read = source.Read(clean);
        read.Text().ShouldBe("changed since it was listed");
        read.Item!.Version.ShouldBe("file:" + ContentHash.Of("changed since it was listed"));
        source.List().VersionOf("a.md").ShouldBe(read.Item.Version);

        var dirty = source.List().Entries.Single();
        repository.Write("a.md", "and again");
        source.Read(dirty).Item!.Version.ShouldBe("file:" + ContentHash.Of("and again"));
    }

    [Fact]
    public void Names_what_is_gone_or_no_file()
    {
        using var repository = TempRepository.Create();
        repository.Write("a.md", "one");
        using var git = GitRepository.Discover(repository.Path);
        var source = repository.Source(git);
        var entry = source.List().Entries.Single();
        repository.Delete("a.md");
        source.Read(entry).Problem!.Code.ShouldBe(ProblemCodes.Unreadable);
        Directory.CreateDirectory(repository.Full("a.md"));
        source.Read(entry).Problem!.Message.ShouldContain("no file");
    }

    [Fact]
    public void Sets_large_ones_aside_before_reading()
    {
        using var repository = TempRepository.Create();
        repository.Write("fits.md", new string('x', 1000));
        repository.Write("large.md", new string('x', 1001));
        var commit = repository.Commit();
        using var git = GitRepository.Discover(repository.Path);
        var source = repository.Source(git);
        foreach (var at in new[] { null, commit })
        {
            var listing = source.List(at);
            source.Read(listing.Entries[0]).Text().Length.ShouldBe(1000);
            var problem = source.Read(listing.Entries[1]).Problem!;
            problem.Code.ShouldBe(ProblemCodes.TooLarge);
            problem.Message.ShouldContain("1001 bytes");
            (problem.Source, problem.Id, problem.Path).ShouldBe(("docs", "large.md", "large.md"));
        }

        repository.Write("large.md", new string('y', 5000));   // dirty: named by the listing, which would have to read it
        source.List().Faults().ShouldBe([$"{ProblemCodes.TooLarge} large.md"]);
    }

    [Fact]
    public void Makes_an_item_of_what_the_parser_found()
    {
        using var repository = TempRepository.Create();
        repository.Write("tasks/a.md", "---\nid: T-1\n---\nbody");
        using var git = GitRepository.Discover(repository.Path);
        ISource source = repository.Source(git);
        (source.Name, source.Type).ShouldBe(("docs", "markdown"));
        var item = repository.Source(git).Read(new("tasks/a.md", "git:" + new string('0', 40))).Item!;
        item.Key.ShouldBe(new ItemKey("docs", "T-1"));
        item.Path.ShouldBe("tasks/a.md");
        item.Pipeline.ShouldBe(source.Pipeline);
    }

    [Fact]
    public void Reads_a_pointer_of_large_file_storage_as_it_is()
    {
        using var repository = TempRepository.Create();
        const string pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";
        repository.Write(".gitattributes", "*.md filter=lfs diff=lfs merge=lfs -text\n");
        repository.Write("a.md", pointer);
        var commit = repository.Commit();
        using var git = GitRepository.Discover(repository.Path);
        var source = repository.Source(git);
        System.Text.Encoding.UTF8.GetString(git.Require().ReadBlob(source.List(commit).Entries.Single().Blob!)).ShouldBe(pointer);
        source.List().Kinds().ShouldBe(["a.md git"]);   // whether it is one is for whoever reads the text
    }

    [Fact]
    public void Stops_when_asked_to()
    {
        using var repository = TempRepository.Create();
        repository.Write("a.md", "one");
        using var git = GitRepository.Discover(repository.Path);
        var source = repository.Source(git);
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Should.Throw<OperationCanceledException>(() => source.ListAsync(ListRequest.Everything, stop.Token));
        Should.Throw<OperationCanceledException>(() => source.ReadAsync(new("a.md", "file:"), stop.Token));
    }
}
