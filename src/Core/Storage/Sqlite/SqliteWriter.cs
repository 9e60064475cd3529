#pragma warning disable RS0030 // the SQLite store
using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using Microsoft.Data.Sqlite;

namespace EmbSync.Core.Storage.Sqlite;

internal sealed class SqliteWriter(
    string store, SqliteFile file, SqliteConnection connection, SqliteLock held, long epoch, StoreConfig config,
    TimeProvider clock) : IStoreWriter
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, SqliteLock> builds = [];
    private bool hasEnded;

    public Task<Generation> OpenGenerationAsync(string space, EmbeddingSignature signature, CancellationToken cancellationToken) =>
        Write(() =>
    {
        if (!builds.ContainsKey(space) && Find(space, signature) is not { Value.State: GenerationState.Active })
        {
            // What is bought into a generation that another process fills would be bought twice.
            builds.Add(space, SqliteLock.TryTakeBuild(file, space, shared: false) ?? throw StoreRefusals.IsBuilt(store, space, ""));
        }

        return Open(space, signature).Value;
    });

    public async Task<IGenerationBuild> BeginBuildAsync(string space, EmbeddingSignature signature, CancellationToken cancellationToken)
    {
        // Whoever takes this lock has the writer's: between the two forms of it nobody comes in.
        StoredGeneration opened;
        using (var alone = SqliteLock.TryTakeBuild(file, space, shared: false))
        {
            opened = await Write(() =>
            {
                if (alone is null && Find(space, signature) is not { Value.State: not GenerationState.Retired })
                {
                    throw StoreRefusals.IsBuilt(store, space, "");
                }

                if (alone is not null)
                {
                    connection.Run(SqliteSql.AbandonBuildRuns, ("$running", RunRecord.Running), ("$abandoned", RunRecord.Abandoned),
                        ("$error", RunRecord.AbandonedError),
                        ("$command", BuildRuns.CommandOf(space)));
                }

                var found = Open(space, signature);
                if (alone is not null)
                {
                    // Whoever had leases is gone.
                    connection.Run(SqliteBuildSql.Reset, ("$generation", found.Value.Id));
                }

                return found;
            });
        }

        // Taken when nothing can fail any more, so that whoever lets go of it has it.
#pragma warning disable CA2000 // The build owns it.
        return new SqliteBuild(store, file, SqliteLock.TryTakeBuild(file, space, shared: true)
            ?? throw StoreRefusals.IsBuilt(store, space, ""), opened, clock);
#pragma warning restore CA2000
    }

    /// <summary>Row by row where the number format is another.</summary>
    private void TakeOver(StoredGeneration generation, StoredGeneration like)
    {
        if (generation.Vectors == like.Vectors)
        {
            connection.Run($"INSERT INTO {generation.Table} (hash, tokens, created_at, embedding) SELECT hash, tokens, created_at, embedding FROM {like.Table} WHERE true ON CONFLICT (hash) DO NOTHING");
            return;
        }

        var numbers = new float[like.Value.Signature.Dimension];
        var rows = connection.Rows($"SELECT hash, tokens, created_at, embedding FROM {like.Table}", row =>
        {
            VectorCodec.Decode(like.Vectors, row.Bytes(3), numbers);
            return (Hash: row.GetFieldValue<byte[]>(0), Tokens: row.GetInt64(1), At: row.GetString(2), Numbers: VectorCodec.Encode(
                generation.Vectors, numbers));
        }, CancellationToken.None);
        foreach (var row in rows)
        {
            connection.Run(SqliteSql.PutVector(generation.Value.Id, replace: false), ("$hash", row.Hash), ("$tokens", row.Tokens),
                ("$at", row.At), ("$embedding", row.Numbers));
        }
    }

    private StoredGeneration? Find(string space, EmbeddingSignature signature) =>
        Generations().Find(one => one.Value.Space == space && one.Value.Signature.Fingerprint == signature.Fingerprint);

    private StoredGeneration Open(string space, EmbeddingSignature signature)
    {
        var before = Generations();
        var found = before.Find(one => one.Value.Space == space && one.Value.Signature.Fingerprint == signature.Fingerprint);
        if (found is not { Value.State: not GenerationState.Retired })
        {
            connection.Run(SqliteSql.Retire, ("$space", space), ("$state", "building"), ("$at", SqliteRows.Text(clock.Now())));
            if (found is not null)
            {
                connection.Run(SqliteSql.Rebuild, ("$id", found.Value.Id));
            }
            else
            {
                connection.Scalar<long>(
                    SqliteSql.AddGeneration, ("$space", space), ("$provider", signature.Provider), ("$model", signature.Model),
                    ("$dimension", signature.Dimension), ("$rules", signature.RoleRules), ("$fingerprint", signature.Fingerprint),
                    ("$vectors", SqliteSchema.NameOf(config.Vectors)), ("$at", SqliteRows.Text(clock.Now())));
            }

            connection.Run(SqliteSql.Grow);
        }

        var after = Generations();
        var opened = after.Find(one => one.Value.Space == space && one.Value.Signature.Fingerprint == signature.Fingerprint)!;
        connection.Run(SqliteSchema.VectorTable(opened.Value.Id));
        foreach (var like in before.Exists(one => one.Value.Id == opened.Value.Id) ? [] : before.Where(
            one => one.Value.Signature.Fingerprint == signature.Fingerprint))
        {
            TakeOver(opened, like);
        }

        if (after.Count != before.Count)
        {
            new SqliteView(connection, space).Publish(after.Where(one => one.Value.Space == space));
        }

        return opened;
    }

    public Task ActivateAsync(int generation, bool pin, CancellationToken cancellationToken) => Write(() => Activate(generation, pin));

    private bool Activate(int generation, bool pin)
    {
        var found = Generations().Find(one => one.Value.Id == generation) ?? throw StoreRefusals.NoGeneration(store, generation);
        if (found.Value is { State: GenerationState.Active } active)
        {
            return active.IsPinned != pin && connection.Run(SqliteSql.Pin, ("$id", generation), ("$pinned", pin))
                + connection.Run(SqliteSql.Grow) > 0;
        }

        connection.Run(SqliteSql.Retire, ("$space", found.Value.Space), ("$state", "active"), ("$at", SqliteRows.Text(clock.Now())));
        connection.Run(SqliteSql.Activate, ("$id", generation), ("$at", SqliteRows.Text(clock.Now())), ("$pinned", pin));
        connection.Run(SqliteSql.Grow);
        return true;
    }

    public Task CommitAsync(StoreBatch batch, CancellationToken cancellationToken) => Write(() =>
    {
        var generation = Generations().Find(one => one.Value.Id == batch.Generation);
        BatchCheck.Check(batch, generation);
        var commit = new SqliteCommit(connection, config.KeepText, clock.Now(), cancellationToken);
        var changes = commit.PutVectors(batch, generation) + commit.PutItems(batch.Items) + commit.Delete(batch.Deletions);
        foreach (var taking in batch.Activates)
        {
            Activate(taking, pin: false);
        }

        return changes > 0 ? connection.Run(SqliteSql.Grow) : 0;
    });

    public Task RecordSourceAsync(SourceRecord record, CancellationToken cancellationToken) => Write(() =>
        connection.Run(SqliteSql.PutSource, ("$name", record.Name), ("$commit", record.Commit), ("$pipeline", record.Pipeline)) > 0
            ? connection.Run(SqliteSql.Grow)
            : 0);

    public Task<long> BeginRunAsync(RunRecord run, CancellationToken cancellationToken) => Write(() =>
    {
        connection.Run(SqliteSql.AbandonRuns, ("$running", RunRecord.Running), ("$abandoned", RunRecord.Abandoned),
            ("$error", RunRecord.AbandonedError));
        return connection.Scalar<long>(SqliteSql.AddRun, SqliteRows.Values(run));
    });

    public Task UpdateRunAsync(RunRecord run, CancellationToken cancellationToken) => Write(() =>
        connection.Run(SqliteSql.PutRun, [("$id", run.Id), .. SqliteRows.Values(run)]) == 1 ? true : throw StoreRefusals.NoRun(
            store, run.Id));

    public Task<long> MendAsync(StoreFault fault, DateTimeOffset before, CancellationToken cancellationToken) => Write(() =>
    {
        var mended = new SqliteFaults(connection, cancellationToken).Mend(fault, before);
        if (mended > 0)
        {
            connection.Run(SqliteSql.Grow);
        }

        return mended;
    });

    public ValueTask DisposeAsync()
    {
        lock (gate)
        {
            if (!hasEnded)
            {
                hasEnded = true;
                try
                {
                    connection.Dispose();
                }
                finally
                {
                    foreach (var taken in builds.Values.Append(held))
                    {
                        taken.Dispose();
                    }
                }
            }
        }

        return ValueTask.CompletedTask;
    }

    private List<StoredGeneration> Generations() => connection.Rows(SqliteSql.Generations, SqliteRows.Generation, CancellationToken.None);

    /// <summary>One transaction, begun as a writing one, that first looks whether this writer is still the one.</summary>
    private Task<T> Write<T>(Func<T> write)
    {
        lock (gate)
        {
            if (hasEnded)
            {
                throw StoreRefusals.Ended(store);
            }

            return Task.FromResult(file.Errors.Io(() =>
            {
                using var transaction = connection.BeginTransaction(deferred: false);
                if (connection.Scalar<long>(SqliteSql.Epoch) != epoch)
                {
                    throw StoreRefusals.Lost(store);
                }

                var result = write();
                transaction.Commit();
                return result;
            }));
        }
    }
}
