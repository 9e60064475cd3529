using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Storage;
using EmbSync.Core.Storage.Sqlite;
using EmbSync.Tests;
using Microsoft.Data.Sqlite;
using static EmbSync.Core.Tests.Storage.Samples;

namespace EmbSync.Core.Tests.Storage;

/// <summary>What is told of a disk that is full, a commit that fails and a file that is taken away.</summary>
public sealed partial class SqliteFaultTests
{
    [Fact]
    [Fault(52, "disk full", On = [Touched.Sqlite])]
    public async Task A_full_disk_keeps_what_was_committed()
    {
        var generation = await FillAsync();
        var store = Open(Hasty with { MaxPages = 60 });
        await using var writer = await store.BeginWriteAsync(Project, CancellationToken.None);
        var large = Enumerable.Range(0, 500).Select(i => Item($"large {i}", new string((char)('a' + (i % 26)), 2_000))).ToList();

        var error = await Should.ThrowAsync<StoreException>(
            async () => await writer.CommitAsync(Batch(generation, items: large), CancellationToken.None));
        error.Message.ShouldContain(folder.Database);
        error.Message.ShouldContain("disk is full");
        (await store.ItemsAsync()).Count.ShouldBe(1);
        await writer.CommitAsync(Batch(generation, items: [Item("small", "one")]), CancellationToken.None);
        (await store.ItemsAsync()).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_commit_that_fails_is_told_as_that_and_not_by_the_rollback_after_it()
    {
        var generation = await FillAsync();
        await using var writer = Hooked(out var connection);
        FailCommits(connection, fails: true);

        var error = await Should.ThrowAsync<StoreException>(
            async () => await writer.CommitAsync(Batch(generation, items: [Item("b", "one")]), CancellationToken.None));

        error.InnerException.ShouldBeOfType<SqliteException>().SqliteErrorCode.ShouldBe(CommitRefused, error.Message);
        error.Message.ShouldNotContain("no transaction is active");
        FailCommits(connection, fails: false);
        (await Open().ItemsAsync()).Count.ShouldBe(1);
        await writer.CommitAsync(Batch(generation, items: [Item("b", "one")]), CancellationToken.None);
        (await Open().ItemsAsync()).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_build_whose_beginning_is_not_committed_leaves_no_lock()
    {
        await FillAsync();
        var other = Signature with { Model = "other" };
        await using (var writer = Hooked(out var connection))
        {
            FailCommits(connection, fails: true);
            await Should.ThrowAsync<StoreException>(async () => await writer.BeginBuildAsync("default", other, CancellationToken.None));
        }

        await using var next = await Open().BeginWriteAsync(Project, CancellationToken.None);
        await using var build = await next.BeginBuildAsync("default", Signature with { Model = "a third" }, CancellationToken.None);
        (await build.TryOwnAsync(TimeSpan.Zero, CancellationToken.None)).ShouldBe(BuildShare.Alone);
    }

    public static TheoryData<string> WaysToLoseAFile => ["deleted", "moved", "replaced", "its folder deleted"];

    [Theory]
    [MemberData(nameof(WaysToLoseAFile))]
    public async Task A_file_that_is_taken_away_under_a_writer_is_lost_with_all_that_was_in_it(string how)
    {
        var other = Path.Combine(folder.Root, "other.db");
        await (await Open(path: other).BeginWriteAsync(Project, CancellationToken.None)).DisposeAsync();
        var path = Path.Combine(folder.Root, "cache", "index.db");
        await using var writer = await Open(path: path).BeginWriteAsync(Project, CancellationToken.None);
        var generation = await writer.OpenGenerationAsync("default", Signature, CancellationToken.None);
        await writer.CommitAsync(Batch(generation.Id, [Vector("one", 1, 0, 0, 0)], [Item("a", "one")]), CancellationToken.None);
        TakeAway(path, how, other);
        var there = File.Exists(path) ? await File.ReadAllBytesAsync(path) : null;

        ShouldBeLost(await Should.ThrowAsync<StoreException>(
            async () => await writer.CommitAsync(Batch(generation.Id, items: [Item("b", "one")]), CancellationToken.None)));

        (File.Exists(path) ? await File.ReadAllBytesAsync(path) : null).ShouldBe(there, "nothing is written to what is there now");
    }

    [Theory]
    [InlineData("deleted")]
    [InlineData("moved")]
    [InlineData("its folder deleted")]
    public async Task A_file_that_is_taken_away_under_a_build_is_lost_and_not_made_again(string how)
    {
        var path = Path.Combine(folder.Root, "cache", "index.db");
        IGenerationBuild build;
        await using (var writer = await Open(path: path).BeginWriteAsync(Project, CancellationToken.None))
        {
            build = await writer.BeginBuildAsync("default", Signature, CancellationToken.None);
        }

        await using var owned = build;
        TakeAway(path, how, path);

        ShouldBeLost(await Should.ThrowAsync<StoreException>(
            async () => await build.CompleteAsync([Vector("one", 1, 0, 0, 0)], CancellationToken.None)));
        ShouldBeLost(await Should.ThrowAsync<StoreException>(
            async () => await build.ClaimAsync(1, TimeSpan.FromMinutes(1), CancellationToken.None)));

        File.Exists(path).ShouldBeFalse();
    }

    [Fact]
    public async Task Room_for_a_purchase_is_counted_before_it_and_free_pages_in_the_file_count()
    {
        await FillAsync();
        var pages = RoomPages();
        var store = Open(Hasty with { MaxPages = pages.All + 10 });
        var room = (10 + pages.Free) * pages.Size;

        await store.RequireRoomAsync(room, CancellationToken.None);
        var error = await Should.ThrowAsync<StoreException>(async () => await store.RequireRoomAsync(room + 1, CancellationToken.None));

        error.Message.ShouldContain(folder.Database);
        error.Message.ShouldContain("nothing was bought");
        await Open().RequireRoomAsync(room + 1, CancellationToken.None);
        (await Should.ThrowAsync<StoreException>(async () => await Open().RequireRoomAsync(long.MaxValue, CancellationToken.None)))
            .Message.ShouldContain("store.path");
    }

    /// <summary>
    /// SQLITE_CONSTRAINT, as SQLite answers where a hook refuses a commit. It rolls back by itself then, as on a full disk.
    /// </summary>
    private const int CommitRefused = 19;

    private static void FailCommits(SqliteConnection connection, bool fails) =>
        SQLitePCL.raw.sqlite3_commit_hook(connection.Handle, fails ? _ => 1 : null, null);

    /// <summary>A writer over a connection that the test has its hands on.</summary>
    private SqliteWriter Hooked(out SqliteConnection connection)
    {
        var file = new SqliteFile(folder.Database, Hasty);
        connection = file.OpenToWrite(mayMake: false);
        using var epoch = connection.CreateCommand();
        epoch.CommandText = SqliteSql.Epoch;
        return new("the store", file, connection, SqliteLock.Take(file), (long)epoch.ExecuteScalar()!,
            Config(StoreBackend.Sqlite, folder.Database), new SetClock(Noon));
    }

    private static void TakeAway(string path, string how, string other)
    {
        switch (how)
        {
            case "deleted":
                File.Delete(path);
                break;
            case "moved":
                File.Move(path, path + ".old");
                break;
            case "replaced":
                File.Move(other, path, overwrite: true);
                break;
            default:
                Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
                break;
        }
    }

    private static void ShouldBeLost(StoreException error)
    {
        error.IsLost.ShouldBeTrue(error.Message);
        error.Message.ShouldContain("was deleted, moved or replaced");
        error.Message.ShouldNotContain("kept");
    }

    [Fact]
    public async Task A_commit_that_was_cut_off_is_undone_by_the_next_reader()
    {
        await FillAsync();
        var crashed = Path.Combine(folder.Root, "crashed.db");
        using (var connection = Connect())
        using (var transaction = connection.BeginTransaction())
        using (var command = connection.CreateCommand())
        {
            // A small cache makes SQLite write pages before the commit, as a large batch does; the copy is what a kill would leave.
            command.CommandText = """
                PRAGMA cache_size = 2;
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
                INSERT INTO source SELECT 'source ' || i, 'c0ffee', hex(randomblob(100)) FROM n;
                UPDATE item SET title = 'half written';
                """;
            command.ExecuteNonQuery();
            File.Copy(folder.Database, crashed);
            File.Copy(folder.Database + "-journal", crashed + "-journal");
        }

        var store = Open(path: crashed);
        (await store.ItemsAsync()).Single().Title.ShouldBe("Title of item 00000");
        (await store.ReadHeadAsync(CancellationToken.None)).Sources.ShouldBeEmpty();
        File.Exists(crashed + "-journal").ShouldBeFalse();
    }
}
