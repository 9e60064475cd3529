#pragma warning disable RS0030 // the SQLite store
using System.Globalization;
using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using Microsoft.Data.Sqlite;

namespace EmbSync.Core.Storage.Sqlite;

/// <summary>Commands and rows, as the store's files use them.</summary>
internal static class SqliteRows
{
    public static SqliteCommand Command(
        this SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        return command;
    }

    /// <summary>Answers the number of rows changed.</summary>
    public static int Run(this SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using var command = connection.Command(sql, values);
        return command.ExecuteNonQuery();
    }

    public static T Scalar<T>(this SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using var command = connection.Command(sql, values);
        return (T)command.ExecuteScalar()!;
    }

    public static List<T> Rows<T>(
        this SqliteConnection connection, string sql, Func<SqliteDataReader, T> read, CancellationToken cancellationToken,
        params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using var command = connection.Command(sql, values);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            rows.Add(read(reader));
        }

        return rows;
    }

    /// <summary>ISO 8601 in UTC with seven decimals: sorts as time does.</summary>
    public static string Text(DateTimeOffset time) => time.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture);

    public static string? TextOf(this SqliteDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    public static DateTimeOffset Time(this SqliteDataReader reader, int column) =>
        DateTimeOffset.ParseExact(reader.GetString(column), "O", CultureInfo.InvariantCulture);

    /// <summary>The bytes in place: valid until the reader moves on.</summary>
    public static ReadOnlySpan<byte> Bytes(this SqliteDataReader reader, int column) =>
        SQLitePCL.raw.sqlite3_column_blob(reader.Handle, column);

    public static ContentHash Hash(this SqliteDataReader reader, int column) => ContentHash.FromBytes(reader.Bytes(column));

    /// <summary>Columns as <see cref="SqliteSql.Generations"/> lists them.</summary>
    public static StoredGeneration Generation(SqliteDataReader row) => new(
        new(row.GetInt32(0), row.GetString(1), new(row.GetString(2), row.GetString(3), row.GetInt32(4), row.GetString(5)),
            Enum.Parse<GenerationState>(row.GetString(6), ignoreCase: true), row.Time(7), row.IsDBNull(8) ? null : row.Time(8))
        {
            RetiredAt = row.IsDBNull(10) ? null : row.Time(10),
            IsPinned = row.GetBoolean(11),
        },
        row.GetString(9) == "halfvec" ? VectorType.HalfVec : VectorType.Vector);

    /// <summary>Columns as <see cref="SqliteSql.ItemsAfter"/> lists them.</summary>
    public static StoredItem Item(SqliteDataReader row) => new(
        row.GetString(0), row.TextOf(1), row.GetString(2), row.GetString(3), row.Hash(4), row.Hash(5), row.GetString(6), row.GetString(7),
        row.GetInt32(8));

    /// <summary>Columns as <see cref="SqliteSql.EmbeddedAfter"/> lists them.</summary>
    public static EmbeddedChunk Embedded(SqliteDataReader row, float[] vector) => new(
        new(row.GetString(0), row.GetString(1)), row.GetString(2), row.GetString(3), row.TextOf(4), row.GetString(5), row.Time(6),
        row.GetInt32(7),
        row.GetInt32(8), row.Hash(9), row.GetString(10), vector);

    /// <summary>Columns as <see cref="SqliteSql.Runs"/> lists them.</summary>
    public static RunRecord Receipt(SqliteDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetInt32(3), row.GetInt32(4), row.GetInt64(5),
        row.TextOf(6) is { } cost ? decimal.Parse(cost, CultureInfo.InvariantCulture) : null, row.TextOf(7), row.TextOf(8), row.Time(9),
        row.IsDBNull(10) ? null : row.Time(10), row.GetString(11));

    public static (string Name, object? Value)[] Values(RunRecord run) =>
    [
        ("$command", run.Command), ("$status", run.Status), ("$total", run.ItemsTotal), ("$processed", run.ItemsProcessed),
            ("$tokens", run.Tokens),
        ("$cost", run.Cost?.ToString(CultureInfo.InvariantCulture)), ("$error", run.Error), ("$commit", run.Commit),
        ("$started", Text(StoreClock.InMicroseconds(run.StartedAt))),
        ("$completed", run.CompletedAt is { } completed ? Text(StoreClock.InMicroseconds(completed)) : null), ("$details", run.Details),
    ];
}
