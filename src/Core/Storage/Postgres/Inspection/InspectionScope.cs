#pragma warning disable RS0030 // the Postgres store
using EmbSync.Core.Postgres;
using Npgsql;

namespace EmbSync.Core.Storage.Postgres.Inspection;

/// <summary>
/// One transaction of an inspection: read-only, so that nothing in it can write; bound in time, so that it can't hold up anybody; and
/// rolled back at its end. An error ends it and no other.
/// </summary>
internal sealed class InspectionScope : IAsyncDisposable
{
    private readonly NpgsqlTransaction transaction;

    private InspectionScope(NpgsqlTransaction transaction) => this.transaction = transaction;

    /// <param name="seconds">That one statement may take.</param>
    /// <param name="uncounted">Leave no trace in the server's counts of scans; only a superuser can.</param>
    public static async Task<InspectionScope> BeginAsync(
        NpgsqlConnection connection, int seconds, bool uncounted, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.RunAsync(
            FormattableString.Invariant($"SET TRANSACTION READ ONLY; SET LOCAL statement_timeout = '{seconds}s'; ")
                + "SET LOCAL lock_timeout = '2s'; SET LOCAL search_path = ''"
                + (uncounted ? "; SET LOCAL track_counts = off" : ""), cancellationToken);
        return new(transaction);
    }

    public ValueTask DisposeAsync() => transaction.DisposeAsync();
}
