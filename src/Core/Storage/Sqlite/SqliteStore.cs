#pragma warning disable RS0030 // the SQLite store
using System.Globalization;
using System.Runtime.CompilerServices;
using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using Microsoft.Data.Sqlite;

namespace EmbSync.Core.Storage.Sqlite;

/// <summary>
/// One file, no server. A connection lives for one read; each read sees one commit's state. Everything runs on the caller's thread:
/// the library has no asynchronous form of its own.
/// </summary>
internal sealed class SqliteStore : IStore
{
    /// <summary>Rows read under one lock; a page takes milliseconds.</summary>
    private const int PageSize = 10_000;

    /// <summary>Parameters in one statement, far below SQLite's 32,766.</summary>
    private const int SliceSize = 1_000;

    private readonly StoreConfig config;
    private readonly TimeProvider clock;
    private readonly IReadOnlyList<string> steps;
    private readonly SqliteFile file;

    public SqliteStore(StoreConfig config, TimeProvider clock)
        : this(config, clock, SqliteLimits.Default, SqliteSchema.Steps)
    {
    }

    internal SqliteStore(StoreConfig config, TimeProvider clock, SqliteLimits limits, IReadOnlyList<string> steps)
    {
        (this.config, this.clock, this.steps) = (config, clock, steps);
        file = new(config.Path, limits);
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, config.Path);
        Description = "sqlite " + (relative.StartsWith("..", StringComparison.Ordinal) ? config.Path : relative);
    }

    public string Description { get; }

    public bool IsVolatile => false;

    public Task<StoreHead> ReadHeadAsync(CancellationToken cancellationToken) => Read(StoreHead.Empty, connection =>
    {
        using var transaction = connection.BeginTransaction(deferred: true); // one state for all four statements
        var head = connection.Rows(SqliteSql.Head, row => (Project: row.GetString(0), Revision: row.GetInt64(1)), cancellationToken);
        return new StoreHead(
            true,
            SqliteSchema.Version(connection),
            head.Count == 0 ? null : head[0].Project,
            head.Count == 0 ? 0 : head[0].Revision,
            connection.Rows(SqliteSql.GenerationsAt(SqliteSchema.Version(connection)), row => SqliteRows.Generation(row).Value,
            cancellationToken),
            connection.Rows(SqliteSql.Sources, row => new SourceRecord(row.GetString(0), row.TextOf(1), row.GetString(2)),
            cancellationToken)
                .ToDictionary(record => record.Name));
    });

    public async IAsyncEnumerable<StoredItem> ReadItemsAsync(string source, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var after = "";
        List<StoredItem> page;
        do
        {
            page = await Read([], connection => connection.Rows(
                SqliteSql.ItemsAfter, SqliteRows.Item, cancellationToken, ("$source", source), ("$after", after), ("$page", PageSize)));
            foreach (var item in page)
            {
                yield return item;
                after = item.Id;
            }
        }
        while (page.Count == PageSize);
    }

    public Task<IReadOnlyDictionary<string, string>> ReadRemarksAsync(string source, CancellationToken cancellationToken) =>
        Read<IReadOnlyDictionary<string, string>>(
            new Dictionary<string, string>(), connection => SqliteSchema.Version(connection) < SqliteSchema.WithRemarks
            ? new Dictionary<string, string>()
            : connection.Rows(SqliteSql.Remarks, row => (Id: row.GetString(0), Text: row.GetString(1)), cancellationToken,
                ("$source", source))
                .ToDictionary(row => row.Id, row => row.Text, StringComparer.Ordinal));

    public Task<IReadOnlyList<string>> ReadSourceNamesAsync(CancellationToken cancellationToken) =>
        Read<IReadOnlyList<string>>([], connection =>
        connection.Rows(SqliteSql.SourceNames, row => row.GetString(0), cancellationToken));

    public Task<IReadOnlySet<string>> ReadIncompleteAsync(string source, int? generation, CancellationToken cancellationToken) =>
        Read<IReadOnlySet<string>>(new HashSet<string>(), connection => connection.Rows(
            generation is { } id ? SqliteSql.Incomplete(id) : SqliteSql.WithChunks, row =>
            row.GetString(0), cancellationToken, ("$source", source)).ToHashSet());

    public Task<IReadOnlyDictionary<string, IReadOnlyList<ContentHash>>> ReadChunkHashesAsync(
        string source, IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, IReadOnlyList<ContentHash>>();
        return Read<IReadOnlyDictionary<string, IReadOnlyList<ContentHash>>>(found, connection =>
        {
            foreach (var id in ids)
            {
                var rows = connection.Rows(
                    SqliteSql.ChunkHashes, row => row.IsDBNull(1) ? (ContentHash?)null : row.Hash(1), cancellationToken,
                    ("$source", source), ("$id", id));
                if (rows.Count > 0)
                {
                    found[id] = [.. rows.OfType<ContentHash>()];
                }
            }

            return found;
        });
    }

    public Task<IReadOnlySet<ContentHash>> ReadExistingAsync(
        int generation, IReadOnlyCollection<ContentHash> hashes, CancellationToken cancellationToken)
    {
        var found = new HashSet<ContentHash>();
        return Read<IReadOnlySet<ContentHash>>(found, connection =>
        {
            foreach (var slice in hashes.Chunk(SliceSize))
            {
                found.UnionWith(ByHash(connection, slice, list => SqliteSql.Existing(generation, list), row => row.Hash(0),
                    cancellationToken));
            }

            return found;
        });
    }

    public Task<IReadOnlyDictionary<ContentHash, float[]>> ReadVectorsAsync(
        int generation, IReadOnlyCollection<ContentHash> hashes, CancellationToken cancellationToken)
    {
        var found = new Dictionary<ContentHash, float[]>();
        return Read<IReadOnlyDictionary<ContentHash, float[]>>(found, connection =>
        {
            var stored = Generation(connection, generation);
            foreach (var slice in hashes.Chunk(SliceSize))
            {
                ByHash(connection, slice, list => SqliteSql.Vectors(generation, list), row => found[row.Hash(0)] = Numbers(row, 1, stored),
                    cancellationToken);
            }

            return found;
        });
    }

    public Task<IReadOnlyList<VectorRow>> ReadVectorPageAsync(int generation, ContentHash? after, int limit,
        CancellationToken cancellationToken) =>
        Read<IReadOnlyList<VectorRow>>([], connection =>
        {
            var stored = Generation(connection, generation);
            return connection.Rows(SqliteSql.VectorPage(generation),
                row => new VectorRow(row.Hash(0), Numbers(row, 2, stored), row.GetInt32(1)), cancellationToken,
                ("$after", after?.ToBytes() ?? []), ("$limit", limit));
        });

    public async IAsyncEnumerable<EmbeddedChunk> ReadEmbeddedAsync(
        EmbeddedScope scope, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var after = new ItemKey("", "");
        List<(ItemKey Item, EmbeddedChunk? Chunk)> page;
        while ((page = await Read([], connection => EmbeddedPage(connection, scope, after, cancellationToken))).Count > 0)
        {
            foreach (var row in page)
            {
                if (row.Chunk is { } chunk)
                {
                    yield return chunk;
                }
            }

            after = page[^1].Item;
        }
    }

    public Task<QueueState> ReadQueueAsync(int generation, CancellationToken cancellationToken) =>
        Read(QueueState.Empty, connection => connection.Rows(
        SqliteBuildSql.Queue, row => new QueueState(row.GetInt32(0), row.GetInt32(1), row.GetBoolean(2)), cancellationToken,
        ("$generation", generation), ("$now", SqliteRows.Text(clock.GetUtcNow()))).Single());

    public Task<IReadOnlyList<CoverageRow>> ReadCoverageAsync(int? generation, CancellationToken cancellationToken) =>
        Read<IReadOnlyList<CoverageRow>>([], connection => connection.Rows(
            generation is { } id ? SqliteSql.Coverage(id) : SqliteSql.CoverageWithout,
            row => new CoverageRow(row.GetString(0), row.GetString(1), row.GetInt32(2), row.GetInt32(3), row.GetInt32(4), row.GetInt32(5)),
            cancellationToken));

    public Task<IReadOnlyList<Facet>> ReadFacetsAsync(string? key, int limit, CancellationToken cancellationToken) =>
        Read<IReadOnlyList<Facet>>([], connection =>
        connection.Rows(key is null ? SqliteSql.MetadataKeys : SqliteSql.MetadataValues,
            row => new Facet(row.GetString(0), row.GetInt32(1)), cancellationToken, ("$key", key), ("$limit", limit)));

    public Task<Backlog> ReadBacklogAsync(int? generation, int? priced, CancellationToken cancellationToken) =>
        Read(Backlog.None, connection =>
        connection.Rows(SqliteBuildSql.Backlog(generation, priced),
            row => new Backlog(row.GetInt32(0), row.GetInt32(1), row.GetInt64(2), row.GetInt32(3)), cancellationToken).Single());

    public Task<IReadOnlyList<StoreFault>> FindFaultsAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        Read<IReadOnlyList<StoreFault>>([], connection =>
        new SqliteFaults(connection, cancellationToken).Find(before));

    public Task<IReadOnlyList<(VectorRow Vector, ClaimedChunk Chunk)>> ReadSampleAsync(int generation, int count, int seed,
        CancellationToken cancellationToken) =>
        Read<IReadOnlyList<(VectorRow, ClaimedChunk)>>([], connection =>
        {
            var stored = Generation(connection, generation);
            var probes = new SampleProbes(count, seed);
            while (probes.Next() is { } from)
            {
                var near = connection.Rows(
                    SqliteBuildSql.Sample(generation),
                    row => (Vector: new VectorRow(row.Hash(0), Numbers(row, 2, stored), row.GetInt32(1)), Chunk: new ClaimedChunk(
                    row.Hash(0), row.TextOf(3), new(row.GetString(4), row.GetString(5)))),
                    cancellationToken, ("$from", from)).ToList();
                probes.Answer(near.Count > 0 ? near[0] : null);
            }

            return probes.Found;
        });

    public Task<IReadOnlyList<RunRecord>> ReadRunsAsync(int limit, CancellationToken cancellationToken) =>
        Read<IReadOnlyList<RunRecord>>([], connection =>
            connection.Rows(SqliteSql.Runs, SqliteRows.Receipt, cancellationToken, ("$limit", limit)));

    public Task<IReadOnlyList<SearchHit>> SearchAsync(SearchQuery query, CancellationToken cancellationToken) =>
        Read<IReadOnlyList<SearchHit>>([], connection =>
        {
            using var transaction = connection.BeginTransaction(deferred: true); // hits are fetched from the state that was scanned
            return SqliteSearch.Run(connection, Generation(connection, query.Generation), query, cancellationToken);
        });

    public Task RequireRoomAsync(long bytes, CancellationToken cancellationToken) => Read(true, connection =>
        file.Room(connection) is { } room && room < bytes ? throw file.Errors.TooLittleRoom(bytes, room) : true);

    public Task<IStoreWriter> BeginWriteAsync(string project, CancellationToken cancellationToken)
    {
        file.RefuseLink();
        if (Directory.Exists(file.Path))
        {
            throw file.Errors.NotAFile();
        }

#pragma warning disable CA2000 // the writer owns lock and connection; on every other way out they are disposed below
        var held = SqliteLock.Take(file);
#pragma warning restore CA2000
        SqliteConnection? connection = null;
        try
        {
            return file.Errors.Io(() =>
            {
                connection = file.OpenToWrite(mayMake: true);
                RefuseNewer(SqliteSchema.Version(connection));
                SqliteSchema.Migrate(connection, steps, clock);
                var epoch = Own(connection, project);
                return Task.FromResult<IStoreWriter>(new SqliteWriter(Description, file, connection, held, epoch, config, clock));
            });
        }
        catch
        {
            connection?.Dispose();
            held.Dispose();
            throw;
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>
    /// Answers the writer's epoch. In a transaction: a statement that answers rows commits when it is closed, and where a reader is in its
    /// way then
    /// nobody hears of it.
    /// </summary>
    private long Own(SqliteConnection connection, string project)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        connection.Run(SqliteSql.Own, ("$project", project));
        var owner = connection.Scalar<string>("SELECT project FROM meta");
        if (owner != project)
        {
            throw StoreRefusals.OtherProject(Description, owner, project, "store.path");
        }

        var epoch = connection.Scalar<long>(SqliteSql.TakeEpoch, ("$holder", string.Create(
            CultureInfo.InvariantCulture,
            $"process {Environment.ProcessId} on {Environment.MachineName} since {clock.GetUtcNow():yyyy-MM-dd HH:mm:ss} UTC")));
        transaction.Commit();
        return epoch;
    }

    private static List<T> ByHash<T>(
        SqliteConnection connection, ContentHash[] slice, Func<string, string> sql, Func<SqliteDataReader, T> read,
        CancellationToken cancellationToken)
    {
        var values = slice.Select((hash, i) => (Name: FormattableString.Invariant($"$h{i}"), Value: (object?)hash.ToBytes())).ToArray();
        return connection.Rows(sql(string.Join(',', values.Select(value => value.Name))), read, cancellationToken, values);
    }

    private List<(ItemKey Item, EmbeddedChunk? Chunk)> EmbeddedPage(
        SqliteConnection connection, EmbeddedScope scope, ItemKey after, CancellationToken cancellationToken)
    {
        var stored = Generation(connection, scope.Generation);
        return connection.Rows(
            SqliteSql.EmbeddedAfter(scope.Generation),
            row => (new ItemKey(row.GetString(0), row.GetString(1)), row.IsDBNull(11) ? null : SqliteRows.Embedded(
            row, Numbers(row, 11, stored))),
            cancellationToken,
            ("$source", scope.Source), ("$type", scope.Type), ("$afterSource", after.Source), ("$afterId", after.Id));
    }

    private static float[] Numbers(SqliteDataReader row, int column, StoredGeneration stored)
    {
        var numbers = new float[stored.Value.Signature.Dimension];
        VectorCodec.Decode(stored.Vectors, row.Bytes(column), numbers);
        return numbers;
    }

    private StoredGeneration Generation(SqliteConnection connection, int id) =>
        connection.Rows(SqliteSql.GenerationsAt(SqliteSchema.Version(connection)), SqliteRows.Generation, CancellationToken.None).Find(
            one => one.Value.Id == id)
            ?? throw StoreRefusals.NoGeneration(Description, id);

    private void RefuseNewer(int version)
    {
        if (version > steps.Count)
        {
            throw StoreRefusals.NewerSchema(Description, version, steps.Count);
        }
    }

    private Task<T> Read<T>(T absent, Func<SqliteConnection, T> read) => Task.FromResult(file.Errors.Io(() =>
    {
        using var connection = file.OpenToRead();
        if (connection is null)
        {
            return absent;
        }

        var version = SqliteSchema.Version(connection);
        RefuseNewer(version);
        return version == 0 ? absent : read(connection);
    }));
}
