#pragma warning disable RS0030 // the Postgres store
using System.Buffers.Binary;
using EmbSync.Core.Model;
using EmbSync.Core.Postgres;
using EmbSync.Core.Storage.Sqlite;
using Npgsql;

namespace EmbSync.Core.Storage.Postgres;

/// <summary>
/// A lock between processes: an advisory lock of a transaction that stays open on a connection of its own, so that it holds behind a pooler
/// in
/// transaction mode too. The server lets go of it when the connection ends, however it ends. The transaction keeps no snapshot, so it
/// holds back neither vacuum nor an index that is built concurrently. The lock keeps runs from working for nothing; what keeps a store
/// right are the epoch and the leases that commits check.
/// </summary>
internal sealed class PostgresLock : IAsyncDisposable
{
    /// <summary>Some servers end transactions that idle or last; this one is meant to. The second limit came with PostgreSQL 17.</summary>
    private const string MayIdle =
        "SELECT set_config(name, '0', true) FROM pg_settings WHERE name IN ('idle_in_transaction_session_timeout', 'transaction_timeout')";

    /// <summary>
    /// The server keeps the snapshot of a transaction's last SELECT until another statement takes its place: this one needs none.
    /// </summary>
    private const string LeaveSnapshot = "SET LOCAL jit = off";

    private readonly PostgresDatabase database;
    private readonly long key;
    private readonly bool shared;
    private NpgsqlConnection? connection;
    private NpgsqlTransaction? transaction;

    private PostgresLock(PostgresDatabase database, long key, bool shared, NpgsqlConnection connection, NpgsqlTransaction transaction) =>
        (this.database, this.key, this.shared, this.connection, this.transaction) = (database, key, shared, connection, transaction);

    /// <summary>The writer's.</summary>
    /// <exception cref="LockedException">Another run has it.</exception>
    public static async Task<PostgresLock> TakeAsync(PostgresDatabase database, CancellationToken cancellationToken)
    {
        var key = Key(database.Place, "writer");
        return await TryTakeAsync(database, key, shared: false, cancellationToken) ?? throw await TakenAsync(
            database, key, cancellationToken);
    }

    /// <summary>That of who fills a generation of the space; null when it is taken. Shared ones get along with each other.</summary>
    public static Task<PostgresLock?> TryTakeBuildAsync(PostgresDatabase database, string space, bool shared,
        CancellationToken cancellationToken) =>
        TryTakeAsync(database, Key(database.Place, "build " + space), shared, cancellationToken);

    /// <summary>That of who builds the index of a generation; null when it is taken.</summary>
    public static Task<PostgresLock?> TryTakeIndexAsync(PostgresDatabase database, int generation, CancellationToken cancellationToken) =>
        TryTakeAsync(database, Key(database.Place, FormattableString.Invariant($"index {generation}")), shared: false, cancellationToken);

    /// <summary>After a lost connection: takes the lock again unless it is still held.</summary>
    /// <exception cref="LockedException">Another run took it meanwhile.</exception>
    public async Task RenewAsync(CancellationToken cancellationToken)
    {
        try
        {
            await (transaction?.Connection ?? throw new InvalidOperationException("the lock's transaction is over")).RunAsync(
                LeaveSnapshot, cancellationToken);
        }
        catch (Exception e) when (PostgresErrors.Is(e) || e is InvalidOperationException)
        {
            await DisposeAsync();
            (connection, transaction) = await ConnectAsync(database, key, shared, cancellationToken) ?? throw await TakenAsync(
                database, key, cancellationToken);
        }
    }

    /// <summary>Locks are counted by database already; the schema makes the key.</summary>
    public static long Key(PostgresPlace place, string purpose)
    {
        var digest = ContentHash.Of($"embsync\n{purpose}\n{place.Database}\n{place.Schema}").ToBytes();
        return BinaryPrimitives.ReadInt64BigEndian(digest);
    }

    /// <summary>
    /// Rolled back first: the server then has let go of the lock when this answers, and not a moment later. Whatever fails, the connection
    /// ends, and the lock with it.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (connection is not { } ended)
        {
            return;
        }

        connection = null;
        try
        {
            await (transaction?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
        catch (Exception e) when (PostgresErrors.Is(e) || e is InvalidOperationException)
        {
            // The connection is gone, and the lock with it.
        }
        finally
        {
            transaction = null;
            await ended.DisposeAsync();
        }
    }

    /// <summary>The server process that has the lock of that key, in words; null when nobody has it.</summary>
    public static async Task<string?> HolderAsync(NpgsqlConnection connection, long key, CancellationToken cancellationToken) =>
        (await connection.RowsAsync(
            """
            SELECT a.pid, to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') FROM pg_locks l JOIN pg_stat_activity a USING (pid)
            WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND ((l.classid::bigint << 32) | l.objid::bigint) = @key
                AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """,
            row => FormattableString.Invariant($" (server process {row.GetInt32(0)}, since {row.TextOf(1)} UTC; if it is dead: SELECT pg_terminate_backend({row.GetInt32(0)});)"),
            cancellationToken,
            ("key", key))).FirstOrDefault();

    /// <summary>Who has the lock of that space's builds, in words; empty when nobody has.</summary>
    public static async Task<string> BuilderAsync(PostgresDatabase database, string space, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await HolderAsync(connection, Key(database.Place, "build " + space), cancellationToken) ?? "";
    }

    private static async Task<PostgresLock?> TryTakeAsync(PostgresDatabase database, long key, bool shared,
        CancellationToken cancellationToken) =>
        await ConnectAsync(database, key, shared, cancellationToken) is var (connection, transaction)
            ? new(database, key, shared, connection, transaction) : null;

    private static async Task<LockedException> TakenAsync(PostgresDatabase database, long key, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return new($"Another embsync run writes to {database.Place}{await HolderAsync(connection, key, cancellationToken)}. Wait for it "
            + "to end, or give --wait; its lock goes with its connection.");
    }

    private static async Task<(NpgsqlConnection Connection, NpgsqlTransaction Transaction)?> ConnectAsync(
        PostgresDatabase database, long key, bool shared, CancellationToken cancellationToken)
    {
        var connection = await database.OpenSingleAsync(cancellationToken);
        try
        {
            var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await connection.RunAsync(MayIdle, cancellationToken);
            if (await connection.ScalarAsync<bool>(
                $"SELECT pg_try_advisory_xact_lock{(shared ? "_shared" : "")}(@key)", cancellationToken, ("key", key)))
            {
                await connection.RunAsync(LeaveSnapshot, cancellationToken);
                return (connection, transaction);
            }
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        await connection.DisposeAsync();
        return null;
    }
}
