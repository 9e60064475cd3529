#pragma warning disable RS0030 // the Postgres store
using System.Globalization;
using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Postgres;
using Npgsql;

namespace EmbSync.Core.Storage.Postgres;

internal sealed class PostgresWriter(
    PostgresDatabase database, PostgresLock held, long epoch, VectorExtension extension, StoreConfig config,
    TimeProvider clock) : IStoreWriter
{
#pragma warning disable CA2213 // it has no handle to free, and a call after the end must still learn that the writer ended
    private readonly SemaphoreSlim gate = new(1, 1);
#pragma warning restore CA2213
    private readonly Dictionary<string, PostgresLock> builds = [];
    private bool hasEnded;

    private PostgresSql Sql => database.Sql;

    private string Store => database.Place.ToString();

    public async Task<Generation> OpenGenerationAsync(string space, EmbeddingSignature signature, CancellationToken cancellationToken)
    {
        if (!builds.ContainsKey(space) && await database.Errors.GuardAsync(() => FindAsync(space, signature, cancellationToken)) is not
            { Value.State: GenerationState.Active })
        {
            // What is bought into a generation that another process fills would be bought twice.
            builds.Add(space, await database.Errors.GuardAsync(
                () => PostgresLock.TryTakeBuildAsync(database, space, shared: false, cancellationToken))
                ?? throw await IsBuiltAsync(space, cancellationToken));
        }

        return (await OpenAsync(space, signature, cancellationToken)).Value;
    }

    public Task<IGenerationBuild> BeginBuildAsync(string space, EmbeddingSignature signature, CancellationToken cancellationToken) =>
        database.Errors.GuardAsync<IGenerationBuild>(async () =>
    {
        // Whoever takes this lock has the writer's: between the two forms of it nobody comes in.
        await using (var alone = await PostgresLock.TryTakeBuildAsync(database, space, shared: false, cancellationToken))
        {
            if (alone is null && await FindAsync(space, signature, cancellationToken) is not { Value.State: not GenerationState.Retired })
            {
                throw await IsBuiltAsync(space, cancellationToken);
            }

            if (alone is not null)
            {
                await WriteAsync(connection => connection.RunAsync(
                    Sql.AbandonBuildRuns, cancellationToken, ("running", RunRecord.Running), ("abandoned", RunRecord.Abandoned),
                    ("error", RunRecord.AbandonedError),
                    ("command", BuildRuns.CommandOf(space))), cancellationToken);
            }

            var opened = await OpenAsync(space, signature, cancellationToken);
            if (alone is not null)
            {
                // Whoever had leases is gone.
                await WriteAsync(connection => connection.RunAsync(
                    new PostgresBuildSql(Sql.Schema, opened.Value.Id).Reset, cancellationToken,
                    ("generation", opened.Value.Id)), cancellationToken);
            }

            await (alone?.DisposeAsync() ?? ValueTask.CompletedTask);
            var shared = await PostgresLock.TryTakeBuildAsync(database, space, shared: true, cancellationToken) ?? throw await IsBuiltAsync(
                space, cancellationToken);
            return new PostgresBuild(database, shared, opened, extension, config, clock);
        }
    });

    private async Task<StoredGeneration> OpenAsync(string space, EmbeddingSignature signature, CancellationToken cancellationToken)
    {
        var view = new PostgresView(Sql, extension, space);
        view.RefuseLongName();
        var (opened, all) = await WriteAsync(async connection =>
        {
            if (await FindAsync(connection) is not { Value.State: not GenerationState.Retired } found)
            {
                found = await BuildAsync(connection, space, signature, await FindAsync(connection), cancellationToken);
            }

            var isNew = !await connection.ScalarAsync<bool>(
                "SELECT to_regclass(@table) IS NOT NULL", cancellationToken, ("table", $"{Sql.Schema}.{found.Table}"));
            if (isNew)
            {
                // Only then: altering a table waits for all who read or write it, and they for that.
                await connection.RunAsync(PostgresSchema.VectorTable(Sql.Schema, extension, found), cancellationToken);
            }

            foreach (var like in isNew ? await LikeAsync(connection, found, cancellationToken) : [])
            {
                await connection.RunAsync(Sql.TakeOver(found.Value.Id, like.Value.Id, extension.TypeOf(found.Vectors)), cancellationToken);
            }

            return (found, await GenerationsAsync(connection, space, cancellationToken));
        }, cancellationToken);

        await WriteAsync(async connection =>
        {
            await view.EnsureAsync(connection, all, cancellationToken);
            return true;
        }, cancellationToken);
        return opened;

        async Task<StoredGeneration?> FindAsync(NpgsqlConnection connection) =>
            (await GenerationsAsync(connection, space, cancellationToken))
            .Find(one => one.Value.Signature.Fingerprint == signature.Fingerprint);
    }

    /// <summary>Of the same signature, in other spaces, with their tables.</summary>
    private async Task<List<StoredGeneration>> LikeAsync(
        NpgsqlConnection connection, StoredGeneration generation, CancellationToken cancellationToken)
    {
        var like = new List<StoredGeneration>();
        foreach (var other in await connection.RowsAsync(Sql.Generations, PostgresRows.Generation, cancellationToken))
        {
            if (other.Value.Id != generation.Value.Id && other.Value.Signature.Fingerprint == generation.Value.Signature.Fingerprint
                && await connection.ScalarAsync<bool>(
                    "SELECT to_regclass(@table) IS NOT NULL", cancellationToken, ("table", $"{Sql.Schema}.{other.Table}")))
            {
                like.Add(other);
            }
        }

        return like;
    }

    private async Task<StoredGeneration?> FindAsync(string space, EmbeddingSignature signature, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return (await GenerationsAsync(connection, space, cancellationToken)).Find(
            one => one.Value.Signature.Fingerprint == signature.Fingerprint);
    }

    private async Task<LockedException> IsBuiltAsync(string space, CancellationToken cancellationToken) =>
        StoreRefusals.IsBuilt(Store, space, await PostgresLock.BuilderAsync(database, space, cancellationToken));

    public Task ActivateAsync(int generation, bool pin, CancellationToken cancellationToken) =>
        WriteAsync(connection => ActivateAsync(connection, generation, pin, cancellationToken), cancellationToken);

    private async Task<int> ActivateAsync(NpgsqlConnection connection, int generation, bool pin, CancellationToken cancellationToken)
    {
        var found = await GenerationAsync(connection, generation, cancellationToken) ?? throw StoreRefusals.NoGeneration(Store, generation);
        if (found.Value is { State: GenerationState.Active } active)
        {
            return active.IsPinned == pin ? 0
                : await connection.RunAsync(Sql.Pin, cancellationToken, ("id", generation), ("pinned", pin)) + await connection.RunAsync(
                    Sql.Grow, cancellationToken);
        }

        await connection.RunAsync(Sql.Retire, cancellationToken, ("space", found.Value.Space), ("state", "active"), ("at", clock.Now()));
        await connection.RunAsync(Sql.Activate, cancellationToken, ("id", generation), ("at", clock.Now()), ("pinned", pin));
        return await connection.RunAsync(Sql.Grow, cancellationToken);
    }

    public async Task CommitAsync(StoreBatch batch, CancellationToken cancellationToken)
    {
        var merge = batch.ReplaceVectors;
        await WriteAsync(async connection =>
        {
            var generation = await GenerationAsync(connection, batch.Generation, cancellationToken);
            BatchCheck.Check(batch, generation);
            var commit = new PostgresCommit(connection, Sql, config.KeepText, clock.Now(), cancellationToken);
            var changes = 0;
            if (generation is not null && batch.Vectors.Count > 0)
            {
                try
                {
                    changes += merge
                        ? await commit.MergeAsync(generation, batch.Vectors, batch.ReplaceVectors)
                        : await commit.CopyNewAsync(generation, batch.Vectors);
                }
                catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
                {
                    merge = true; // the transaction is done again, this way
                    throw;
                }
            }

            changes += await commit.PutItemsAsync(batch.Items) + await commit.DeleteAsync(batch.Deletions);
            foreach (var taking in batch.Activates)
            {
                await ActivateAsync(connection, taking, pin: false, cancellationToken);
            }

            return changes > 0 ? await connection.RunAsync(Sql.Grow, cancellationToken) : 0;
        }, cancellationToken);
    }

    public Task RecordSourceAsync(SourceRecord record, CancellationToken cancellationToken) => WriteAsync(async connection =>
        await connection.RunAsync(
            Sql.PutSource, cancellationToken, ("name", record.Name), ("commit", record.Commit), ("pipeline", record.Pipeline)) > 0
            ? await connection.RunAsync(Sql.Grow, cancellationToken)
            : 0, cancellationToken);

    public Task<long> BeginRunAsync(RunRecord run, CancellationToken cancellationToken) => WriteAsync(async connection =>
    {
        await connection.RunAsync(Sql.AbandonRuns, cancellationToken, ("running", RunRecord.Running), ("abandoned", RunRecord.Abandoned),
            ("error", RunRecord.AbandonedError));
        return await connection.ScalarAsync<long>(Sql.AddRun, cancellationToken, PostgresRows.Values(run));
    }, cancellationToken);

    public Task UpdateRunAsync(RunRecord run, CancellationToken cancellationToken) => WriteAsync(async connection =>
        await connection.RunAsync(Sql.PutRun, cancellationToken, [("id", run.Id), .. PostgresRows.Values(run)]) == 1
            ? true
            : throw StoreRefusals.NoRun(Store, run.Id), cancellationToken);

    public async Task<long> MendAsync(StoreFault fault, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var faults = new PostgresFaults(database, extension, config.Index);
        if (fault.Kind is StoreFaultKind.InvalidIndex or StoreFaultKind.MissingIndex)
        {
            // Still the one writer; no transaction is open for as long as an index takes.
            var found = await WriteAsync(connection => GenerationAsync(connection, fault.Generation, cancellationToken), cancellationToken)
                ?? throw StoreRefusals.NoGeneration(Store, fault.Generation);
            return await database.Errors.GuardAsync(async () => fault.Kind == StoreFaultKind.InvalidIndex
                ? await faults.DropInvalidAsync(fault, cancellationToken)
                : await new PostgresIndexBuild(database, extension, config.Index, clock)
                    .TryRunAsync(found, new Progress<IndexProgress>(), cancellationToken) ? 1 : 0);
        }

        var mended = 0L;
        for (var more = true; more;)
        {
            var done = await WriteAsync(async connection =>
            {
                var changed = await faults.MendAsync(connection, fault, before, cancellationToken);
                return changed.Count > 0 ? (changed.Count, changed.More, await connection.RunAsync(Sql.Grow, cancellationToken))
                    : (0, false, 0);
            }, cancellationToken);
            (mended, more) = (mended + done.Item1, done.Item2);
        }

        return mended;
    }

    public async ValueTask DisposeAsync()
    {
        await gate.WaitAsync();
        try
        {
            if (!hasEnded)
            {
                hasEnded = true;
                foreach (var taken in builds.Values.Append(held))
                {
                    await taken.DisposeAsync();
                }
            }
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task<StoredGeneration> BuildAsync(
        NpgsqlConnection connection, string space, EmbeddingSignature signature, StoredGeneration? retired,
        CancellationToken cancellationToken)
    {
        await connection.RunAsync(Sql.Retire, cancellationToken, ("space", space), ("state", "building"), ("at", clock.Now()));
        if (retired is not null)
        {
            await connection.RunAsync(Sql.Rebuild, cancellationToken, ("id", retired.Value.Id));
        }
        else
        {
            RefuseTooLong(signature);
            await connection.RunAsync(
                Sql.AddGeneration, cancellationToken, ("space", space), ("provider", signature.Provider), ("model", signature.Model),
                ("dimension", signature.Dimension), ("rules", signature.RoleRules), ("fingerprint", signature.Fingerprint),
                ("vectors", PostgresSql.NameOf(config.Vectors)), ("at", clock.Now()));
        }

        await connection.RunAsync(Sql.Grow, cancellationToken);
        return (await GenerationsAsync(connection, space, cancellationToken)).Single(
            one => one.Value.Signature.Fingerprint == signature.Fingerprint);
    }

    private void RefuseTooLong(EmbeddingSignature signature)
    {
        var most = PostgresSchema.MaxDimension(config.Vectors);
        if (signature.Dimension > most)
        {
            throw new StoreRefusedException(string.Create(
                CultureInfo.InvariantCulture,
                $"Vectors of {signature.Dimension} dimensions can't be indexed in {Store}: pgvector's HNSW takes {most} for ")
                + PostgresSql.NameOf(config.Vectors)
                    + (config.Vectors == VectorType.Vector && signature.Dimension <= PostgresSchema.MaxDimension(VectorType.HalfVec)
                    ? " and 4000 for halfvec. Set store.vectors: halfvec, or a smaller embeddings.dimension."
                    : ". Set a smaller embeddings.dimension."));
        }
    }

    private async Task<List<StoredGeneration>> GenerationsAsync(NpgsqlConnection connection, string space,
        CancellationToken cancellationToken) =>
        (await connection.RowsAsync(Sql.Generations, PostgresRows.Generation, cancellationToken)).FindAll(one => one.Value.Space == space);

    private async Task<StoredGeneration?> GenerationAsync(NpgsqlConnection connection, int id, CancellationToken cancellationToken) =>
        (await connection.RowsAsync(Sql.Generations, PostgresRows.Generation, cancellationToken)).Find(one => one.Value.Id == id);

    /// <summary>
    /// One transaction that first looks whether this writer is still the one. After a lost connection or a deadlock it is done again:
    /// whether
    /// the first one was kept or not, the outcome is the same.
    /// </summary>
    private async Task<T> WriteAsync<T>(Func<NpgsqlConnection, Task<T>> write, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            return hasEnded ? throw StoreRefusals.Ended(Store) : await database.Errors.GuardAsync(
                () => PersistAsync(write, cancellationToken));
        }
        finally
        {
            gate.Release();
        }
    }

    private Task<T> PersistAsync<T>(Func<NpgsqlConnection, Task<T>> write, CancellationToken cancellationToken) =>
        PostgresRetry.RunAsync(clock, held.RenewAsync, () => OnceAsync(write, cancellationToken), cancellationToken);

    private async Task<T> OnceAsync<T>(Func<NpgsqlConnection, Task<T>> write, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await connection.ScalarAsync<long>(Sql.Epoch, cancellationToken) != epoch)
        {
            throw StoreRefusals.Lost(Store);
        }

        var result = await write(connection);
        await transaction.CommitAsync(CancellationToken.None); // its outcome is to be known
        return result;
    }
}
