#pragma warning disable RS0030 // the Postgres store
using System.Globalization;
using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Postgres;
using EmbSync.Core.Storage.Columns;
using EmbSync.Core.Storage.Sqlite;
using Npgsql;

namespace EmbSync.Core.Storage.Postgres.Columns;

/// <summary>One column of one table: what is due, writing it, its indexes, and the switch. One process at a time.</summary>
internal sealed class PostgresColumn : IAsyncDisposable
{
    private readonly PostgresDatabase database;
    private readonly TimeProvider clock;
    private PostgresLock? held;
    private ColumnModel? model;
    private string vectors = "vector";

    private PostgresColumn(PostgresDatabase database, ColumnFacts facts, IReadOnlyList<ColumnModel> models, VectorExtension extension,
        TimeProvider clock) =>
        (this.database, Facts, Models, Extension, this.clock) = (database, facts, models, extension, clock);

    public ColumnFacts Facts { get; private set; }

    public IReadOnlyList<ColumnModel> Models { get; private set; }

    public VectorExtension Extension { get; }

    /// <summary>Column that is written now, quoted.</summary>
    private string Target => model?.Shadow is { } shadow ? SqlQuote.Name(shadow) : Facts.Column;

    /// <summary>Reads only.</summary>
    public static async Task<PostgresColumn> OpenAsync(
        Secret url, ColumnRequest request, TimeProvider clock, CancellationToken cancellationToken)
    {
#pragma warning disable CA2000 // The column owns it.
        var database = new PostgresDatabase(url, "embsync");
#pragma warning restore CA2000
        try
        {
            return await database.Errors.GuardAsync(async () =>
            {
                await using var connection = await database.OpenAsync(cancellationToken);
                var extension = await PostgresServer.FindExtensionAsync(connection, cancellationToken)
                    ?? throw new UsageException(
                        $"{database.Place.Host}/{database.Place.Database} has no pgvector: there is no vector column to embed");
                var facts = await new ColumnCatalogue(connection, database.Place).FindAsync(request, cancellationToken);
                return new PostgresColumn(
                    database, facts, await ColumnRegistry.ReadAsync(connection, facts, cancellationToken), extension, clock);
            });
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <param name="against">Null: all rows are due.</param>
    public Task<ColumnCounts> CountAsync(ColumnModel? against, CancellationToken cancellationToken) => ReadAsync(async connection =>
    {
        var column = against is null ? null : against.Shadow is { } shadow ? SqlQuote.Name(shadow) : Facts.Column;
        if (against?.Shadow is { } made && !await HasColumnAsync(connection, made, cancellationToken))
        {
            (against, column) = (null, null);
        }

        return (await connection.RowsAsync(
            $"""
            SELECT count(*) FILTER (WHERE x <> ''), count(*) FILTER (WHERE x <> '' AND due), coalesce(sum(octet_length(x)) FILTER (WHERE due), 0)::bigint, count(*) FILTER (WHERE x = ''),
                count(*) FILTER (WHERE shown), count(*) FILTER (WHERE shown AND x = '')
            FROM (SELECT {Facts.Text} AS x, t.{Facts.Column} IS NOT NULL AS shown, {(against is null ? "true" : IsDue(column!))} AS due FROM {Facts.Table} t {(against is null ? "" : Join)}) all_rows
            """,
            row => new ColumnCounts(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5)),
            cancellationToken, ("model", against?.Id ?? 0))).Single();
    }, cancellationToken);

    /// <summary>Records what is begun, and makes room for it. The first write.</summary>
    /// <exception cref="LockedException">Another process is at it.</exception>
    public Task BeginAsync(EmbeddingSignature target, ColumnMode mode, string type, bool dropIndexes, Action<string> step,
        CancellationToken cancellationToken) => database.Errors.GuardAsync(async () =>
    {
        held = await PostgresLock.TryTakeBuildAsync(
            database, Text.Of($"column {Facts.Key}.{Facts.ColumnName}"), shared: false, cancellationToken)
            ?? throw new LockedException(
                $"another embsync run embeds {Facts.Table}.{Facts.Column}: wait for it to end, then run this again");
        await using var connection = await database.OpenAsync(cancellationToken);
        await ColumnRegistry.MakeAsync(connection, cancellationToken);
        Models = await ColumnRegistry.ReadAsync(connection, Facts, cancellationToken);
        vectors = type.Split('(')[0];
        if (mode == ColumnMode.InPlace)
        {
            model = Models.First(one => one.IsActive);
            return true;
        }

        var shadow = mode == ColumnMode.Shadow ? ShadowName(Facts.ColumnName) : null;
        model = Models.FirstOrDefault(one => !one.IsActive);
        if (model is not null && (model.Signature != target || model.Shadow != shadow))
        {
            step("forget");
            if (model.Shadow is null)
            {
                throw new UsageException($"{Facts.Table}.{Facts.Column} is half way to {model.Signature.Model} with {model.Signature.Dimension} dimensions, in place: its rows are of two models. "
                    + "Finish that first, with --relax-type and that model");
            }

            await DropShadowAsync(connection, model, cancellationToken);
            model = null;
        }

        if (model is null)
        {
            step("register");
            model = await ColumnRegistry.BeginAsync(
                connection, Facts, target, shadow, mode == ColumnMode.Relaxed ? Facts.Indexes : [], cancellationToken);
        }

        step("make room");
        if (mode == ColumnMode.Shadow)
        {
            await AlterAsync(connection, $"ALTER TABLE {Facts.Table} ADD COLUMN IF NOT EXISTS {Target} {Extension.Schema}.{type}",
                cancellationToken);
        }
        else if ((await CountAsync(model, cancellationToken)).Due > 0)
        {
            foreach (var index in dropIndexes ? Facts.Indexes : [])
            {
                await AlterAsync(connection, $"DROP INDEX IF EXISTS {Index(index.Name)}", cancellationToken);
            }

            await AlterAsync(connection, $"ALTER TABLE {Facts.Table} ALTER COLUMN {Facts.Column} TYPE {Extension.Schema}.{Facts.Vector}",
                cancellationToken);
        }

        return true;
    });

    /// <summary>
    /// The next page of rows in the order of their keys: those of it that are due, and where the page ends; null for the end of the table.
    /// </summary>
    public Task<(IReadOnlyList<DueRow> Due, string? Last)> ReadDueAsync(string? after, int page, CancellationToken cancellationToken) =>
        ReadAsync(async connection =>
    {
        // The page first, then its hashes one by one: a join over the whole would read the rest of the table for each page.
        var rows = await connection.RowsAsync(
            $"""
            SELECT p.key, CASE WHEN p.x <> '' AND (p.lacks OR r.hash IS DISTINCT FROM p.hash) THEN p.x END, p.hash FROM (
                SELECT t.{Facts.Id} AS sort, t.{Facts.Id}::text AS key, {Facts.Text} AS x, t.{Target} IS NULL AS lacks, sha256(convert_to({Facts.Text}, 'UTF8')) AS hash
                FROM {Facts.Table} t WHERE {(after is null ? "true" : $"t.{Facts.Id} > @after::{Facts.IdType}")} ORDER BY t.{Facts.Id} LIMIT @page) p
            LEFT JOIN LATERAL (SELECT hash FROM {ColumnRegistry.Rows} one WHERE one.model = @model AND one.row_id = p.key LIMIT 1) r ON true
            ORDER BY p.sort
            """,
            row => (Key: row.GetString(0), Text: row.TextOf(1), Hash: row.Hash(2)), cancellationToken, ("model", model!.Id),
            ("after", after), ("page", page));
        IReadOnlyList<DueRow> due = [.. rows.Where(row => row.Text is not null).Select(row => new DueRow(row.Key, row.Text!, row.Hash))];
        return (due, rows.Count == page ? rows[^1].Key : null);
    }, cancellationToken);

    /// <summary>
    /// One statement a batch. A row whose text is another by now is left for the next round. Answers how many were written.
    /// </summary>
    public Task<int> WriteAsync(IReadOnlyList<(DueRow Row, ReadOnlyMemory<float> Vector)> rows, CancellationToken cancellationToken) =>
        WriteAsync(connection => connection.RunAsync(
        $"""
        WITH new AS (SELECT * FROM unnest(@ids, @vectors, @hashes) AS n (id, vector, hash)),
        written AS (
            UPDATE {Facts.Table} t SET {Target} = new.vector::{Extension.Schema}.{vectors} FROM new
            WHERE t.{Facts.Id} = new.id::{Facts.IdType} AND sha256(convert_to({Facts.Text}, 'UTF8')) = new.hash RETURNING new.id, new.hash)
        INSERT INTO {ColumnRegistry.Rows} (model, row_id, hash) SELECT @model, id, hash FROM written ON CONFLICT (model, row_id) DO UPDATE SET hash = excluded.hash
        """, cancellationToken,
        ("ids", rows.Select(row => row.Row.Id).ToArray()),
        ("vectors", rows.Select(row => new Pgvector.Vector(row.Vector.ToArray()).ToString()).ToArray()),
        ("hashes", rows.Select(row => row.Row.Hash.ToBytes()).ToArray()), ("model", model!.Id)), cancellationToken);

    /// <summary>Rows that lost their text lose their vector.</summary>
    public Task<int> ClearAsync(CancellationToken cancellationToken) => WriteAsync(connection => connection.RunAsync(
        $"UPDATE {Facts.Table} t SET {Target} = NULL WHERE {Target} IS NOT NULL AND {Facts.Text} = ''",
        cancellationToken), cancellationToken);

    /// <summary>Builds what the column had, on the one that takes its place. Answers their names.</summary>
    public Task<IReadOnlyList<string>> BuildIndexesAsync(bool concurrently, CancellationToken cancellationToken) =>
        database.Errors.GuardAsync<IReadOnlyList<string>>(async () =>
    {
        var wanted = model!.Shadow is null ? model.Dropped : Facts.Indexes;
        await using var connection = await database.OpenSingleAsync(cancellationToken);
        foreach (var index in wanted)
        {
            var name = model.Shadow is null ? index.Name : ShadowName(index.Name);
            var state = await connection.ScalarAsync<string>(
                "SELECT CASE WHEN x.indisvalid THEN 'valid' ELSE 'invalid' END FROM pg_index x WHERE x.indexrelid = to_regclass(@name)",
                cancellationToken, ("name", Index(name)));
            if (state == "invalid")
            {
                throw new StoreException($"the index {Index(name)} is INVALID, left by a build that was cut off: drop it with 'embsync doctor --fix', then run this again. All vectors are kept");
            }

            if (state is null)
            {
                await connection.RunAsync(
                    Extension.HasParallelBuild ? "SELECT 1" : "SET max_parallel_maintenance_workers = 0", cancellationToken);
                var memory = await MemoryAsync(connection, cancellationToken);
                await connection.RunAsync(
                    string.Create(CultureInfo.InvariantCulture, $"SET maintenance_work_mem = '{memory}MB'"), cancellationToken);
                await using var build = connection.Command(
                    $"CREATE INDEX {(concurrently ? "CONCURRENTLY " : "")}{SqlQuote.Name(name)} ON {Facts.Table} USING {index.Method} ({Target} {Extension.Schema}.{vectors}_{index.Operator})"
                        + (index.Options.Length > 0 ? $" WITH ({index.Options})" : ""));
                build.CommandTimeout = 0; // a million rows take minutes
                await build.ExecuteNonQueryAsync(cancellationToken);
            }
        }

        return [.. wanted.Select(index => index.Name)];
    });

    /// <summary>
    /// In one short transaction: nothing is due any more, the new vectors take the place of the old ones, and the registry says so. False
    /// when rows came in meanwhile.
    /// </summary>
    /// <param name="mayLack">Rows that failed for good.</param>
    public Task<bool> SwitchAsync(string type, long mayLack, CancellationToken cancellationToken) => WriteAsync(async connection =>
    {
        // Writers wait while it is looked once more; readers only for the exchange itself.
        await connection.RunAsync(
            $"SET LOCAL lock_timeout = '200ms'; LOCK TABLE {Facts.Table} IN SHARE ROW EXCLUSIVE MODE", cancellationToken);
        var due = await connection.ScalarAsync<long>(
            $"SELECT count(*) FROM {Facts.Table} t {Join} WHERE {Facts.Text} <> '' AND {IsDue(Target)}", cancellationToken,
            ("model", model!.Id));
        if (due > mayLack)
        {
            return false;
        }

        await connection.RunAsync($"LOCK TABLE {Facts.Table} IN ACCESS EXCLUSIVE MODE", cancellationToken);
        if (model.Shadow is { } shadow)
        {
            await connection.RunAsync(
                $"ALTER TABLE {Facts.Table} DROP COLUMN {Facts.Column}; ALTER TABLE {Facts.Table} RENAME COLUMN {SqlQuote.Name(shadow)} TO {Facts.Column}", cancellationToken);
            foreach (var index in Facts.Indexes)
            {
                await connection.RunAsync(
                    $"ALTER INDEX IF EXISTS {Index(ShadowName(index.Name))} RENAME TO {SqlQuote.Name(index.Name)}", cancellationToken);
            }

            if (Facts.IsNotNull)
            {
                await connection.RunAsync($"ALTER TABLE {Facts.Table} ALTER COLUMN {Facts.Column} SET NOT NULL", cancellationToken);
            }
        }
        else if (!model.IsActive)
        {
            // Its indexes can be built only now, and the registry knows them until they are.
            await connection.RunAsync(
                $"ALTER TABLE {Facts.Table} ALTER COLUMN {Facts.Column} TYPE {Extension.Schema}.{type}", cancellationToken);
            return true;
        }

        await ColumnRegistry.ActivateAsync(connection, Facts, model, cancellationToken);
        return true;
    }, cancellationToken);

    /// <summary>After the indexes of a column that was filled itself: the registry says what it holds.</summary>
    public Task FinishAsync(CancellationToken cancellationToken) => WriteAsync(async connection =>
    {
        await ColumnRegistry.ActivateAsync(connection, Facts, model!, cancellationToken);
        return true;
    }, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await (held?.DisposeAsync() ?? ValueTask.CompletedTask);
        await database.DisposeAsync();
    }

    private string Join => $"LEFT JOIN {ColumnRegistry.Rows} r ON r.model = @model AND r.row_id = t.{Facts.Id}::text";

    /// <summary>Without a vector, or with one of another text.</summary>
    private string IsDue(string column) => $"(t.{column} IS NULL OR r.hash IS DISTINCT FROM sha256(convert_to({Facts.Text}, 'UTF8')))";

    private string Index(string name) => $"{Facts.Table[..Facts.Table.LastIndexOf(Facts.Table.EndsWith('"') ? ".\"" : ".", StringComparison.Ordinal)]}.{SqlQuote.Name(name)}";

    /// <summary>Fits a name of 63 bytes; the same each time.</summary>
    private static string ShadowName(string name)
    {
        const string Ending = "__embsync";
        return System.Text.Encoding.UTF8.GetByteCount(name) + Ending.Length <= PostgresSql.MaxNameBytes ? name + Ending
            : $"{ContentHash.Of(name).ToString()[..24]}{Ending}";
    }

    private async Task DropShadowAsync(NpgsqlConnection connection, ColumnModel old, CancellationToken cancellationToken)
    {
        await AlterAsync(connection, $"ALTER TABLE {Facts.Table} DROP COLUMN IF EXISTS {SqlQuote.Name(old.Shadow!)}", cancellationToken);
        await ColumnRegistry.ForgetAsync(connection, old, cancellationToken);
    }

    /// <summary>Readers and writers queue behind one who waits for this lock: it is asked for in short tries.</summary>
    private Task<int> AlterAsync(NpgsqlConnection connection, string statement, CancellationToken cancellationToken) =>
        PostgresRetry.RunAsync(clock, _ => Task.CompletedTask, async () =>
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var command = connection.Command($"SET LOCAL lock_timeout = '200ms'; {statement}");
        command.CommandTimeout = 0; // a change of type may read every row
        await command.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(CancellationToken.None);
        return 0;
    }, cancellationToken);

    private Task<bool> HasColumnAsync(NpgsqlConnection connection, string name, CancellationToken cancellationToken) =>
        connection.ScalarAsync<bool>(
        "SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = @oid::oid AND attname = @name AND NOT attisdropped)", cancellationToken,
        ("oid", (long)Facts.Oid), ("name", name));

    private async Task<long> MemoryAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var rows = await connection.ScalarAsync<long>($"SELECT count({Target}) FROM {Facts.Table}", cancellationToken);
        return Math.Clamp(rows * ((4L * model!.Signature.Dimension) + 730) / (1024 * 1024), 64, 1024);
    }

    private Task<T> ReadAsync<T>(Func<NpgsqlConnection, Task<T>> read, CancellationToken cancellationToken) =>
        database.Errors.GuardAsync(async () =>
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await read(connection);
    });

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
