#pragma warning disable RS0030 // the Postgres store
using System.Text.Json;
using EmbSync.Core.Model;
using EmbSync.Core.Postgres;
using EmbSync.Core.Storage.Columns;
using EmbSync.Core.Storage.Sqlite;
using Npgsql;

namespace EmbSync.Core.Storage.Postgres.Columns;

/// <summary>
/// Which model a column holds, and of which text each vector is: two tables of embsync's own, in the schema <c>embsync</c> of the user's
/// database.
/// </summary>
internal static class ColumnRegistry
{
    public const string Models = "embsync.column_model";
    public const string Rows = "embsync.column_row";

    private const string Make = $"""
        CREATE SCHEMA IF NOT EXISTS embsync;
        CREATE TABLE IF NOT EXISTS {Models} (
            id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, table_name text NOT NULL, column_name text NOT NULL, provider text NOT NULL, model text NOT NULL,
            dimension int NOT NULL, role_rules text NOT NULL, state text NOT NULL, shadow text, dropped text NOT NULL DEFAULT '[]',
            started_at timestamptz NOT NULL DEFAULT now(), completed_at timestamptz, UNIQUE (table_name, column_name, state));
        CREATE TABLE IF NOT EXISTS {Rows} (
            model int NOT NULL REFERENCES {Models} (id) ON DELETE CASCADE, row_id text COLLATE "C" NOT NULL, hash bytea NOT NULL, PRIMARY KEY (model, row_id));
        """;

    public static Task MakeAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        connection.RunAsync(Make, cancellationToken);

    /// <summary>The active one and the one that is being built; none where nothing was ever recorded.</summary>
    public static async Task<IReadOnlyList<ColumnModel>> ReadAsync(NpgsqlConnection connection, ColumnFacts facts,
        CancellationToken cancellationToken) =>
        await connection.ScalarAsync<bool>("SELECT to_regclass(@table) IS NOT NULL", cancellationToken, ("table", Models))
            ? await connection.RowsAsync(
                $"SELECT id, provider, model, dimension, role_rules, state = 'active', shadow, dropped FROM {Models} WHERE table_name = @table AND column_name = @column",
                row => new ColumnModel(
                    row.GetInt32(0), new(row.GetString(1), row.GetString(2), row.GetInt32(3), row.GetString(4)), row.GetBoolean(5),
                    row.TextOf(6),
                    JsonSerializer.Deserialize(row.GetString(7), ColumnJson.Default.ColumnIndexArray)!),
                cancellationToken, ("table", facts.Key), ("column", facts.ColumnName))
            : [];

    public static async Task<ColumnModel> BeginAsync(
        NpgsqlConnection connection, ColumnFacts facts, EmbeddingSignature target, string? shadow, IReadOnlyList<ColumnIndex> dropped,
        CancellationToken cancellationToken)
    {
        var id = await connection.ScalarAsync<int>(
            $"""
            INSERT INTO {Models} (table_name, column_name, provider, model, dimension, role_rules, state, shadow, dropped)
            VALUES (@table, @column, @provider, @model, @dimension, @rules, 'building', @shadow, @dropped) RETURNING id
            """, cancellationToken,
            ("table", facts.Key), ("column", facts.ColumnName), ("provider", target.Provider), ("model", target.Model),
            ("dimension", target.Dimension),
            ("rules", target.RoleRules), ("shadow", shadow),
            ("dropped", JsonSerializer.Serialize([.. dropped], ColumnJson.Default.ColumnIndexArray)));
        return new(id, target, false, shadow, dropped);
    }

    public static Task ForgetAsync(NpgsqlConnection connection, ColumnModel model, CancellationToken cancellationToken) =>
        connection.RunAsync($"DELETE FROM {Models} WHERE id = @id", cancellationToken, ("id", model.Id));

    /// <summary>The last write of all: from here on the column is of that model.</summary>
    public static async Task ActivateAsync(
        NpgsqlConnection connection, ColumnFacts facts, ColumnModel model, CancellationToken cancellationToken)
    {
        await connection.RunAsync(
            $"DELETE FROM {Models} WHERE table_name = @table AND column_name = @column AND state = 'active'", cancellationToken,
            ("table", facts.Key), ("column", facts.ColumnName));
        await connection.RunAsync(
            $"UPDATE {Models} SET state = 'active', shadow = NULL, dropped = '[]', completed_at = now() WHERE id = @id", cancellationToken,
            ("id", model.Id));
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(ColumnIndex[]))]
internal sealed partial class ColumnJson : System.Text.Json.Serialization.JsonSerializerContext;
