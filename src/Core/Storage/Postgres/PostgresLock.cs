#pragma warning disable RS0030 // the Postgres store
using System.Buffers.Binary;
using EmbSync.Core.Model;
using Npgsql;

namespace EmbSync.Core.Storage.Postgres;

/// <summary>
/// The writer's lock: an advisory lock of a session of its own, which the server lets go of when the session ends, however it ends. It keeps
/// writers from working for nothing; what keeps a store right is the epoch that each commit checks.
/// </summary>
internal sealed class PostgresLock : IAsyncDisposable
{
    private readonly PostgresDatabase database;
    private NpgsqlConnection connection;

    private PostgresLock(PostgresDatabase database, NpgsqlConnection connection) => (this.database, this.connection) = (database, connection);

    /// <exception cref="LockedException">Another run has it.</exception>
    public static async Task<PostgresLock> TakeAsync(PostgresDatabase database, CancellationToken cancellationToken) =>
        new(database, await ConnectAsync(database, cancellationToken));

    /// <summary>After a lost connection: takes the lock again unless it is still held.</summary>
    /// <exception cref="LockedException">Another run took it meanwhile.</exception>
    public async Task RenewAsync(CancellationToken cancellationToken)
    {
        try
        {
            await connection.RunAsync("SELECT 1", cancellationToken);
        }
        catch (Exception e) when (PostgresErrors.Is(e) || e is InvalidOperationException)
        {
            await connection.DisposeAsync();
            connection = await ConnectAsync(database, cancellationToken);
        }
    }

    /// <summary>Locks are counted by database already; the schema makes the key.</summary>
    public static long Key(PostgresPlace place, string purpose)
    {
        var digest = ContentHash.Of($"embsync\n{purpose}\n{place.Database}\n{place.Schema}").ToBytes();
        return BinaryPrimitives.ReadInt64BigEndian(digest);
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private static async Task<NpgsqlConnection> ConnectAsync(PostgresDatabase database, CancellationToken cancellationToken)
    {
        var connection = await database.OpenSingleAsync(cancellationToken);
        try
        {
            var key = Key(database.Place, "writer");
            return await connection.ScalarAsync<bool>("SELECT pg_try_advisory_lock(@key)", cancellationToken, ("key", key))
                ? connection
                : throw new LockedException(
                    $"Another embsync run writes to {database.Place}{await HolderAsync(connection, key, cancellationToken)}. Wait for it "
                        + "to end; its lock goes with its connection.");
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
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
}
