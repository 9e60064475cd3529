#pragma warning disable RS0030 // the SQLite store
using EmbSync.Core.Model;
using Microsoft.Data.Sqlite;

namespace EmbSync.Core.Storage.Sqlite;

/// <summary>A connection lives for one transaction, so that writers and readers of other processes get their turn.</summary>
internal sealed class SqliteBuild(string store, SqliteFile file, SqliteLock shared, StoredGeneration generation, TimeProvider clock)
    : IGenerationBuild
{
    private static readonly TimeSpan OwnPause = TimeSpan.FromMilliseconds(300);

    private readonly SqliteBuildSql work = new(generation.Value.Id);
    private readonly string worker = FormattableString.Invariant($"{Environment.MachineName} process {Environment.ProcessId}");
    private readonly Dictionary<ContentHash, long> tokens = [];
    private readonly Lock gate = new();
    private SqliteLock? held = shared;

    public Generation Generation => generation.Value;

    private (string, object?) Id => ("$generation", generation.Value.Id);

    public Task<int> EnqueueAsync(CancellationToken cancellationToken) => Write(connection =>
    {
        connection.Run(work.Prune, Id);
        connection.Run(work.Enqueue, Id);
        return (int)connection.Scalar<long>(SqliteBuildSql.Waiting, Id);
    });

    public Task OfferAsync(IReadOnlyList<ClaimedChunk> chunks, bool isWhole, CancellationToken cancellationToken) =>
        Write(connection => chunks.Sum(chunk => connection.Run(
        work.Offer, Id, ("$hash", chunk.Hash.ToBytes()), ("$text", chunk.Text), ("$source", chunk.Key.Source),
        ("$item", chunk.Key.Id))) + (isWhole ? connection.Run(SqliteBuildSql.Whole, Id) : 0));

    public Task WithdrawAsync(CancellationToken cancellationToken) =>
        Write(connection => connection.Run(SqliteBuildSql.Withdraw, Id, ("$now", SqliteRows.Text(clock.GetUtcNow()))));

    public Task<IReadOnlyList<ClaimedChunk>> ClaimAsync(int limit, TimeSpan lease, CancellationToken cancellationToken) =>
        Write<IReadOnlyList<ClaimedChunk>>(connection =>
    {
        var now = clock.GetUtcNow();
        var until = SqliteRows.Text(now + lease);
        var free = connection.Rows(
            SqliteBuildSql.Free, row =>
            (Token: row.GetInt64(1), Chunk: new ClaimedChunk(row.Hash(0), row.TextOf(2), new(row.GetString(3), row.GetString(4)))),
            cancellationToken,
            Id, ("$now", SqliteRows.Text(now)), ("$latest", until), ("$limit", limit));
        foreach (var (token, chunk) in free)
        {
            connection.Run(SqliteBuildSql.Lease, Id, ("$hash", chunk.Hash.ToBytes()), ("$worker", worker), ("$until", until),
                ("$token", token));
            tokens[chunk.Hash] = token;
        }

        return [.. free.Select(row => row.Chunk)];
    });

    public Task CompleteAsync(IReadOnlyList<VectorRow> rows, CancellationToken cancellationToken)
    {
        var batch = new StoreBatch(generation.Value.Id, rows, [], []);
        BatchCheck.Check(batch, generation);
        return Write(connection =>
        {
            var now = connection.Rows(SqliteSql.Generations, SqliteRows.Generation, cancellationToken).Find(
                one => one.Value.Id == generation.Value.Id);
            if (now is null or { Value.State: GenerationState.Retired })
            {
                throw StoreRefusals.NoLongerBuilt(store, generation.Value);
            }

            var stored = new SqliteCommit(connection, keepText: true, clock.Now(), cancellationToken).PutVectors(batch, generation);
            foreach (var row in rows)
            {
                connection.Run(SqliteBuildSql.Complete, Id, ("$hash", row.Hash.ToBytes()));
            }

            return stored > 0 ? connection.Run(SqliteSql.Grow) : 0;
        });
    }

    public Task ReleaseAsync(IReadOnlyCollection<ContentHash> hashes, CancellationToken cancellationToken) => Write(connection =>
        hashes.Sum(hash => connection.Run(
            SqliteBuildSql.Release, Id, ("$hash", hash.ToBytes()), ("$token", tokens.GetValueOrDefault(hash, -1)))));

    public async Task<BuildShare> TryOwnAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        held?.Dispose();
        held = null;
        for (var begun = clock.GetTimestamp(); ;)
        {
            held = SqliteLock.TryTakeBuild(file, generation.Value.Space, shared: false);
            if (held is not null)
            {
                await Write(connection => connection.Run(SqliteBuildSql.Reset, Id));
                return BuildShare.Alone;
            }

            held = SqliteLock.TryTakeBuild(file, generation.Value.Space, shared: true);
            if (held is null || clock.GetElapsedTime(begun) >= patience)
            {
                return held is null ? BuildShare.Left : BuildShare.Shared;
            }

            // Two that wait for each other must not both hold on.
            held.Dispose();
            held = null;
            await Task.Delay(OwnPause, clock, cancellationToken);
        }
    }

    public Task ShareAsync(CancellationToken cancellationToken)
    {
        held?.Dispose();
        held = SqliteLock.TryTakeBuild(file, generation.Value.Space, shared: true) ?? throw StoreRefusals.IsBuilt(
            store, generation.Value.Space, "");
        return Task.CompletedTask;
    }

    /// <summary>Searches read every vector: there is nothing to build.</summary>
    public Task<bool> EnsureIndexAsync(bool concurrently, IProgress<IndexProgress> progress, CancellationToken cancellationToken) =>
        Task.FromResult(false);

    public Task DropIndexAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<RecallSample?> MeasureRecallAsync(RecallRequest request, CancellationToken cancellationToken) =>
        Task.FromResult<RecallSample?>(null);

    public Task<long> BeginRunAsync(RunRecord run, CancellationToken cancellationToken) =>
        Write(connection => connection.Scalar<long>(SqliteSql.AddRun, SqliteRows.Values(run)));

    public Task UpdateRunAsync(RunRecord run, CancellationToken cancellationToken) => Write(connection =>
        connection.Run(SqliteSql.PutRun, [("$id", run.Id), .. SqliteRows.Values(run)]) == 1 ? true : throw StoreRefusals.NoRun(
            store, run.Id));

    public ValueTask DisposeAsync()
    {
        held?.Dispose();
        held = null;
        return ValueTask.CompletedTask;
    }

    private Task<T> Write<T>(Func<SqliteConnection, T> write)
    {
        lock (gate)
        {
            return Task.FromResult(file.Errors.Io(() =>
            {
                using var connection = file.OpenToWrite(mayMake: false);
                using var transaction = connection.BeginTransaction(deferred: false);
                var result = write(connection);
                transaction.Commit();
                return result;
            }));
        }
    }
}
