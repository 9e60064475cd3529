#pragma warning disable RS0030 // the Postgres store
using EmbSync.Core.Model;
using EmbSync.Core.Postgres;
using EmbSync.Core.Storage.Inspection;
using EmbSync.Core.Storage.Sqlite;
using Npgsql;

namespace EmbSync.Core.Storage.Postgres.Inspection;

/// <summary>A schema that embsync made.</summary>
internal sealed class StoreLook(NpgsqlConnection connection, PostgresPlace place)
{
    private readonly PostgresSql sql = new(place.Schema);

    public async Task<StoreFacts> ReadAsync(CancellationToken cancellationToken)
    {
        var s = sql.Schema;
        var version = await PostgresSchema.VersionAsync(connection, sql, cancellationToken);
        var facts = new StoreFacts(place.ToString(), place.Schema, version, PostgresSchema.Steps.Count, null, [], 0, 0, [], null, [], null);
        if (version == 0 || version > PostgresSchema.Steps.Count)
        {
            return facts; // a newer schema's tables may mean something else
        }

        var generations = new List<GenerationFacts>();
        foreach (var stored in await connection.RowsAsync(sql.Generations, PostgresRows.Generation, cancellationToken))
        {
            generations.Add(await GenerationAsync(stored, cancellationToken));
        }

        var active = generations.Find(one => one.Value is { State: GenerationState.Active, Space: Generation.DefaultSpace });
        var runs = await connection.RowsAsync(
            $"SELECT id, command, started_at FROM {s}.run WHERE status = 'running' ORDER BY id", row =>
            (row.GetInt64(0), row.GetString(1), row.Time(2)), cancellationToken);
        return facts with
        {
            Project = await connection.ScalarAsync<string>($"SELECT project FROM {s}.meta", cancellationToken),
            Generations = generations,
            Chunks = await connection.ScalarAsync<long>($"SELECT count(*) FROM {s}.chunk", cancellationToken),
            SpareVectors = active is { HasTable: true } ? await connection.ScalarAsync<long>(
                $"SELECT count(*) FROM {s}.{active.Table} v WHERE NOT EXISTS (SELECT FROM {s}.chunk c WHERE c.hash = v.hash)",
                cancellationToken) : 0,
            Sources = await connection.RowsAsync(
                $"SELECT source, count(*) FROM {s}.item GROUP BY source ORDER BY source", row =>
                (row.GetString(0), row.GetInt64(1)), cancellationToken),
            LockHolder = await PostgresLock.HolderAsync(connection, PostgresLock.Key(place, "writer"), cancellationToken),
            OpenRuns = runs,
            HasView = await AreShownAsync(generations, cancellationToken),
        };
    }

    private async Task<GenerationFacts> GenerationAsync(StoredGeneration stored, CancellationToken cancellationToken)
    {
        var table = $"{sql.Schema}.{stored.Table}";
        var facts = new GenerationFacts(stored.Value, stored.Table, true, 0, 0, 0, 0, 0);
        if (!await connection.ScalarAsync<bool>("SELECT to_regclass(@table) IS NOT NULL", cancellationToken, ("table", table)))
        {
            return facts with { HasTable = false };
        }

        return facts with
        {
            Vectors = await connection.ScalarAsync<long>($"SELECT count(*) FROM {table}", cancellationToken),
            Missing = await connection.ScalarAsync<long>(
                $"SELECT count(*) FROM {sql.Schema}.chunk c WHERE NOT EXISTS (SELECT FROM {table} v WHERE v.hash = c.hash)",
                cancellationToken),
        };
    }

    private async Task<bool?> AreShownAsync(List<GenerationFacts> generations, CancellationToken cancellationToken)
    {
        bool? shown = null;
        foreach (var one in generations.Where(one => one is { HasTable: true, Value.State: GenerationState.Active }))
        {
            shown = shown is not false && await IsShownAsync(PostgresView.NameOf(one.Value.Space), one.Table, cancellationToken);
        }

        return shown;
    }

    /// <summary>The view's query reads the table.</summary>
    private Task<bool> IsShownAsync(string view, string table, CancellationToken cancellationToken) => connection.ScalarAsync<bool>(
        """
        SELECT EXISTS (SELECT FROM pg_rewrite r JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
            WHERE r.ev_class = to_regclass(@view) AND d.refclassid = 'pg_class'::regclass AND d.refobjid = to_regclass(@table))
        """, cancellationToken, ("view", $"{sql.Schema}.{SqlQuote.Name(view)}"), ("table", $"{sql.Schema}.{table}"));
}
