#pragma warning disable RS0030 // the Postgres store
using System.Text.Json;
using System.Text.Json.Nodes;
using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using Npgsql;
using NpgsqlTypes;

namespace EmbSync.Core.Storage.Postgres;

/// <summary>Commands and rows, as the store's files use them.</summary>
internal static class PostgresRows
{
    public static NpgsqlCommand Command(this NpgsqlConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var (name, value) in values)
        {
            command.Parameters.Add(value switch
            {
                null => new NpgsqlParameter(name, NpgsqlDbType.Text) { Value = DBNull.Value },
                DateTimeOffset time => new NpgsqlParameter(name, time.ToUniversalTime()),
                _ => new NpgsqlParameter(name, value),
            });
        }

        return command;
    }

    /// <summary>Answers the number of rows changed.</summary>
    public static async Task<int> RunAsync(
        this NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params (string Name, object? Value)[] values)
    {
        await using var command = connection.Command(sql, values);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The first column of the first row; null when there is none, or it is NULL.</summary>
    public static async Task<T?> ScalarAsync<T>(
        this NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params (string Name, object? Value)[] values)
    {
        await using var command = connection.Command(sql, values);
        return await command.ExecuteScalarAsync(cancellationToken) is T value ? value : default;
    }

    public static async Task<List<T>> RowsAsync<T>(
        this NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken,
        params (string Name, object? Value)[] values)
    {
        await using var command = connection.Command(sql, values);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    public static string? TextOf(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static DateTimeOffset Time(this NpgsqlDataReader row, int column) => row.GetFieldValue<DateTimeOffset>(column);

    public static ContentHash Hash(this NpgsqlDataReader row, int column) => ContentHash.FromBytes(row.GetFieldValue<byte[]>(column));

    /// <summary>Columns as <see cref="PostgresSql.Generations"/> lists them.</summary>
    public static StoredGeneration Generation(NpgsqlDataReader row) => new(
        new(row.GetInt32(0), row.GetString(1), new(row.GetString(2), row.GetString(3), row.GetInt32(4), row.GetString(5)),
            Enum.Parse<GenerationState>(row.GetString(6), ignoreCase: true), row.Time(7), row.IsDBNull(8) ? null : row.Time(8))
        {
            RetiredAt = row.IsDBNull(10) ? null : row.Time(10),
            IsPinned = row.GetBoolean(11),
        },
        row.GetString(9) == "halfvec" ? VectorType.HalfVec : VectorType.Vector);

    /// <summary>Columns as <see cref="PostgresSql.Items"/> lists them.</summary>
    /// <param name="at">Number of the first of them.</param>
    public static StoredItem Item(NpgsqlDataReader row, int at = 0) => new(
        row.GetString(at), row.TextOf(at + 1), row.GetString(at + 2), row.GetString(at + 3), row.Hash(at + 4), row.Hash(at + 5), row.GetString(at + 6), row.GetString(at + 7),
        row.GetInt32(at + 8));

    /// <summary>Columns as <see cref="PostgresSql.Embedded"/> lists them.</summary>
    public static EmbeddedChunk Embedded(NpgsqlDataReader row) => new(
        new(row.GetString(0), row.GetString(1)), row.GetString(2), row.GetString(3), row.TextOf(4), Canonical(row.GetString(5)), row.Time(6), row.GetInt32(7),
        row.GetInt32(8), row.Hash(9), row.GetString(10), row.GetFieldValue<float[]>(11));

    /// <summary>jsonb has an order of keys of its own.</summary>
    public static string Canonical(string metadata) => CanonicalJson.Of(JsonSerializer.Deserialize<Dictionary<string, JsonNode?>>(metadata)!);

    /// <summary>Columns as <see cref="PostgresSql.Runs"/> lists them.</summary>
    public static RunRecord Receipt(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetInt32(3), row.GetInt32(4), row.GetInt64(5),
        row.IsDBNull(6) ? null : row.GetDecimal(6), row.TextOf(7), row.TextOf(8), row.Time(9), row.IsDBNull(10) ? null : row.Time(10), row.GetString(11));

    public static (string Name, object? Value)[] Values(RunRecord run) =>
    [
        ("command", run.Command), ("status", run.Status), ("total", run.ItemsTotal), ("processed", run.ItemsProcessed), ("tokens", run.Tokens),
        ("cost", run.Cost), ("error", run.Error), ("commit", run.Commit), ("started", run.StartedAt), ("completed", run.CompletedAt), ("details", run.Details),
    ];
}
