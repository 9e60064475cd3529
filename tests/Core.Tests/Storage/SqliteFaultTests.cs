using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Storage;
using EmbSync.Core.Storage.Sqlite;
using EmbSync.Tests;
using Microsoft.Data.Sqlite;
using static EmbSync.Core.Tests.Storage.Samples;

namespace EmbSync.Core.Tests.Storage;

/// <summary>A file that is damaged, locked, read-only, full, foreign or a link: never replaced, always named, with the next step.</summary>
public sealed class SqliteFaultTests : IDisposable
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
    public async Task Another_programs_database_is_refused()
    {
        using (var connection = Connect(SqliteOpenMode.ReadWriteCreate))
        using (var command = connection.CreateCommand())
        {
            command.CommandText = "CREATE TABLE bookmarks (url TEXT)";
            command.ExecuteNonQuery();
        }

        var before = await File.ReadAllBytesAsync(folder.Database);
        (await Should.ThrowAsync<StoreRefusedException>(async () => await Open().BeginWriteAsync(Project, CancellationToken.None)))
            .Message.ShouldContain("another program's");
        await Should.ThrowAsync<StoreRefusedException>(async () => await Open().ReadHeadAsync(CancellationToken.None));
        (await File.ReadAllBytesAsync(folder.Database)).ShouldBe(before);
    }

    [Fact]
    public async Task A_missing_table_is_named()
    {
        var generation = await FillAsync();
        RunBeside($"DROP VIEW embeddings; DROP TABLE vec_{generation}");
        (await Should.ThrowAsync<StoreException>(
            async () => await Open().ReadExistingAsync(generation, [ContentHash.Of("one")], CancellationToken.None)))
            .Message.ShouldContain("embsync sync");
    }

    [Fact]
    public async Task A_store_of_the_first_version_is_read_as_it_is_and_migrated_by_the_first_writer()
    {
        await (await Open(steps: [SqliteSchema.Steps[0]]).BeginWriteAsync(Project, CancellationToken.None)).DisposeAsync();
        RunBeside("INSERT INTO generation (space, provider, model, dimension, role_rules, fingerprint, vectors, state, created_at) "
            + "VALUES ('default', 'lexical', 'old', 4, '', 'f', 'halfvec', 'retired', '2025-01-01T00:00:00.0000000+00:00')");
        var before = await Open().ReadHeadAsync(CancellationToken.None);
        (before.SchemaVersion, before.Generations.Single().RetiredAt).ShouldBe((1, null));

        await (await Open().BeginWriteAsync(Project, CancellationToken.None)).DisposeAsync();
        var after = await Open().ReadHeadAsync(CancellationToken.None);
        after.SchemaVersion.ShouldBe(SqliteSchema.Steps.Count);
        after.Generations.Single().RetiredAt.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_new_file_has_pages_that_several_vectors_fit_into_and_an_old_one_keeps_its_own()
    {
        using (var connection = Connect(SqliteOpenMode.ReadWriteCreate))
        using (var command = connection.CreateCommand())
        {
            command.CommandText = "PRAGMA page_size = 4096; CREATE TABLE gone (i INTEGER); DROP TABLE gone";
            command.ExecuteNonQuery();
        }

        var generation = await FillAsync();
        (Asked("PRAGMA page_size"), Asked($"SELECT length(embedding) FROM vec_{generation}")).ShouldBe((4_096, 8));
        (await Open().ItemsAsync()).Count.ShouldBe(1);

        File.Delete(folder.Database);
        generation = await FillAsync();
        (Asked("PRAGMA page_size"), Asked($"SELECT length(embedding) FROM vec_{generation}")).ShouldBe(
            (16_384, 8), "two bytes for each of four numbers");

        long Asked(string sql)
        {
            using var connection = Connect(SqliteOpenMode.ReadOnly);
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            return (long)command.ExecuteScalar()!;
        }
    }

    [Fact]
    public async Task An_older_schema_is_migrated_and_a_newer_one_refused()
    {
        await FillAsync();
        string[] next = [.. SqliteSchema.Steps, "ALTER TABLE item ADD COLUMN color TEXT"];
        var newer = Open(steps: next);
        (await newer.ReadHeadAsync(CancellationToken.None)).SchemaVersion.ShouldBe(SqliteSchema.Steps.Count);
        await (await newer.BeginWriteAsync(Project, CancellationToken.None)).DisposeAsync();
        (await newer.ReadHeadAsync(CancellationToken.None)).SchemaVersion.ShouldBe(SqliteSchema.Steps.Count + 1);
        (await newer.ItemsAsync()).Count.ShouldBe(1);

        (await Should.ThrowAsync<StoreRefusedException>(async () => await Open().BeginWriteAsync(Project, CancellationToken.None)))
            .Message.ShouldContain("Upgrade embsync");
        (await Should.ThrowAsync<StoreRefusedException>(async () => await Open().ReadHeadAsync(CancellationToken.None)))
            .Message.ShouldContain("Upgrade embsync");
    }

    [Fact]
    public async Task A_failed_migration_leaves_the_schema_as_it_was()
    {
        await FillAsync();
        var broken = Open(steps: [.. SqliteSchema.Steps, "ALTER TABLE item ADD COLUMN color TEXT; INSERT INTO nowhere VALUES (1)"]);
        await Should.ThrowAsync<StoreException>(async () => await broken.BeginWriteAsync(Project, CancellationToken.None));
        (await broken.ReadHeadAsync(CancellationToken.None)).SchemaVersion.ShouldBe(SqliteSchema.Steps.Count);
        await (await Open().BeginWriteAsync(Project, CancellationToken.None)).DisposeAsync();
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

    [Fact]
    public async Task The_view_shows_the_active_generation()
    {
        var generation = await FillAsync();
        await using var writer = await Open().BeginWriteAsync(Project, CancellationToken.None);
        Shown().ShouldBe(0);
        await writer.ActivateAsync(generation, CancellationToken.None);
        Shown().ShouldBe(1);
        var second = await writer.OpenGenerationAsync("default", Signature with { Dimension = 8 }, CancellationToken.None);
        Shown().ShouldBe(1);
        await writer.ActivateAsync(second.Id, CancellationToken.None);
        Shown().ShouldBe(0);

        long Shown()
        {
            using var connection = Connect(SqliteOpenMode.ReadOnly);
            using var command = connection.CreateCommand();
            command.CommandText = """
                SELECT count(*) FROM (SELECT source, task_id, chunk, space, model, dimension, content_hash, updated_at, title, path, metadata, embedding FROM embeddings)
                """;
            return (long)command.ExecuteScalar()!;
        }
    }

    [Fact]
    public async Task More_items_than_a_page_are_read_in_order()
    {
        await FillAsync(items: 20_001);
        var items = await Open().ItemsAsync();
        items.Select(item => item.Id).ShouldBe(Enumerable.Range(0, 20_001).Select(i => $"item {i:D5}"));
    }
}
