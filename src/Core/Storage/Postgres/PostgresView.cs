#pragma warning disable RS0030 // the Postgres store
using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Postgres;
using Npgsql;

namespace EmbSync.Core.Storage.Postgres;

/// <summary>
/// The public face: one view a space. An arm for each generation, and the pointer to the active one as outer condition: the arms that are
/// not
/// meant are never executed, each arm keeps its index, and a switch of generations needs no DDL.
/// </summary>
internal sealed class PostgresView(PostgresSql sql, VectorExtension extension, string space)
{
    private readonly string name = NameOf(space);

    public static string NameOf(string space) => space == Generation.DefaultSpace ? "embeddings" : $"embeddings_{space}";

    private string Qualified => $"{sql.Schema}.{SqlQuote.Name(name)}";

    /// <exception cref="StoreRefusedException">The space's name is too long for a view.</exception>
    public void RefuseLongName()
    {
        if (System.Text.Encoding.UTF8.GetByteCount(name) > PostgresSql.MaxNameBytes)
        {
            throw new StoreRefusedException(
                $"The view {name} of space '{space}' would have a name that PostgreSQL cuts off. Give the space a shorter name.");
        }
    }

    /// <summary>For people.</summary>
    public override string ToString() => Qualified;

    public async Task<bool> ShowsAsync(NpgsqlConnection connection, IReadOnlyList<StoredGeneration> generations,
        CancellationToken cancellationToken) =>
        await ShownAsync(connection, cancellationToken) == Comment(TypeOf(generations), generations)
        && await ReadsAsync(connection, generations, cancellationToken);

    /// <summary>Who replaces a view leaves its comment.</summary>
    private async Task<bool> ReadsAsync(
        NpgsqlConnection connection, IReadOnlyList<StoredGeneration> generations, CancellationToken cancellationToken)
    {
        var read = await connection.RowsAsync(
            """
            SELECT DISTINCT t.relname FROM pg_rewrite r JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
            JOIN pg_class t ON d.refclassid = 'pg_class'::regclass AND t.oid = d.refobjid WHERE r.ev_class = to_regclass(@view)
            """, row => row.GetString(0), cancellationToken, ("view", Qualified));
        return generations.All(one => read.Contains(one.Table));
    }

    /// <summary>Makes the view show these generations; nothing is done where it does already.</summary>
    /// <exception cref="PostgresException">55P03: readers hold the view longer than the transaction's lock_timeout.</exception>
    public async Task EnsureAsync(
        NpgsqlConnection connection, IReadOnlyList<StoredGeneration> generations, CancellationToken cancellationToken)
    {
        var shown = await ShownAsync(connection, cancellationToken);
        var type = TypeOf(generations);
        var wanted = Comment(type, generations);
        if (shown == wanted && await ReadsAsync(connection, generations, cancellationToken))
        {
            return;
        }

        // Readers queue behind one who waits for this lock: it is asked for in short tries, which the writer repeats.
        await connection.RunAsync("SET LOCAL lock_timeout = '100ms'", cancellationToken);
        if (shown is not null && !shown.StartsWith(Comment(type, []), StringComparison.Ordinal))
        {
            // A column's type can't be replaced. Rights that were granted on the view go with it.
            await connection.RunAsync($"DROP VIEW {Qualified}", cancellationToken);
        }

        await connection.RunAsync($"{Definition(type, generations)};\nCOMMENT ON VIEW {Qualified} IS "
            + $"{SqlQuote.Literal(wanted)}", cancellationToken);
    }

    private Task<string?> ShownAsync(NpgsqlConnection connection, CancellationToken cancellationToken) => connection.ScalarAsync<string>(
        "SELECT obj_description(to_regclass(@view), 'pg_class')", cancellationToken, ("view", Qualified));

    /// <summary><c>vector</c> only where all are: a cast from one to the other loses the index.</summary>
    private static VectorType TypeOf(IReadOnlyList<StoredGeneration> generations) =>
        generations.All(one => one.Vectors == VectorType.Vector) ? VectorType.Vector : VectorType.HalfVec;

    private static string Comment(VectorType type, IReadOnlyList<StoredGeneration> generations) =>
        $"embsync: {PostgresSql.NameOf(type)} of generations " + string.Join(", ", generations.Select(one => one.Table));

    private string Definition(VectorType type, IReadOnlyList<StoredGeneration> generations) => $"""
        CREATE OR REPLACE VIEW {Qualified} AS
        SELECT i.source, i.id AS task_id, c.seq AS chunk, v.space, v.model, v.dimension, v.hash AS content_hash, i.updated_at, i.title, i.path,
            i.metadata, v.embedding
        FROM (
            {string.Join("\n    UNION ALL ", generations.Select(one => Arm(type, one)))}) v
        JOIN {sql.Schema}.chunk c ON c.hash = v.hash JOIN {sql.Schema}.item i ON i.source = c.source AND i.id = c.item
        WHERE v.gen = (SELECT id FROM {sql.Schema}.generation WHERE space = {SqlQuote.Literal(space)} AND state = 'active')
        """;

    /// <summary>The cast has no dimension: it is the same type for all arms, and leaves the column, and so its index, as it is.</summary>
    private string Arm(VectorType type, StoredGeneration generation) => FormattableString.Invariant($"""
        SELECT {generation.Value.Id} AS gen, {SqlQuote.Literal(space)}::text AS space, {SqlQuote.Literal(generation.Value.Signature.Model)}::text AS model,
            {generation.Value.Signature.Dimension} AS dimension, hash, embedding::{extension.TypeOf(type)} AS embedding FROM {sql.Schema}.{generation.Table}
        """);
}
