#pragma warning disable RS0030 // the Postgres store
using System.Net.Sockets;
using EmbSync.Core.Model;
using Npgsql;

namespace EmbSync.Core.Postgres;

/// <summary>What the server and the driver say, in words that name the place and the next step, never the password.</summary>
internal sealed class PostgresErrors(PostgresPlace place)
{
    /// <summary>Is a failure of database or connection, not of this program.</summary>
    public static bool Is(Exception error) => error is NpgsqlException or SocketException or IOException or TimeoutException;

    /// <summary>
    /// Doing the same once more may succeed, and nothing of it was kept or all of it was: writes here are such that doing them twice
    /// is doing them once.
    /// </summary>
    public static bool IsTransient(Exception error) => error switch
    {
        PostgresException e => e.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure
            or PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.LockNotAvailable || IsLost(e),
        NpgsqlException { InnerException: TimeoutException } => false,
        _ => Is(error),
    };

    /// <summary>The connection is gone, whatever was going on.</summary>
    private static bool IsLost(PostgresException error) =>
        error.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown
        or PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.ConnectionFailure or PostgresErrorCodes.ConnectionException;

    public async Task<T> GuardAsync<T>(Func<Task<T>> action)
    {
        try
        {
            return await action();
        }
        catch (Exception e) when (Is(e))
        {
            throw Translate(e);
        }
    }

    public EmbSyncException Translate(Exception error) => error is PostgresException server
        ? Translate(server)
        : error is NpgsqlException { InnerException: TimeoutException } or TimeoutException
            ? Failed($"{place} took too long to answer. Look for what blocks it (pg_stat_activity), or raise the time with 'Command "
                + $"Timeout' in {place.Origin}.", error)
            : Failed($"{place} can't be reached, or the connection to it broke ({Reason(error)}). Check that the server runs, and host, "
                + "port and TLS mode in "
                + $"{place.Origin}. What was committed is kept; run the command again.", error);

    private EmbSyncException Translate(PostgresException error) => error.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification => Failed(
            $"{place} refuses user '{place.User}': wrong password, or no access for that user from here. Correct {place.Origin} (or "
                + "PGPASSWORD), or the server's pg_hba.conf.", error),
        PostgresErrorCodes.InvalidCatalogName => Failed(
            $"{place}: there is no database '{place.Database}'. Create it (CREATE DATABASE {SqlQuote.Name(place.Database)};), or "
                + $"correct {place.Origin}.", error),
        PostgresErrorCodes.InsufficientPrivilege => Refused(
            $"{place}: user '{place.User}' may not do this ({error.MessageText}). Have its owner run: GRANT CREATE, CONNECT ON DATABASE "
            + $"{SqlQuote.Name(place.Database)} TO {SqlQuote.Name(place.User)}; and, where the schema exists, GRANT ALL ON "
            + $"SCHEMA {SqlQuote.Name(place.Schema)} and on its tables.", error),
        PostgresErrorCodes.ReadOnlySqlTransaction => Failed(
            $"{place} is read-only: a standby, or default_transaction_read_only is on. Point {place.Origin} at the primary, or switch "
                + "that setting off for this user.", error),
        PostgresErrorCodes.DiskFull or PostgresErrorCodes.OutOfMemory or PostgresErrorCodes.InsufficientResources => Failed(
            $"{place} has run out of room ({error.MessageText}). What was committed is kept. Make room on the server, then run the "
                + "command again: it goes on where it stopped.", error),
        PostgresErrorCodes.TooManyConnections => Failed(
            $"{place} takes no more connections. Wait, or raise max_connections or lower what else connects; then run the command "
                + "again.", error),
        PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn or PostgresErrorCodes.InvalidSchemaName => Failed(
            $"{place} lacks what embsync made there ({error.MessageText}): it was dropped or altered. Restore it, or drop the schema and run 'embsync sync' to build it anew.", error),
        PostgresErrorCodes.DuplicateTable or PostgresErrorCodes.WrongObjectType or PostgresErrorCodes.DuplicateObject => Refused(
            $"{place}: the schema has something of that name that embsync didn't make ({error.MessageText}). Set store.schema to a "
                + "schema of embsync's own.", error),
        PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.QueryCanceled => Failed(
            $"{place}: a lock or time limit of the server ended the statement ({error.MessageText}). Look for what blocks it "
                + "(pg_stat_activity, pg_locks), then run the command again.", error),
        PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure => Failed(
            $"{place}: other transactions kept getting in the way ({error.MessageText}). Run the command again when they are done.", error),
        _ when IsLost(error) => Failed(
            $"{place} ended the connection or is starting ({error.MessageText}). What was committed is kept; run the command "
                + "again.", error),
        _ => Failed($"{place} refuses a statement: {error.MessageText} ({error.SqlState}). Nothing of the batch was written; the "
            + "server's log says more.", error),
    };

    private StoreException Failed(string message, Exception inner) => new(Redact(message), inner);

    private StoreRefusedException Refused(string message, Exception inner) => new(Redact(message), inner);

    private static string Reason(Exception error) =>
        (error.InnerException is SocketException or IOException ? error.InnerException : error).Message.TrimEnd('.');

    /// <summary>Messages of driver and server don't hold the password; should one ever, it doesn't get out here.</summary>
    private string Redact(string message) =>
        place.Password is { Length: > 3 } password ? message.Replace(password, "***", StringComparison.Ordinal) : message;
}

/// <param name="Origin">Variable the address came from.</param>
internal sealed record PostgresPlace(string Host, string Database, string User, string? Password, string Schema, string Origin)
{
    public override string ToString() => $"postgres {Host}/{Database} schema {Schema}";
}
