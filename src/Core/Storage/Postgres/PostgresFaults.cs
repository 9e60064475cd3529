#pragma warning disable RS0030 // the Postgres store
using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Postgres;
using Npgsql;

namespace EmbSync.Core.Storage.Postgres;

/// <summary>Finds and mends what can be wrong with the store's own tables, indexes and views.</summary>
internal sealed class PostgresFaults(PostgresDatabase database, VectorExtension extension, IndexConfig config)
{
    /// <summary>Rows deleted in one transaction.</summary>
    private const int Batch = 10_000;

    private readonly string s = database.Sql.Schema;

    public async Task<IReadOnlyList<StoreFault>> FindAsync(
        NpgsqlConnection connection, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var faults = new List<StoreFault>();
        var generations = await connection.RowsAsync(database.Sql.Generations, PostgresRows.Generation, cancellationToken);
        foreach (var generation in generations)
        {
            var exists = await connection.ScalarAsync<bool>(
                "SELECT to_regclass(@table) IS NOT NULL", cancellationToken, ("table", Table(generation)));
            if (generation.Value is { State: GenerationState.Retired, RetiredAt: { } retired } && retired < before)
            {
                var bytes = exists ? await connection.ScalarAsync<long>("SELECT pg_total_relation_size(to_regclass(@table))",
                    cancellationToken, ("table", Table(generation))) : 0;
                faults.Add(new(StoreFaultKind.RetiredGeneration, Name(generation), generation.Value.Id, 1, bytes));
            }
            else if (!exists)
            {
                faults.Add(new(StoreFaultKind.MissingTable, Name(generation), generation.Value.Id, 1));
            }
            else
            {
                faults.AddRange(await OfTableAsync(connection, generation, before, cancellationToken));
            }
        }

        foreach (var space in generations.GroupBy(generation => generation.Value.Space))
        {
            var view = new PostgresView(database.Sql, extension, space.Key);
            if (!await view.ShowsAsync(connection, [.. space], cancellationToken))
            {
                faults.Add(new(StoreFaultKind.View, view.ToString(), space.First().Value.Id, 1));
            }
        }

        var left = await connection.ScalarAsync<long>($"SELECT count(*) FROM {s}.work w WHERE {IsLeft}", cancellationToken);
        return [.. faults.Concat(left > 0 ? [new(StoreFaultKind.LeftoverWork, $"{s}.work", 0, left)] : []).OrderBy(fault => fault.Kind)];
    }

    /// <summary>One transaction's worth; says whether there is more.</summary>
    public async Task<(long Count, bool More)> MendAsync(
        NpgsqlConnection connection, StoreFault fault, DateTimeOffset before, CancellationToken cancellationToken)
    {
        if (fault.Kind == StoreFaultKind.LeftoverWork)
        {
            return (await connection.RunAsync($"DELETE FROM {s}.work w WHERE {IsLeft}", cancellationToken), false);
        }

        var all = await connection.RowsAsync(database.Sql.Generations, PostgresRows.Generation, cancellationToken);
        if (all.Find(one => one.Value.Id == fault.Generation) is not { } generation)
        {
            return (0, false);
        }

        var ofSpace = all.FindAll(one => one.Value.Space == generation.Value.Space);
        var view = new PostgresView(database.Sql, extension, generation.Value.Space);
        switch (fault.Kind)
        {
            case StoreFaultKind.BadVectors:
                return (await connection.RunAsync($"DELETE FROM {Table(generation)} v WHERE {IsBad(generation)}", cancellationToken),
                    false);
            case StoreFaultKind.SpareVectors:
                var deleted = await connection.RunAsync(
                    $"DELETE FROM {Table(generation)} WHERE hash IN (SELECT hash FROM {Table(generation)} v WHERE {IsSpare} LIMIT @batch)",
                    cancellationToken, ("before", before), ("batch", Batch));
                return (deleted, deleted == Batch);
            case StoreFaultKind.MissingTable:
                await connection.RunAsync(PostgresSchema.VectorTable(s, extension, generation), cancellationToken);
                await view.EnsureAsync(connection, ofSpace, cancellationToken);
                return (1, false);
            case StoreFaultKind.View:
                await view.EnsureAsync(connection, ofSpace, cancellationToken);
                return (1, false);
            case StoreFaultKind.RetiredGeneration when generation.Value.State == GenerationState.Retired:
                await view.EnsureAsync(connection, ofSpace.FindAll(one => one != generation), cancellationToken);
                await connection.RunAsync(
                    $"DROP TABLE IF EXISTS {Table(generation)}; DELETE FROM {s}.work WHERE generation = @id; DELETE FROM {s}.generation WHERE id = @id", cancellationToken, ("id", generation.Value.Id));
                return (1, false);
            default:
                return (0, false);
        }
    }

    /// <summary>Outside a transaction: a search under way is not to wait.</summary>
    public async Task<long> DropInvalidAsync(StoreFault fault, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenSingleAsync(cancellationToken);
        await connection.RunAsync($"DROP INDEX CONCURRENTLY IF EXISTS {fault.Subject}", cancellationToken);
        return 1;
    }

    private async Task<IReadOnlyList<StoreFault>> OfTableAsync(
        NpgsqlConnection connection, StoredGeneration generation, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var table = Table(generation);
        var (rows, bad, spare) = (await connection.RowsAsync(
            $"SELECT count(*), count(*) FILTER (WHERE {IsBad(generation)}), count(*) FILTER (WHERE {IsSpare}) FROM {table} v",
            row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)), cancellationToken, ("before", before))).Single();
        var indexes = await connection.RowsAsync(
            """
            SELECT x.indexrelid::regclass::text, x.indisvalid,
                EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.index_relid = x.indexrelid OR p.relid = x.indrelid)
            FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid JOIN pg_am a ON a.oid = c.relam WHERE x.indrelid = to_regclass(@table) AND a.amname = 'hnsw'
            """,
            row => (Name: row.GetString(0), IsValid: row.GetBoolean(1), IsInTheMaking: row.GetBoolean(2)), cancellationToken,
            ("table", table));
        var faults = new List<StoreFault>();
        if (bad > 0)
        {
            faults.Add(new(StoreFaultKind.BadVectors, Name(generation), generation.Value.Id, bad));
        }

        if (spare > 0)
        {
            faults.Add(new(StoreFaultKind.SpareVectors, Name(generation), generation.Value.Id, spare, spare * VectorCodec.Size(
                generation.Vectors, generation.Value.Signature.Dimension)) { Held = rows });
        }

        faults.AddRange(indexes.FindAll(index => index is { IsValid: false, IsInTheMaking: false }).Select(
            index => new StoreFault(StoreFaultKind.InvalidIndex, index.Name, generation.Value.Id, 1)));
        if (generation.Value.State == GenerationState.Active && rows >= config.MinRows && !indexes.Exists(
            index => index.IsValid || index.IsInTheMaking))
        {
            faults.Add(new(StoreFaultKind.MissingIndex, Name(generation), generation.Value.Id, 1));
        }

        return faults;
    }

    /// <summary>The type refuses other lengths, and numbers that are not finite.</summary>
    private string IsBad(StoredGeneration generation)
    {
        var norm = $"{extension.Schema}.{(generation.Vectors == VectorType.Vector ? "vector_norm" : "l2_norm")}(v.embedding)";
        return FormattableString.Invariant($"abs({norm} - 1) > {StoreFault.LengthTolerance}");
    }

    private string IsSpare => $"v.created_at < @before AND NOT EXISTS (SELECT FROM {s}.chunk c WHERE c.hash = v.hash)";

    private string IsLeft => $"NOT EXISTS (SELECT FROM {s}.generation g WHERE g.id = w.generation AND g.state = 'building')";

    private string Table(StoredGeneration generation) => $"{s}.{generation.Table}";

    private static string Name(StoredGeneration generation) => generation.ToString();
}
