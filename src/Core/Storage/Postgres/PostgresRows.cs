#pragma warning disable RS0030 // the Postgres store
using System.Text.Json;
using System.Text.Json.Nodes;
using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Postgres;
using EmbSync.Core.Storage.Sqlite;
using Npgsql;

namespace EmbSync.Core.Storage.Postgres;

/// <summary>Rows of the store's tables.</summary>
internal static class PostgresRows
{
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
        row.GetString(at), row.TextOf(at + 1), row.GetString(at + 2), row.GetString(at + 3), row.Hash(at + 4), row.Hash(at + 5),
        row.GetString(at + 6), row.GetString(at + 7),
        row.GetInt32(at + 8));

    /// <summary>Columns as <see cref="PostgresSql.Embedded"/> lists them.</summary>
    public static EmbeddedChunk Embedded(NpgsqlDataReader row) => new(
        new(row.GetString(0), row.GetString(1)), row.GetString(2), row.GetString(3), row.TextOf(4), Canonical(row.GetString(5)),
        row.Time(6), row.GetInt32(7),
        row.GetInt32(8), row.Hash(9), row.GetString(10), row.GetFieldValue<float[]>(11));

    /// <summary>jsonb has an order of keys of its own.</summary>
    public static string Canonical(string metadata) =>
        CanonicalJson.Of(JsonSerializer.Deserialize<Dictionary<string, JsonNode?>>(metadata)!);

    /// <summary>Columns as <see cref="PostgresSql.Runs"/> lists them.</summary>
    public static RunRecord Receipt(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetInt32(3), row.GetInt32(4), row.GetInt64(5),
        row.IsDBNull(6) ? null : row.GetDecimal(6), row.TextOf(7), row.TextOf(8), row.Time(9), row.IsDBNull(10) ? null
        : row.Time(10), row.GetString(11));

    public static (string Name, object? Value)[] Values(RunRecord run) =>
    [
        ("command", run.Command), ("status", run.Status), ("total", run.ItemsTotal), ("processed", run.ItemsProcessed),
            ("tokens", run.Tokens),
        ("cost", run.Cost), ("error", run.Error), ("commit", run.Commit), ("started", run.StartedAt), ("completed", run.CompletedAt),
            ("details", run.Details),
    ];
}
