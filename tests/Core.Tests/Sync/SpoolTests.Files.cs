using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Model;
using EmbSync.Core.Storage;
using EmbSync.Core.Storage.Spool;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Sync;

/// <summary>Its files: cut off, unreadable, in use, in the way, linked, or not to be written.</summary>
public sealed partial class SpoolTests
{
    [Fact]
    public async Task A_file_that_is_cut_off_gives_what_is_whole_and_says_so()
    {
        using var world = World(batch: 4);
        await BreakAsync(world);
        await world.SyncAsync();
        await MendAsync();
        var file = Directory.GetFiles(Folder).Single();
        using (var stream = File.OpenWrite(file))
        {
            stream.SetLength(stream.Length - 1);
        }

        var next = await world.SyncAsync();

        next.ExitCode.ShouldBe(ExitCode.Done);
        next.Report.Notes.ShouldContain(note => note.Contains("cut off"));
        _server.BoughtTwice.Count.ShouldBe(1);
        (await world.ContentsAsync()).ShouldBe(await CleanContentsAsync(world));
    }

    [Fact]
    public async Task A_file_that_can_not_be_read_is_named_and_kept_and_holds_nothing_up()
    {
        using var world = World();
        await BreakAsync(world);
        await world.SyncAsync();
        await MendAsync();
        var file = Directory.GetFiles(Folder).Single();
        File.WriteAllText(file, "not what it was");

        var next = await world.SyncAsync();

        next.ExitCode.ShouldBe(ExitCode.Done);
        next.Report.Notes.ShouldContain(note => note.Contains(file));
        File.ReadAllText(file).ShouldBe("not what it was");
        (await world.ContentsAsync()).ShouldBe(await CleanContentsAsync(world));
    }

    [Fact]
    public async Task A_file_that_a_run_still_writes_is_left_to_it()
    {
        using var world = World();
        await BreakAsync(world);
        await world.SyncAsync();
        await MendAsync();
        var file = Directory.GetFiles(Folder).Single();
        using (File.Open(file, FileMode.Open, FileAccess.ReadWrite, FileShare.Read))
        {
            (await world.SyncAsync()).ExitCode.ShouldBe(ExitCode.Done);
        }

        File.Exists(file).ShouldBeTrue();
        (await world.ContentsAsync()).ShouldBe(await CleanContentsAsync(world));
        (await world.SyncAsync()).ExitCode.ShouldBe(ExitCode.Done);
        File.Exists(file).ShouldBeFalse();
    }

    [Theory]
    [InlineData("a folder in place of the file")]
    [InlineData("its folder taken away")]
    [InlineData("a file in place of its folder")]
    public async Task What_is_in_the_database_is_done_though_its_file_cannot_be_removed(string how)
    {
        using var world = World();
        await using var workspace = world.Open();
        var store = BrokenAfterCommit(workspace.Store, how);

        var result = await new SyncEngine(workspace.With(store), TimeProvider.System).RunAsync(
            new(), new(null, null), new Progress<SyncProgress>(), default);

        store.Points.ShouldContain("after Commit");
        (result.ExitCode, result.Report.Status, result.Report.Items.New).ShouldBe(
            (ExitCode.Done, "done", Tasks), result.Stopped?.ToString());
        (await world.ContentsAsync()).ShouldBe(await CleanContentsAsync(world));
    }

    [Theory]
    [InlineData("a folder in place of the file")]
    [InlineData("its folder taken away")]
    public async Task What_was_played_back_is_done_though_its_file_cannot_be_removed(string how)
    {
        using var world = World();
        await BreakAsync(world);
        await world.SyncAsync();
        await MendAsync();
        var file = Directory.GetFiles(Folder).Single();
        await using var workspace = world.Open();
        var store = BrokenAfterCommit(workspace.Store, how);

        var result = await new SyncEngine(workspace.With(store), TimeProvider.System)
            .RunAsync(new() { MaxBatches = how.StartsWith("its", StringComparison.Ordinal) ? 0 : null }, new(null, null),
                new Progress<SyncProgress>(), default);

        store.Points.ShouldContain("after Commit");
        result.ExitCode.ShouldBeOneOf([ExitCode.Done, ExitCode.Partial], result.Stopped?.ToString());
        result.Report.Notes.ShouldContain(note => note.Contains("had paid for", StringComparison.Ordinal));
        result.Report.Notes.Any(
            note => note.StartsWith(file, StringComparison.Ordinal) && note.Contains("can't be removed", StringComparison.Ordinal))
            .ShouldBe(how == "a folder in place of the file");
        _server.BoughtTwice.ShouldBeEmpty();
    }

    /// <summary>A store whose first commit is followed by what breaks the spool.</summary>
    private DyingStore BrokenAfterCommit(IStore store, string how)
    {
        var isBroken = false;
        return new(store, int.MaxValue)
        {
            Passing = point =>
            {
                if (point == "after Commit" && !isBroken)
                {
                    isBroken = true;
                    Break(how);
                }

                return Task.CompletedTask;
            },
        };
    }

    private void Break(string how)
    {
        var file = Directory.GetFiles(Folder).First();
        if (how == "a folder in place of the file")
        {
            File.Delete(file);
            Directory.CreateDirectory(file);
            return;
        }

        Directory.Delete(Folder, recursive: true);
        if (how == "a file in place of its folder")
        {
            File.WriteAllText(Folder, "");
        }
    }

    [Fact]
    [Fault(59, "a spool that can't be written", On = [Touched.Postgres])]
    public async Task A_folder_that_can_not_be_written_stops_before_anything_is_bought()
    {
        _repository.Write(".embsync", "a file where the folder should be");
        using var world = World();

        var result = await world.SyncAsync();

        result.ExitCode.ShouldBe(ExitCode.Failed);
        result.Stopped!.Message.ShouldContain("store.spool");
        _server.Requests.ShouldBe(0);
        world.Configure = config => config with { Store = config.Store with { Spool = "elsewhere" } };
        (await world.SyncAsync()).ExitCode.ShouldBe(ExitCode.Done);
    }

    [Theory]
    [InlineData(".embsync")]
    [InlineData(".embsync/spool")]
    [Fault(67, "a link in place of the spool", On = [Touched.Postgres])]
    public async Task A_link_is_not_followed(string link)
    {
        var outside = Directory.CreateTempSubdirectory("embsync-outside-").FullName;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_repository.Full(link))!);
            File.CreateSymbolicLink(_repository.Full(link), outside);
            using var world = World();

            await Should.ThrowAsync<StoreRefusedException>(async () => await world.SyncAsync());

            Directory.GetFileSystemEntries(outside).ShouldBeEmpty();
            _server.Requests.ShouldBe(0);
        }
        finally
        {
            Directory.Delete(outside, recursive: true);
        }
    }

    [Fact]
    public void A_long_run_removes_what_is_committed_as_it_goes()
    {
        var folder = new SpoolFolder(Folder, "postgres somewhere", TimeProvider.System);
        var vector = Enumerable.Repeat(0.01f, 3072).ToArray();
        using (var spool = folder.Begin(new("openai", "m", 3072, "")))
        {
            for (var i = 0; i < 80; i++)
            {
                VectorRow[] rows = [.. Enumerable.Range(0, 100).Select(j => new VectorRow(ContentHash.Of($"{i} {j}"), vector, 1))];
                spool.Append(rows);
                spool.Committed(rows.Select(row => row.Hash));
            }

            Directory.GetFiles(Folder).Length.ShouldBe(1);
        }

        Directory.GetFiles(Folder).ShouldBeEmpty();
    }
}
