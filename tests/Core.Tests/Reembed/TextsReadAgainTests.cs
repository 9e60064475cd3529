using System.Collections.Concurrent;
using System.Diagnostics;
using EmbSync.Core.Jobs.Reembed;
using EmbSync.Core.Model;
using EmbSync.Core.Providers;
using EmbSync.Core.Tests.Sources.Rows;
using EmbSync.Core.Tests.Sync;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Reembed;

/// <summary>Texts that the store doesn't keep are read again from where they came, with few questions and no more than is needed.</summary>
public sealed class TextsReadAgainTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const int Rows = 40;
    private const int Batch = 8;

    [Fact]
    public async Task Rows_are_asked_for_by_their_ids_a_batch_at_a_time()
    {
        var url = await postgres.NewVectorDatabaseAsync();
        await using var world = await RowWorld.StartAsync(
            url, folder => SyncWorld.StoreAt(Path.Combine(folder, ".git", "embsync-test.db")) with { KeepText = false });
        await world.RunAsync($"CREATE TABLE read_again (id int PRIMARY KEY, body text); INSERT INTO read_again SELECT g, 'Row ' || g FROM generate_series(1, {Rows}) g");
        world.Configure("- { name: docs, type: table, table: read_again, text: [body] }");
        await world.SyncedAsync();
        await world.RunAsync("INSERT INTO read_again SELECT g, 'Row ' || g FROM generate_series(1001, 3000) g");   // of which the store knows nothing

        var (result, statements) = await ReembeddedAsync(world.Sync, "read_again");

        (result.ExitCode, result.Report.Chunks.Embedded, result.Report.Switched).ShouldBe(
            (ExitCode.Done, Rows, true), result.Stopped?.Message);
        var reads = statements.Where(statement => statement.Contains("body", StringComparison.Ordinal)).ToList();
        reads.Count.ShouldBeInRange(1, (Rows / Batch) + 1, string.Join('\n', reads));
        reads.ShouldAllBe(statement => statement.Contains("ANY", StringComparison.OrdinalIgnoreCase) || statement.Contains(
            "unnest", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Files_are_listed_once()
    {
        await using var world = await ReembedWorld.OpenAsync(
            folder => SyncWorld.StoreAt(Path.Combine(folder, ".git", "embsync-test.db")) with { KeepText = false });
        DyingStore? counting = null;

        var result = await world.RunAsync(through: store => counting = new(store, int.MaxValue));

        (result.ExitCode, result.Report.Chunks.Embedded, result.Report.Switched).ShouldBe(
            (ExitCode.Done, 9, true), result.Stopped?.Message);
        counting!.ItemReads.ShouldBe(1);
    }

    /// <summary>With what was asked of that table meanwhile.</summary>
    private static async Task<(ReembedResult Result, IReadOnlyCollection<string> Statements)> ReembeddedAsync(SyncWorld world, string table)
    {
        var configured = ProviderFactory.SignatureOf(world.Config().Embeddings);
        var before = world.Configure;
        world.Configure = config =>
        {
            var made = before(config);
            return made with { Embeddings = made.Embeddings with { Dimension = 12 } };
        };
        var statements = new ConcurrentQueue<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                var text = string.Join(' ', activity.TagObjects.Select(tag => tag.Value as string));
                if (text.Contains(table, StringComparison.Ordinal))
                {
                    statements.Enqueue(text);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        await using var workspace = world.Open();
        return (await new StoreReembed(workspace, configured, TimeProvider.System)
            .RunAsync(new(), new(null, null), new Progress<ReembedProgress>(), default), statements);
    }
}
