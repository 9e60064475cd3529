using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Storage.Sqlite;
using EmbSync.Tests;
using Microsoft.Data.Sqlite;
using static EmbSync.Core.Tests.Storage.Samples;

namespace EmbSync.Core.Tests.Storage;

/// <summary>A file that is damaged, locked, read-only, full, foreign or a link: never replaced, always named, with the next step.</summary>
public sealed partial class SqliteFaultTests : IDisposable
{
    private static readonly SqliteLimits Hasty = new(TimeSpan.FromSeconds(1), null);

    private readonly StoreFolder folder = new();

    public void Dispose() => folder.Dispose();

    private SqliteStore Open(SqliteLimits? limits = null, IReadOnlyList<string>? steps = null, string? path = null) => new(
        Config(StoreBackend.Sqlite, path ?? folder.Database), new SetClock(Noon), limits ?? Hasty, steps ?? SqliteSchema.Steps);

    private async Task<int> FillAsync(int items = 1)
    {
        await using var writer = await Open().BeginWriteAsync(Project, CancellationToken.None);
        var generation = await writer.OpenGenerationAsync("default", Signature, CancellationToken.None);
        await writer.CommitAsync(
            Batch(generation.Id, [Vector("one", 1, 0, 0, 0)], [.. Enumerable.Range(0, items).Select(i => Item($"item {i:D5}", "one"))]),
            CancellationToken.None);
        return generation.Id;
    }

    private SqliteConnection Connect(SqliteOpenMode mode = SqliteOpenMode.ReadWrite)
    {
        var connection = new SqliteConnection($"Data Source={folder.Database};Mode={mode};Pooling=False");
        connection.Open();
        return connection;
    }

    private void RunBeside(string sql)
    {
        using var connection = Connect();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    [Fact]
    public async Task Reading_creates_nothing()
    {
        var path = Path.Combine(folder.Root, "deep", "index.db");
        var store = Open(path: path);
        (await store.ReadHeadAsync(CancellationToken.None)).Exists.ShouldBeFalse();
        (await store.ItemsAsync()).ShouldBeEmpty();
        (await store.SearchAsync(Query(1, 1, 0, 0, 0), CancellationToken.None)).ShouldBeEmpty();
        Directory.EnumerateFileSystemEntries(folder.Root).ShouldBeEmpty();
    }

    [Fact]
    public async Task Files_are_for_their_owner_alone()
    {
        await FillAsync();
        foreach (var file in new[] { folder.Database, folder.Database + ".lock" })
        {
            new FileInfo(file).UnixFileMode.ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(".lock")]
    public async Task A_symbolic_link_is_not_followed(string suffix)
    {
        var target = Path.Combine(folder.Root, "target");
        await File.WriteAllTextAsync(target, "");
        File.CreateSymbolicLink(folder.Database + suffix, target);

        (await Should.ThrowAsync<StoreRefusedException>(async () => await Open().BeginWriteAsync(Project, CancellationToken.None)))
            .Message.ShouldContain("symbolic link");
        await Should.ThrowAsync<StoreRefusedException>(async () => await Open().ReadHeadAsync(CancellationToken.None));
        new FileInfo(target).Length.ShouldBe(0);
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_left_as_it_is()
    {
        var text = string.Concat(Enumerable.Repeat("not a database, somebody's notes\n", 300));
        await File.WriteAllTextAsync(folder.Database, text);
        var error = await Should.ThrowAsync<StoreException>(async () => await Open().ReadHeadAsync(CancellationToken.None));
        error.Message.ShouldContain(folder.Database);
        error.Message.ShouldContain("not a SQLite database");
        await Should.ThrowAsync<StoreException>(async () => await Open().BeginWriteAsync(Project, CancellationToken.None));
        (await File.ReadAllTextAsync(folder.Database)).ShouldBe(text);
    }

    [Fact]
    public async Task A_damaged_file_is_named_and_left_as_it_is()
    {
        await FillAsync(items: 5_000);
        var bytes = await File.ReadAllBytesAsync(folder.Database);
        bytes.AsSpan(bytes.Length / 2).Fill(0xAB);
        await File.WriteAllBytesAsync(folder.Database, bytes);

        var error = await Should.ThrowAsync<StoreException>(async () => await Open().ItemsAsync());
        error.Message.ShouldContain(folder.Database);
        error.Message.ShouldContain("damaged");
        error.Message.ShouldContain("backup");
        (await File.ReadAllBytesAsync(folder.Database)).ShouldBe(bytes);
    }

    [Fact]
    public async Task A_folder_at_its_place_is_named()
    {
        Directory.CreateDirectory(folder.Database);
        (await Should.ThrowAsync<StoreException>(async () => await Open().ReadHeadAsync(CancellationToken.None))).Message.ShouldContain(
            "is a folder");
        (await Should.ThrowAsync<StoreException>(async () => await Open().BeginWriteAsync(Project, CancellationToken.None)))
            .Message.ShouldContain("is a folder");
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_named()
    {
        await File.WriteAllTextAsync(Path.Combine(folder.Root, "file"), "");
        var path = Path.Combine(folder.Root, "file", "index.db");
        (await Should.ThrowAsync<StoreException>(async () => await Open(path: path).BeginWriteAsync(Project, CancellationToken.None)))
            .Message.ShouldContain("store.path");
    }

    [Fact]
    public async Task A_file_that_another_process_locks_is_named()
    {
        await FillAsync();
        await using var writer = await Open().BeginWriteAsync(Project, CancellationToken.None);
        using var browser = Connect();
        using var transaction = browser.BeginTransaction();
        using var command = browser.CreateCommand();
        command.CommandText = "PRAGMA locking_mode = EXCLUSIVE; DELETE FROM run; SELECT 1";
        command.ExecuteNonQuery();
        transaction.Commit(); // with this mode the exclusive lock stays

        (await Should.ThrowAsync<StoreException>(async () => await Open().ReadHeadAsync(CancellationToken.None))).Message.ShouldContain(
            "locked by another process");
        (await Should.ThrowAsync<StoreException>(
            async () => await writer.CommitAsync(Batch(0, items: [Item("b", "x")]), CancellationToken.None)))
            .Message.ShouldContain("locked by another process");
    }

    [Fact]
    public async Task A_read_only_file_is_named()
    {
        await FillAsync();
        using var connection = Connect(SqliteOpenMode.ReadOnly);
        using var command = connection.CreateCommand();
        command.CommandText = "DELETE FROM item";
        var error = new SqliteErrors(folder.Database).Translate(Should.Throw<SqliteException>(() => command.ExecuteNonQuery()));
        error.Message.ShouldContain(folder.Database);
        error.Message.ShouldContain("read-only");
    }

    private (long Size, long All, long Free) RoomPages()
    {
        using var connection = Connect();
        return (Pragma("page_size"), Pragma("page_count"), Pragma("freelist_count"));

        long Pragma(string name)
        {
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA " + name;
            return (long)command.ExecuteScalar()!;
        }
    }

    [Fact]
    [Fault(55, "a second writer", On = [Touched.Sqlite])]
    public async Task The_holder_of_the_lock_is_named()
    {
        await using var writer = await Open().BeginWriteAsync(Project, CancellationToken.None);
        (await Should.ThrowAsync<LockedException>(async () => await Open().BeginWriteAsync(Project, CancellationToken.None)))
            .Message.ShouldContain($"process {Environment.ProcessId} on {Environment.MachineName} since 2026-11-20");
    }

    [Fact]
    [Fault(56, "a zombie writer", On = [Touched.Sqlite])]
    public async Task A_zombie_writes_nothing()
    {
        var generation = await FillAsync();
        await using var zombie = await Open().BeginWriteAsync(Project, CancellationToken.None);
        File.Delete(folder.Database + ".lock"); // as somebody does who takes it for a leftover
        await using (await Open().BeginWriteAsync(Project, CancellationToken.None))
        {
            await Refused(() => zombie.CommitAsync(Batch(generation, items: [Item("b", "x")]), CancellationToken.None));
        }

        await Refused(() => zombie.ActivateAsync(generation, CancellationToken.None));
        await Refused(() => zombie.RecordSourceAsync(new("docs", null, "p"), CancellationToken.None));
        await Refused(() => zombie.BeginRunAsync(Run, CancellationToken.None));
        await Refused(() => zombie.OpenGenerationAsync("default", Signature with { Dimension = 8 }, CancellationToken.None));
        (await Open().ItemsAsync()).Count.ShouldBe(1);

        static Task Refused(Func<Task> write) => Should.ThrowAsync<LockedException>(async () => await write());
    }

    [Fact]
    public async Task More_items_than_a_page_are_read_in_order()
    {
        await FillAsync(items: 20_001);
        var items = await Open().ItemsAsync();
        items.Select(item => item.Id).ShouldBe(Enumerable.Range(0, 20_001).Select(i => $"item {i:D5}"));
    }
}
