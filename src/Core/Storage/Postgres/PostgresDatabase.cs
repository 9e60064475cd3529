#pragma warning disable RS0030 // the Postgres store
using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Postgres;
using Npgsql;

namespace EmbSync.Core.Storage.Postgres;

/// <summary>
/// Connections to one database. Data connections are pooled and hold no state between transactions, so that a pooler in
/// transaction mode may stand between.
/// </summary>
internal sealed class PostgresDatabase : IAsyncDisposable
{
    /// <summary>Seconds a statement may take; reading a million rows takes one or two. Building an index has no limit.</summary>
    private const int CommandTimeout = 300;

    /// <summary>Seconds between signs of life on the connection that holds the lock: firewalls forget silent ones after minutes.</summary>
    private const int LockKeepAlive = 30;

    private readonly NpgsqlDataSource pooled;
    private readonly NpgsqlDataSource single;

    public PostgresDatabase(Secret url, string schema)
    {
        if (schema.Length == 0 || System.Text.Encoding.UTF8.GetByteCount(schema) > PostgresSql.MaxNameBytes)
        {
            throw new UsageException(FormattableString.Invariant(
                $"store.schema '{schema}' must be 1 to {PostgresSql.MaxNameBytes} bytes long: PostgreSQL cuts longer names off."));
        }

        var builder = PostgresUrl.Parse(url);
        builder.ApplicationName ??= "embsync";
        if (!builder.ShouldSerialize("Command Timeout"))
        {
            builder.CommandTimeout = CommandTimeout;
        }

        if (builder.Host!.Contains(',', StringComparison.Ordinal) && string.IsNullOrEmpty(builder.TargetSessionAttributes))
        {
            // Of several hosts the one that can be written to: a standby would show what was a moment ago.
            builder.TargetSessionAttributes = "read-write";
        }

        if (builder.NoResetOnClose)
        {
            // Poolers take no such setting at the start of a connection, and embsync names its schema wherever it matters.
            builder.SearchPath = null;
        }

        var user = builder.Username ?? Environment.UserName;
        Place = new(builder.Host!, builder.Database ?? user, user, builder.Password, schema, url.Origin);
        Sql = new(schema);
        Errors = new(Place);
        pooled = NpgsqlDataSource.Create(builder);
        single = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(builder.ConnectionString) { Pooling = false, KeepAlive = LockKeepAlive });
    }

    public PostgresPlace Place { get; }

    public PostgresSql Sql { get; }

    public PostgresErrors Errors { get; }

    public async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken) =>
        await pooled.OpenConnectionAsync(cancellationToken);

    /// <summary>A connection of its own, never shared or reset.</summary>
    public async Task<NpgsqlConnection> OpenSingleAsync(CancellationToken cancellationToken) =>
        await single.OpenConnectionAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await pooled.DisposeAsync();
        await single.DisposeAsync();
    }
}
