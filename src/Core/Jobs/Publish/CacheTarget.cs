#pragma warning disable RS0030 // a table of the user's
using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Postgres;
using EmbSync.Core.Sources.Postgres;
using Npgsql;

namespace EmbSync.Core.Jobs.Publish;

/// <summary>
/// A table of the form <c>value, value_hash, embedding_SPACE for each space, source_table, source_column, usage_count, created_at</c>, in
/// the database of the values. A value
/// of two sources has a row for each.
/// </summary>
internal sealed class CacheTarget(ColumnSourceConfig config, string cache, IReadOnlyList<string> spaces) : IPublishTarget
{
    private readonly TargetDatabase database = new(config.Name, config.Url);
    private Found? found;

    /// <param name="Values">A SELECT of id, value and uses.</param>
    private sealed record Found(string Table, string Source, string Column, string Values, IReadOnlyList<TargetColumn> Vectors);

    public string Description => cache;

    public IReadOnlyList<string> Spaces => spaces;

    private string Mine => "c.source_table = $1 AND c.source_column = $2";

    public async Task CheckAsync(IReadOnlyList<int> dimensions, CancellationToken cancellationToken) =>
        found = await database.RunAsync(async connection =>
    {
        var catalogue = new RowCatalogue(connection, config.Name, database.Name);
        var table = await catalogue.FindTableAsync(cache, cancellationToken);
        foreach (var (name, type) in new[]
            { ("value", "text"), ("value_hash", "text"), ("source_table", "text"), ("source_column", "text"), ("usage_count",
            "integer"), ("created_at", "timestamptz") })
        {
            await database.ColumnAsync(connection, table, name, type, cancellationToken);
        }

        var vectors = new List<TargetColumn>();
        foreach (var (space, dimension) in spaces.Zip(dimensions))
        {
            vectors.Add(await database.VectorColumnAsync(connection, table, $"embedding_{space}", dimension, cancellationToken));
        }

        return new Found(table, config.Table, config.Column, await catalogue.FindValuesAsync(config, cancellationToken), vectors);
    }, cancellationToken);

    /// <summary>The row's key is the hash of its value: what is there shows the right text, but perhaps not all vectors.</summary>
    public Task<IReadOnlySet<string>> DueAsync(IReadOnlyList<PublishedRow> rows, CancellationToken cancellationToken) =>
        database.RunAsync<IReadOnlySet<string>>(async connection =>
    {
        var shown = await SourceDatabase.RowsAsync(
            connection, $"SELECT c.value_hash::text FROM {found!.Table} c WHERE {Mine} AND c.value_hash = ANY ($3) AND {string.Join(" AND ", found.Vectors.Select(vector => $"c.{vector.Quoted} IS NOT NULL"))}",
            row => row.GetString(0), cancellationToken, [found.Source, found.Column, rows.Select(row => row.Id).ToArray()]);
        return rows.Select(row => row.Id).Except(shown, StringComparer.Ordinal).ToHashSet(StringComparer.Ordinal);
    }, cancellationToken);

    public async Task<int> WriteAsync(IReadOnlyList<PublishedRow> rows, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var arrays = Enumerable.Range(0, found!.Vectors.Count).Select(
            space => rows.Select(row => TargetDatabase.Literal(row.Vectors[space])).ToArray()).ToList();
        var names = string.Join(", ", found.Vectors.Select((_, index) => FormattableString.Invariant($"v{index}")));
        var unnested = string.Join(", ", found.Vectors.Select((_, index) => FormattableString.Invariant($"${index + 5}::text[]")));
        var typed = string.Join(", ", found.Vectors.Select((vector, index) => FormattableString.Invariant($"u.v{index}::{vector.Type}")));
        var set = string.Join(", ", found.Vectors.Select(
            (vector, index) => FormattableString.Invariant($"{vector.Quoted} = u.v{index}::{vector.Type}")));
        try
        {
            // One statement, so one snapshot: a row is either mended or made.
            return await database.WriteAsync(
                $"""
                WITH u AS (SELECT u.*, x.value, x.uses FROM unnest($3::text[], {unnested}) AS u (id, {names}) JOIN ({found.Values}) x ON x.id = u.id),
                mended AS (UPDATE {found.Table} c SET {set}, usage_count = u.uses FROM u WHERE {Mine} AND c.value_hash = u.id RETURNING c.value_hash),
                made AS (
                    INSERT INTO {found.Table} (value, value_hash, source_table, source_column, usage_count, created_at, {string.Join(", ", found.Vectors.Select(vector => vector.Quoted))})
                    SELECT u.value, u.id, $1, $2, u.uses, $4, {typed} FROM u WHERE NOT EXISTS (SELECT FROM {found.Table} c WHERE {Mine} AND c.value_hash = u.id) RETURNING value_hash)
                SELECT (SELECT count(*) FROM mended) + (SELECT count(*) FROM made)
                """,
                [found.Source, found.Column, rows.Select(row => row.Id).ToArray(), now.ToUniversalTime(), .. arrays], cancellationToken);
        }
        catch (SourceException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } violation)
        {
            throw new UsageException($"source '{config.Name}': {cache} has a unique index {violation.ConstraintName} that lets a value be of one source only, and another has it. Nothing of this batch was written. "
                + $"Make it unique over (value_hash, source_table, source_column) instead", e);
        }
    }

    public IAsyncEnumerable<string> PublishedAsync(CancellationToken cancellationToken) =>
        database.IdsAsync($"SELECT c.value_hash::text FROM {found!.Table} c WHERE {Mine}", [found.Source, found.Column], cancellationToken);

    public Task<int> WithdrawAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken) =>
        database.WriteAsync($"DELETE FROM {found!.Table} c WHERE {Mine} AND c.value_hash = ANY ($3)",
            [found.Source, found.Column, ids.ToArray()], cancellationToken);

    public ValueTask DisposeAsync() => database.DisposeAsync();
}
