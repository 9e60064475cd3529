using EmbSync.Core.Model;
using EmbSync.Core.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using static EmbSync.Core.Tests.Storage.Samples;

namespace EmbSync.Core.Tests.Storage;

/// <summary>Whose database it is, and which schema it has.</summary>
public sealed partial class SqliteFaultTests
{
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
}
