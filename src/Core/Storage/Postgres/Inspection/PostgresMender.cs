#pragma warning disable RS0030 // the Postgres store
using EmbSync.Core.Postgres;
using EmbSync.Core.Storage.Inspection;
using EmbSync.Core.Storage.Sqlite;
using Npgsql;

namespace EmbSync.Core.Storage.Postgres.Inspection;

/// <summary>Carries out the mends that are safe, one by one and each outside a transaction, and checks what came of them.</summary>
internal sealed class PostgresMender(PostgresDatabase database)
{
    /// <summary>
    /// A lock that somebody holds for longer is theirs: the mend is given up. Builds of indexes wait for older transactions as long as it
    /// takes.
    /// </summary>
    private const string Patience = "SET lock_timeout = '10s'";

    private const string Valid = """
        SELECT x.indisvalid FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = @schema AND c.relname = @name
        """;

    /// <summary>Null when it is done; else why it isn't. A connection that breaks ends the run.</summary>
    public Task<string?> RunAsync(Mend mend, CancellationToken cancellationToken) => database.Errors.GuardAsync(async () =>
    {
        await using var connection = await database.OpenSingleAsync(cancellationToken);
        try
        {
            if (mend.Steps.Count == 1)
            {
                await connection.RunAsync(Patience, cancellationToken);
            }

            foreach (var statement in mend.Steps)
            {
                await using var command = connection.Command(statement);
                command.CommandTimeout = 0; // an index over a million rows takes minutes
                await command.ExecuteNonQueryAsync(cancellationToken);
            }
        }
        catch (PostgresException e) when (connection.State == System.Data.ConnectionState.Open)
        {
            return mend.Builds is { } left ? $"{e.MessageText} ({e.SqlState}){await RemoveAsync(connection, left, cancellationToken)}"
                : $"{e.MessageText} ({e.SqlState})";
        }

        return mend.Builds is not { } index ? null : await IsValidAsync(connection, index, cancellationToken) switch
        {
            true => null,
            false => $"the index came out INVALID{await RemoveAsync(connection, index, cancellationToken)}",
            null => "the index is not there, though the server reported no error",
        };
    });

    /// <summary>Null when there is none.</summary>
    private static async Task<bool?> IsValidAsync(NpgsqlConnection connection, TableName index, CancellationToken cancellationToken) =>
        (await connection.RowsAsync(Valid, row => (bool?)row.GetBoolean(0), cancellationToken, ("schema", index.Schema),
            ("name", index.Name))).FirstOrDefault();

    /// <summary>What a failed build of ours left behind is ours to remove.</summary>
    private static async Task<string> RemoveAsync(NpgsqlConnection connection, TableName index, CancellationToken cancellationToken)
    {
        if (await IsValidAsync(connection, index, cancellationToken) is not false)
        {
            return "";
        }

        try
        {
            await connection.RunAsync($"DROP INDEX CONCURRENTLY {index.Sql}", cancellationToken);
            return "; the INVALID index that it left was dropped";
        }
        catch (PostgresException e)
        {
            return $"; it left an INVALID index {index}, which could not be dropped: {e.MessageText}";
        }
    }
}
