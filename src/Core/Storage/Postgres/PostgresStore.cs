#pragma warning disable RS0030 // the Postgres store
using System.Runtime.CompilerServices;
using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Postgres;
using EmbSync.Core.Storage.Sqlite;
using Npgsql;

namespace EmbSync.Core.Storage.Postgres;

/// <summary>A schema of a PostgreSQL database with pgvector.</summary>
internal sealed class PostgresStore : IStore
{
    /// <summary>Seconds to wait for the last commit of a writer whose lock went.</summary>
    private const string EpochPatience = "SET LOCAL lock_timeout = '10s'";

    private readonly StoreConfig config;
    private readonly TimeProvider clock;
    private readonly IReadOnlyList<string> steps;
    private readonly PostgresDatabase database;
    private volatile bool isPresent;

    public PostgresStore(StoreConfig config, TimeProvider clock)
        : this(config, clock, PostgresSchema.Steps)
    {
    }

    internal PostgresStore(StoreConfig config, TimeProvider clock, IReadOnlyList<string> steps)
    {
        (this.config, this.clock, this.steps) = (config, clock, steps);
        database = new(config.Url ?? throw new UsageException("store.backend is postgres, and store.url is missing: set it to "
            + "env:DATABASE_URL."), config.Schema);
    }

    public string Description => database.Place.ToString();

    public bool IsVolatile => false;

    private PostgresSql Sql => database.Sql;

    public Task<StoreHead> ReadHeadAsync(CancellationToken cancellationToken) => ReadAsync(StoreHead.Empty, async connection =>
    {
        // One state for all four statements.
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        var head = await connection.RowsAsync(Sql.Head, row => (Project: row.GetString(0), Revision: row.GetInt64(1)), cancellationToken);
        var sources = await connection.RowsAsync(
            Sql.Sources, row => new SourceRecord(row.GetString(0), row.TextOf(1), row.GetString(2)), cancellationToken);
        return new StoreHead(
            true,
            await PostgresSchema.VersionAsync(connection, Sql, cancellationToken),
            head.Count == 0 ? null : head[0].Project,
            head.Count == 0 ? 0 : head[0].Revision,
            [.. (await connection.RowsAsync(Sql.Generations, PostgresRows.Generation, cancellationToken)).Select(one => one.Value)],
            sources.ToDictionary(record => record.Name));
    }, cancellationToken);

    public Task<StoreHome?> ReadHomeAsync(CancellationToken cancellationToken) => ReadAsync<StoreHome?>(null, async connection =>
        await SourceDatabase.IdentityAsync(connection, cancellationToken) is { } identity ? new(identity, Sql.Schema)
            : null, cancellationToken);

    public async IAsyncEnumerable<StoredItem> ReadItemsAsync(string source, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var connection = await OpenPresentAsync(cancellationToken);
        if (connection is null)
        {
            yield break;
        }

        await using var command = connection.Command(Sql.Items, ("source", source));
        await using var reader = await database.Errors.GuardAsync(() => command.ExecuteReaderAsync(cancellationToken));
        while (await database.Errors.GuardAsync(() => reader.ReadAsync(cancellationToken)))
        {
            yield return PostgresRows.Item(reader);
        }
    }

    public Task<IReadOnlyDictionary<string, string>> ReadRemarksAsync(string source, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyDictionary<string, string>>(new Dictionary<string, string>(), async connection =>
            await PostgresSchema.VersionAsync(connection, Sql, cancellationToken) < PostgresSchema.WithRemarks
                ? new Dictionary<string, string>()
                : (await connection.RowsAsync(
                    Sql.Remarks, row => (Id: row.GetString(0), Text: row.GetString(1)), cancellationToken, ("source", source)))
                    .ToDictionary(row => row.Id, row => row.Text, StringComparer.Ordinal), cancellationToken);

    public Task<IReadOnlyList<string>> ReadSourceNamesAsync(CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<string>>([], async connection =>
        await connection.RowsAsync(Sql.SourceNames, row => row.GetString(0), cancellationToken), cancellationToken);

    public Task<IReadOnlySet<string>> ReadIncompleteAsync(string source, int? generation, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlySet<string>>(new HashSet<string>(), async connection => (await connection.RowsAsync(
            generation is { } id ? Sql.Incomplete(id) : Sql.WithChunks, row =>
            row.GetString(0), cancellationToken, ("source", source))).ToHashSet(), cancellationToken);

    public Task<IReadOnlyDictionary<string, IReadOnlyList<ContentHash>>> ReadChunkHashesAsync(
        string source, IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, IReadOnlyList<ContentHash>>();
        return ReadAsync<IReadOnlyDictionary<string, IReadOnlyList<ContentHash>>>(found, async connection =>
        {
            foreach (var slice in ids.Chunk(PostgresCommit.HashSlice))
            {
                var rows = await connection.RowsAsync(
                    Sql.ChunkHashes, row => (Id: row.GetString(0), Hash: row.IsDBNull(1) ? (ContentHash?)null : row.Hash(1)),
                    cancellationToken,
                    ("source", source), ("ids", slice));
                foreach (var item in rows.GroupBy(row => row.Id, row => row.Hash))
                {
                    found[item.Key] = [.. item.OfType<ContentHash>()];
                }
            }

            return found;
        }, cancellationToken);
    }

    public Task<IReadOnlySet<ContentHash>> ReadExistingAsync(
        int generation, IReadOnlyCollection<ContentHash> hashes, CancellationToken cancellationToken)
    {
        var found = new HashSet<ContentHash>();
        return ReadAsync<IReadOnlySet<ContentHash>>(found, async connection =>
        {
            foreach (var slice in hashes.Chunk(PostgresCommit.HashSlice))
            {
                found.UnionWith(await connection.RowsAsync(
                    Sql.Existing(generation), row => row.Hash(0), cancellationToken, ("hashes", PostgresCommit.Bytes(slice))));
            }

            return found;
        }, cancellationToken);
    }

    public Task<IReadOnlyDictionary<ContentHash, float[]>> ReadVectorsAsync(
        int generation, IReadOnlyCollection<ContentHash> hashes, CancellationToken cancellationToken)
    {
        var found = new Dictionary<ContentHash, float[]>();
        return ReadAsync<IReadOnlyDictionary<ContentHash, float[]>>(found, async connection =>
        {
            foreach (var slice in hashes.Chunk(PostgresCommit.HashSlice))
            {
                await connection.RowsAsync(
                    Sql.Vectors(generation), row =>
                    found[row.Hash(0)] = row.GetFieldValue<float[]>(1), cancellationToken, ("hashes", PostgresCommit.Bytes(slice)));
            }

            return found;
        }, cancellationToken);
    }

    public Task<IReadOnlyList<VectorRow>> ReadVectorPageAsync(int generation, ContentHash? after, int limit,
        CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<VectorRow>>([], async connection => await connection.RowsAsync(
            Sql.VectorPage(generation), row =>
            new VectorRow(row.Hash(0), row.GetFieldValue<float[]>(2), row.GetInt32(1)), cancellationToken,
            ("after", after?.ToBytes() ?? []), ("limit", limit)), cancellationToken);

    public async IAsyncEnumerable<EmbeddedChunk> ReadEmbeddedAsync(
        EmbeddedScope scope, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var connection = await OpenPresentAsync(cancellationToken);
        if (connection is null)
        {
            yield break;
        }

        await using var command = connection.Command(Sql.Embedded(scope), ("source", scope.Source), ("type", scope.Type));
        await using var reader = await database.Errors.GuardAsync(() => command.ExecuteReaderAsync(cancellationToken));
        while (await database.Errors.GuardAsync(() => reader.ReadAsync(cancellationToken)))
        {
            yield return PostgresRows.Embedded(reader);
        }
    }

    public Task<QueueState> ReadQueueAsync(int generation, CancellationToken cancellationToken) =>
        ReadAsync(QueueState.Empty, async connection =>
        (await connection.RowsAsync(PostgresBuildSql.Queue(Sql.Schema),
            row => new QueueState(row.GetInt32(0), row.GetInt32(1), row.GetBoolean(2)), cancellationToken,
            ("generation", generation))).Single(), cancellationToken);

    public Task<IReadOnlyList<CoverageRow>> ReadCoverageAsync(int? generation, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<CoverageRow>>([], async connection => await connection.RowsAsync(
            generation is { } id ? Sql.Coverage(id) : Sql.CoverageWithout,
            row => new CoverageRow(row.GetString(0), row.GetString(1), row.GetInt32(2), row.GetInt32(3), row.GetInt32(4), row.GetInt32(5)),
            cancellationToken), cancellationToken);

    public Task<IReadOnlyList<Facet>> ReadFacetsAsync(string? key, int limit, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<Facet>>([], async connection => await connection.RowsAsync(
            key is null ? Sql.MetadataKeys : Sql.MetadataValues, row =>
            new Facet(row.GetString(0), row.GetInt32(1)), cancellationToken, ("limit", limit), ("key", key ?? "")), cancellationToken);

    public Task<Backlog> ReadBacklogAsync(int? generation, int? priced, CancellationToken cancellationToken) =>
        ReadAsync(Backlog.None, async connection =>
        (await connection.RowsAsync(
            PostgresBuildSql.Backlog(Sql.Schema, generation, priced), row =>
            new Backlog(row.GetInt32(0), row.GetInt32(1), row.GetInt64(2), row.GetInt32(3)), cancellationToken)).Single(),
        cancellationToken);

    public Task<IReadOnlyList<StoreFault>> FindFaultsAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<StoreFault>>([], async connection =>
        await PostgresServer.FindExtensionAsync(connection, cancellationToken) is { } extension
            ? await new PostgresFaults(database, extension, config.Index).FindAsync(connection, before, cancellationToken)
                : [], cancellationToken);

    public Task<IReadOnlyList<(VectorRow Vector, ClaimedChunk Chunk)>> ReadSampleAsync(int generation, int count, int seed,
        CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<(VectorRow, ClaimedChunk)>>([], async connection =>
        {
            var probes = new SampleProbes(count, seed);
            while (probes.Next() is { } from)
            {
                var near = await connection.RowsAsync(
                    PostgresBuildSql.Sample(Sql.Schema, generation),
                    row => (Vector: new VectorRow(row.Hash(0), row.GetFieldValue<float[]>(2), row.GetInt32(1)), Chunk: new ClaimedChunk(
                    row.Hash(0), row.TextOf(3), new(row.GetString(4), row.GetString(5)))),
                    cancellationToken, ("from", from));
                probes.Answer(near.Count > 0 ? near[0] : null);
            }

            return probes.Found;
        }, cancellationToken);

    public Task<IReadOnlyList<RunRecord>> ReadRunsAsync(int limit, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<RunRecord>>([], async connection =>
            await connection.RowsAsync(Sql.Runs, PostgresRows.Receipt, cancellationToken, ("limit", limit)), cancellationToken);

    public Task<IReadOnlyList<SearchHit>> SearchAsync(SearchQuery query, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<SearchHit>>([], async connection =>
        {
            var (generation, extension) = await FindAsync(connection, query.Generation, cancellationToken);
            return await new PostgresSearch(database, connection, extension, config.Index, generation, query).RunAsync(cancellationToken);
        }, cancellationToken);

    public Task<bool> EnsureIndexAsync(int generation, IProgress<IndexProgress> progress, CancellationToken cancellationToken) =>
        database.Errors.GuardAsync(async () =>
    {
        StoredGeneration found;
        VectorExtension extension;
        await using (var connection = await OpenPresentAsync(cancellationToken) ?? throw StoreRefusals.NoGeneration(
            Description, generation))
        {
            (found, extension) = await FindAsync(connection, generation, cancellationToken);
        }

        return await new PostgresIndexBuild(database, extension, config.Index, clock).TryRunAsync(found, progress, cancellationToken);
    });

    public Task<IStoreWriter> BeginWriteAsync(string project, CancellationToken cancellationToken) =>
        database.Errors.GuardAsync<IStoreWriter>(async () =>
    {
        PostgresLock? held = null;
        try
        {
            await using var connection = await database.OpenAsync(cancellationToken);
            await PostgresServer.RefuseUnfitAsync(connection, database.Place, cancellationToken);
            RefuseNewer(await PostgresSchema.VersionAsync(connection, Sql, cancellationToken));
            held = await PostgresLock.TakeAsync(database, cancellationToken);
            var extension = await PostgresServer.EnsureExtensionAsync(connection, database.Place, cancellationToken);
            await PostgresSchema.MigrateAsync(connection, database, steps, clock, cancellationToken);
            return new PostgresWriter(database, held, await OwnAsync(connection, project, cancellationToken), extension, config, clock);
        }
        catch when (held is not null)
        {
            await held.DisposeAsync();
            throw;
        }
    });

    public ValueTask DisposeAsync() => database.DisposeAsync();

    /// <summary>Answers this writer's epoch; from here on the one before commits nothing.</summary>
    private async Task<long> OwnAsync(NpgsqlConnection connection, string project, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.RunAsync(Sql.Own, cancellationToken, ("project", project));
        var owner = await connection.ScalarAsync<string>($"SELECT project FROM {Sql.Schema}.meta", cancellationToken);
        if (owner != project)
        {
            throw StoreRefusals.OtherProject(Description, owner!, project, "store.schema");
        }

        try
        {
            await connection.RunAsync(EpochPatience, cancellationToken);
            var epoch = await connection.ScalarAsync<long>(Sql.TakeEpoch, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return epoch;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            throw new LockedException(
                $"A run that lost its lock is still in the middle of a commit to {Description}. Wait for it to end, then run the command "
                    + "again.");
        }
    }

    private async Task<(StoredGeneration Generation, VectorExtension Extension)> FindAsync(NpgsqlConnection connection, int generation,
        CancellationToken cancellationToken) => (
        (await connection.RowsAsync(Sql.Generations, PostgresRows.Generation, cancellationToken)).Find(one => one.Value.Id == generation)
        ?? throw StoreRefusals.NoGeneration(Description, generation),
        await PostgresServer.FindExtensionAsync(connection, cancellationToken) ?? throw new StoreRefusedException(
            $"{Description}: the extension pgvector was dropped, and all vectors with it. Run 'embsync sync', which makes it again and embeds everything anew."));

    private void RefuseNewer(int version)
    {
        if (version > steps.Count)
        {
            throw StoreRefusals.NewerSchema(Description, version, steps.Count);
        }
    }

    /// <summary>A connection to a store that is there; null when nothing was ever written.</summary>
    private Task<NpgsqlConnection?> OpenPresentAsync(CancellationToken cancellationToken) => database.Errors.GuardAsync(async () =>
    {
        var connection = await database.OpenAsync(cancellationToken);
        try
        {
            if (!isPresent)
            {
                var version = await PostgresSchema.VersionAsync(connection, Sql, cancellationToken);
                RefuseNewer(version);
                isPresent = version > 0;
            }

            if (isPresent)
            {
                return connection;
            }
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        await connection.DisposeAsync();
        return null;
    });

    private Task<T> ReadAsync<T>(T absent, Func<NpgsqlConnection, Task<T>> read, CancellationToken cancellationToken) =>
        database.Errors.GuardAsync(async () =>
    {
        await using var connection = await OpenPresentAsync(cancellationToken);
        return connection is null ? absent : await read(connection);
    });
}
