#pragma warning disable RS0030 // a source of rows
using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using Npgsql;

namespace EmbSync.Core.Postgres;

/// <summary>
/// A database that is only read: every statement runs in a read-only transaction of one snapshot, with a time limit, and with the settings
/// that
/// decide how values are written as text, so that the same row has the same hash whoever reads it.
/// </summary>
internal sealed class SourceDatabase : IAsyncDisposable
{
    private readonly NpgsqlDataSource pool;
    private readonly string source;
    private readonly string settings;

    public SourceDatabase(string source, Secret url, int timeoutSeconds)
    {
        var builder = PostgresUrl.Parse(url);
        builder.ApplicationName ??= "embsync";
        builder.CommandTimeout = timeoutSeconds == 0 ? 0 : timeoutSeconds + 5;
        var user = builder.Username ?? Environment.UserName;
        Place = new(builder.Host!, builder.Database ?? user, user, builder.Password, "", url.Origin);
        this.source = source;
        var schemas = builder.SearchPath;
        builder.SearchPath = null;
        pool = NpgsqlDataSource.Create(builder);
        settings = FormattableString.Invariant(
            $"SELECT set_config('statement_timeout', '{timeoutSeconds}s', true), set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO', true), set_config('IntervalStyle', 'postgres', true), ")
            + "set_config('extra_float_digits', '1', true), set_config('bytea_output', 'hex', true)"
            + (string.IsNullOrEmpty(schemas) ? "" : $", set_config('search_path', {SqlQuote.Literal(schemas)}, true)");
    }

    public PostgresPlace Place { get; }

    /// <summary>Host and database, for people.</summary>
    public string Name => $"{Place.Host}/{Place.Database}";

    /// <exception cref="SourceException">The database can't be reached, or ended the statement.</exception>
    /// <exception cref="UsageException">It refuses the statement: a name, a type, a right.</exception>
    public async Task<T> ReadAsync<T>(Func<NpgsqlConnection, Task<T>> read, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await pool.OpenConnectionAsync(cancellationToken);
            await using var transaction = await BeginAsync(connection, cancellationToken);
            return await read(connection);
        }
        catch (Exception e) when (IsTheirs(e))
        {
            throw Translate(e);
        }
    }

    /// <summary>
    /// The same of one state of the data, in two transactions: what differs then is made by the statement itself, and no change of
    /// anybody's.
    /// </summary>
    /// <returns>Null where that can't be told: not every server shares snapshots, or has room for two connections. What is wrong beside
    /// that, the next statement says.</returns>
    public async Task<(T First, T Second)?> ReadTwiceAsync<T>(Func<NpgsqlConnection, Task<T>> read, CancellationToken cancellationToken)
    {
        try
        {
            await using var one = await pool.OpenConnectionAsync(cancellationToken);
            await using var first = await BeginAsync(one, cancellationToken);
            var snapshot = await one.ScalarAsync<string>("SELECT pg_export_snapshot()", cancellationToken);
            await using var other = await pool.OpenConnectionAsync(cancellationToken);
            await using var second = await BeginAsync(other, cancellationToken, snapshot);
            return (await read(one), await read(other));
        }
        catch (Exception e) when (IsTheirs(e))
        {
            return null;
        }
    }

    /// <summary>Failures of database or connection, and a statement that turned out to be several.</summary>
    public static bool IsTheirs(Exception error) => PostgresErrors.Is(error) || error is NotSupportedException;

    /// <summary>A connection with its transaction, for answers that are read bit by bit; ends with its disposal.</summary>
    public async Task<(NpgsqlConnection Connection, NpgsqlTransaction Transaction)> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = await pool.OpenConnectionAsync(cancellationToken);
        try
        {
            return (connection, await BeginAsync(connection, cancellationToken));
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Which database this is, whatever its address: the server's system identifier and the database's number; null where the server
    /// doesn't say.
    /// </summary>
    public static async Task<string?> IdentityAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            return await connection.ScalarAsync<string>(
                "SELECT system_identifier || '.' || (SELECT oid FROM pg_database WHERE datname = current_database()) FROM pg_control_system()", cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.UndefinedFunction)
        {
            return null;
        }
    }

    /// <summary>
    /// One statement only: what the user wrote can't bring a second one, such as the end of the transaction. A plain command would be taken
    /// apart at
    /// its semicolons and sent piece by piece; this is sent whole, and the server takes one statement at a time.
    /// </summary>
    public static NpgsqlBatch Statement(NpgsqlConnection connection, string sql, IReadOnlyList<object> values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(value as NpgsqlParameter ?? new NpgsqlParameter { Value = value });
        }

        return new(connection) { BatchCommands = { command } };
    }

    public static async Task<List<T>> RowsAsync<T>(
        NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken,
        IReadOnlyList<object>? values = null)
    {
        await using var command = Statement(connection, sql, values ?? []);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    public EmbSyncException Translate(Exception error) => error switch
    {
        NotSupportedException => new UsageException(
            $"source '{source}': its query or condition holds more than one statement. Take out what follows the semicolon.", error),
        PostgresException { SqlState: PostgresErrorCodes.QueryCanceled } e => Failed($"{Name} ended a statement of source '{source}' ({e.MessageText}): raise the source's timeoutSeconds, or make its rows faster to read.", e),
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } e => new UsageException(
            Redact($"source '{source}': user '{Place.User}' may not read it in {Name} ({e.MessageText}). GRANT SELECT on it, and USAGE on its schema, to that user."), e),
        PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } e => new UsageException(
            Redact($"source '{source}': it may only read, and its query or condition would write ({e.MessageText})."), e),
        PostgresException e when e.SqlState.StartsWith("42", StringComparison.Ordinal)
            || e.SqlState.StartsWith("22", StringComparison.Ordinal) || e.SqlState.StartsWith("0A", StringComparison.Ordinal) =>
            new UsageException(Redact($"source '{source}': {Name} refuses its rows: {e.MessageText} ({e.SqlState}). Look at the source's table, query, where and columns."), e),
        _ => new PostgresErrors(Place with { Schema = "" }).Translate(error) is var told
            ? Failed($"source '{source}': {told.Message}", error) : throw error,
    };

    public ValueTask DisposeAsync() => pool.DisposeAsync();

    /// <param name="snapshot">Of another transaction, whose state of the data this one is to see; null for its own.</param>
    private async Task<NpgsqlTransaction> BeginAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken, string? snapshot = null)
    {
        var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        await connection.RunAsync(snapshot is null ? "SET TRANSACTION READ ONLY"
            : $"SET TRANSACTION READ ONLY; SET TRANSACTION SNAPSHOT {SqlQuote.Literal(snapshot)}", cancellationToken);
        await connection.RunAsync(settings, cancellationToken);
        return transaction;
    }

    private SourceException Failed(string message, Exception inner) => new(Redact(message), inner);

    private string Redact(string message) =>
        Place.Password is { Length: > 3 } password ? message.Replace(password, "***", StringComparison.Ordinal) : message;
}
