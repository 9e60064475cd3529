#pragma warning disable RS0030 // the Postgres store
using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Postgres;
using EmbSync.Core.Storage.Sqlite;
using Npgsql;

namespace EmbSync.Core.Storage.Postgres;

internal sealed class PostgresBuild(
    PostgresDatabase database, PostgresLock shared, StoredGeneration generation, VectorExtension extension, StoreConfig config,
    TimeProvider clock) : IGenerationBuild
{
    /// <summary>Between two looks whether the others are done.</summary>
    private static readonly TimeSpan OwnPause = TimeSpan.FromMilliseconds(300);

    private readonly PostgresBuildSql work = new(database.Sql.Schema, generation.Value.Id);
    private readonly string worker = FormattableString.Invariant($"{Environment.MachineName} process {Environment.ProcessId}");
    private readonly Dictionary<ContentHash, long> tokens = [];
    private readonly Lock gate = new();
#pragma warning disable CA2213 // DisposeAsync does, by way of a local.
    private PostgresLock? held = shared;
#pragma warning restore CA2213

    public Generation Generation => generation.Value;

    private (string, object?) Id => ("generation", generation.Value.Id);

    public Task<int> EnqueueAsync(CancellationToken cancellationToken) => WriteAsync(async connection =>
    {
        await connection.RunAsync(work.Prune, cancellationToken, Id);
        await connection.RunAsync(work.Enqueue, cancellationToken, Id);
        return await connection.ScalarAsync<int>(work.Waiting, cancellationToken, Id);
    }, cancellationToken);

    public Task OfferAsync(IReadOnlyList<ClaimedChunk> chunks, bool isWhole, CancellationToken cancellationToken) =>
        WriteAsync(async connection =>
    {
        await connection.RunAsync(
            work.Offer, cancellationToken, Id, ("hashes", PostgresCommit.Bytes(chunks.Select(chunk => chunk.Hash))),
            ("texts", chunks.Select(chunk => chunk.Text).ToArray()),
            ("sources", chunks.Select(chunk => chunk.Key.Source).ToArray()), ("items", chunks.Select(chunk => chunk.Key.Id).ToArray()));
        return await connection.RunAsync(work.Known, cancellationToken, Id)
            + (isWhole ? await connection.RunAsync(work.Whole, cancellationToken, Id) : 0);
    }, cancellationToken);

    public Task WithdrawAsync(CancellationToken cancellationToken) =>
        WriteAsync(connection => connection.RunAsync(work.Withdraw, cancellationToken, Id), cancellationToken);

    public async Task<IReadOnlyList<ClaimedChunk>> ClaimAsync(int limit, TimeSpan lease, CancellationToken cancellationToken)
    {
        var rows = await WriteAsync(connection => connection.RowsAsync(
            work.Claim, row => (Token: row.GetInt64(1),
            Chunk: new ClaimedChunk(row.Hash(0), row.TextOf(2), new(row.GetString(3), row.GetString(4)))), cancellationToken,
            Id, ("limit", limit), ("worker", worker), ("seconds", lease.TotalSeconds)), cancellationToken);
        lock (gate)
        {
            rows.ForEach(row => tokens[row.Chunk.Hash] = row.Token);
        }

        return [.. rows.Select(row => row.Chunk)];
    }

    public Task CompleteAsync(IReadOnlyList<VectorRow> rows, CancellationToken cancellationToken)
    {
        BatchCheck.Check(new(generation.Value.Id, rows, [], []), generation);
        return WriteAsync(async connection =>
        {
            if (!await connection.ScalarAsync<bool>(work.IsOpen, cancellationToken, Id))
            {
                throw StoreRefusals.NoLongerBuilt(database.Place.ToString(), generation.Value);
            }

            var stored = await new PostgresCommit(connection, database.Sql, keepText: true, clock.Now(), cancellationToken).CopyNewAsync(
                generation, rows);
            await connection.RunAsync(work.Complete, cancellationToken, Id, ("hashes", PostgresCommit.Bytes(rows.Select(row => row.Hash))));
            return stored > 0 ? await connection.RunAsync(database.Sql.Grow, cancellationToken) : 0;
        }, cancellationToken);
    }

    public Task ReleaseAsync(IReadOnlyCollection<ContentHash> hashes, CancellationToken cancellationToken) =>
        WriteAsync(connection => connection.RunAsync(work.Release, cancellationToken, [Id, .. Leases(hashes)]), cancellationToken);

    public async Task<BuildShare> TryOwnAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        await (held?.DisposeAsync() ?? ValueTask.CompletedTask);
        held = null;
        for (var begun = clock.GetTimestamp(); ;)
        {
            held = await LockAsync(shared: false);
            if (held is not null)
            {
                await WriteAsync(connection => connection.RunAsync(work.Reset, cancellationToken, Id), cancellationToken);
                return BuildShare.Alone;
            }

            // Beside others that only fill it there is room; not beside one that finishes it.
            held = await LockAsync(shared: true);
            if (held is null || clock.GetElapsedTime(begun) >= patience)
            {
                return held is null ? BuildShare.Left : BuildShare.Shared;
            }

            // Two that wait for each other must not both hold on.
            await held.DisposeAsync();
            held = null;
            await Task.Delay(OwnPause, clock, cancellationToken);
        }

        Task<PostgresLock?> LockAsync(bool shared) =>
            database.Errors.GuardAsync(() => PostgresLock.TryTakeBuildAsync(database, generation.Value.Space, shared, cancellationToken));
    }

    public async Task ShareAsync(CancellationToken cancellationToken)
    {
        await DisposeAsync();
        held = await database.Errors.GuardAsync(
            () => PostgresLock.TryTakeBuildAsync(database, generation.Value.Space, shared: true, cancellationToken))
            ?? throw StoreRefusals.IsBuilt(database.Place.ToString(), generation.Value.Space, "");
    }

    public Task DropIndexAsync(CancellationToken cancellationToken) => WriteAsync(async connection =>
    {
        var found = await new PostgresIndex(database.Sql, extension, config.Index).FindAsync(
            connection, generation, database.Place, cancellationToken);
        foreach (var name in generation.Value.State == GenerationState.Active ? [] : found)
        {
            await connection.RunAsync($"DROP INDEX {name}", cancellationToken);
        }

        return true;
    }, cancellationToken);

    public Task<bool> EnsureIndexAsync(bool concurrently, IProgress<IndexProgress> progress, CancellationToken cancellationToken) =>
        database.Errors.GuardAsync(() => new PostgresIndexBuild(database, extension, config.Index, clock).RunAsync(
            generation, concurrently, progress, cancellationToken));

    public Task<RecallSample?> MeasureRecallAsync(RecallRequest request, CancellationToken cancellationToken) =>
        database.Errors.GuardAsync(
            () => new PostgresRecall(database, extension, config.Index).MeasureAsync(generation, request, cancellationToken));

    public Task<long> BeginRunAsync(RunRecord run, CancellationToken cancellationToken) => WriteAsync(connection =>
        connection.ScalarAsync<long>(database.Sql.AddRun, cancellationToken, PostgresRows.Values(run)), cancellationToken);

    public Task UpdateRunAsync(RunRecord run, CancellationToken cancellationToken) => WriteAsync(async connection =>
        await connection.RunAsync(database.Sql.PutRun, cancellationToken, [("id", run.Id), .. PostgresRows.Values(run)]) == 1
            ? true : throw StoreRefusals.NoRun(database.Place.ToString(), run.Id), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (held is { } last)
        {
            held = null;
            await last.DisposeAsync();
        }
    }

    private (string, object?)[] Leases(IReadOnlyCollection<ContentHash> hashes)
    {
        lock (gate)
        {
            return [("hashes", PostgresCommit.Bytes(hashes)),
                ("tokens", hashes.Select(hash => tokens.GetValueOrDefault(hash, -1)).ToArray())];
        }
    }

    private Task<T> WriteAsync<T>(Func<NpgsqlConnection, Task<T>> write, CancellationToken cancellationToken) =>
        database.Errors.GuardAsync(() => PostgresRetry.RunAsync(clock, _ => Task.CompletedTask, async () =>
        {
            await using var connection = await database.OpenAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var result = await write(connection);
            await transaction.CommitAsync(CancellationToken.None); // its outcome is to be known
            return result;
        }, cancellationToken));
}
