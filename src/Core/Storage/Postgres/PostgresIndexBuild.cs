#pragma warning disable RS0030 // the Postgres store
using EmbSync.Core.Configuration;
using EmbSync.Core.Postgres;
using EmbSync.Core.Storage.Sqlite;
using Npgsql;

namespace EmbSync.Core.Storage.Postgres;

/// <summary>
/// Builds the index of a generation on a connection of its own, with no lock that a writer needs, and tells how far it is.
/// </summary>
internal sealed class PostgresIndexBuild(PostgresDatabase database, VectorExtension extension, IndexConfig config, TimeProvider clock)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Whoever ends a run waits no longer than this for readers of the table.</summary>
    private static readonly TimeSpan DropPatience = TimeSpan.FromSeconds(2);

    private readonly PostgresIndex index = new(database.Sql, extension, config);

    /// <summary>
    /// Beside whoever searches and writes. Answers whether one was built: not where there is one, or another process is at it.
    /// </summary>
    public async Task<bool> TryRunAsync(StoredGeneration generation, IProgress<IndexProgress> progress, CancellationToken cancellationToken)
    {
        await using (var connection = await database.OpenAsync(cancellationToken))
        {
            if (!await index.IsMissingAsync(connection, generation, cancellationToken))
            {
                return false;
            }
        }

        await using var alone = await PostgresLock.TryTakeIndexAsync(database, generation.Value.Id, cancellationToken);
        return alone is not null && await RunAsync(generation, concurrently: true, progress, cancellationToken);
    }

    /// <summary>Answers whether one was built.</summary>
    public async Task<bool> RunAsync(
        StoredGeneration generation, bool concurrently, IProgress<IndexProgress> progress, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenSingleAsync(cancellationToken);
        await AwaitOtherAsync(connection, generation, progress, cancellationToken);
        if ((await index.FindAsync(connection, generation, database.Place, cancellationToken)).Count > 0 || !await index.IsNeededAsync(
            connection, generation, cancellationToken))
        {
            return false;
        }

        var (settings, statement) = await index.StatementAsync(connection, generation, concurrently, cancellationToken);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watch = WatchAsync(generation, progress, done.Token);
        try
        {
            // A build that is concurrent can't be within a transaction, and settings of the session wouldn't reach it behind a pooler.
            await using var transaction = concurrently ? null : await connection.BeginTransactionAsync(cancellationToken);
            foreach (var setting in settings)
            {
                await connection.RunAsync($"SET {(concurrently ? "" : "LOCAL ")}{setting}", cancellationToken);
            }

            await using var build = connection.Command(statement);
            build.CommandTimeout = 0; // a million rows take minutes
            await build.ExecuteNonQueryAsync(cancellationToken);
            await (transaction?.CommitAsync(CancellationToken.None) ?? Task.CompletedTask);
        }
        catch when (concurrently)
        {
            await DropUnfinishedAsync(generation, progress);
            throw;
        }
        finally
        {
            await done.CancelAsync();
            await watch;
        }

        await connection.RunAsync(index.Analyze(generation), cancellationToken);
        return true;
    }

    /// <summary>A client that was killed leaves its server process building.</summary>
    private async Task AwaitOtherAsync(
        NpgsqlConnection connection, StoredGeneration generation, IProgress<IndexProgress> progress, CancellationToken cancellationToken)
    {
        while (await SeenAsync(connection, generation, cancellationToken) is { } seen)
        {
            progress.Report(seen);
            await Task.Delay(Pause, clock, cancellationToken);
        }
    }

    /// <summary>What a concurrent build leaves when it is cut off: searches don't use it, and writes would pay for it.</summary>
    private async Task DropUnfinishedAsync(StoredGeneration generation, IProgress<IndexProgress> progress)
    {
        try
        {
            await using var connection = await database.OpenSingleAsync(CancellationToken.None);
            await connection.RunAsync(
                FormattableString.Invariant($"SET lock_timeout = '{DropPatience.TotalSeconds}s'"), CancellationToken.None);
            if (await connection.ScalarAsync<bool>(
                "SELECT NOT indisvalid FROM pg_index WHERE indexrelid = to_regclass(@index)", CancellationToken.None,
                ("index", index.Name(generation))))
            {
                await connection.RunAsync($"DROP INDEX IF EXISTS {index.Name(generation)}", CancellationToken.None);
            }
        }
        catch (Exception e) when (PostgresErrors.Is(e))
        {
            progress.Report(new($"{index.Name(generation)} may be left INVALID, 'embsync repair' drops it: {e.Message}", null));
        }
    }

    private async Task WatchAsync(StoredGeneration generation, IProgress<IndexProgress> progress, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await database.OpenAsync(cancellationToken);
            while (true)
            {
                await Task.Delay(Pause, clock, cancellationToken);
                if (await SeenAsync(connection, generation, cancellationToken) is { } seen)
                {
                    progress.Report(seen);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The build is done, one way or the other.
        }
        catch (Exception e) when (PostgresErrors.Is(e))
        {
            progress.Report(new("building index, its progress can't be read: " + e.Message, null));
        }
    }

    private async Task<IndexProgress?> SeenAsync(NpgsqlConnection connection, StoredGeneration generation,
        CancellationToken cancellationToken) =>
        (await connection.RowsAsync(
            "SELECT phase, tuples_done, tuples_total, blocks_done, blocks_total FROM pg_stat_progress_create_index WHERE relid = to_regclass(@table)",
            row => new IndexProgress(row.GetString(0), Share(row.GetInt64(1), row.GetInt64(2)) ?? Share(row.GetInt64(3), row.GetInt64(4))),
            cancellationToken, ("table", index.Table(generation)))).FirstOrDefault();

    private static double? Share(long done, long total) => total > 0 ? Math.Min(1, (double)done / total) : null;
}
