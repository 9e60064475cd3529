#pragma warning disable RS0030 // rows of the user's table

using EmbSync.Core.Configuration;
using EmbSync.Core.Postgres;
using EmbSync.Core.Sources.Postgres;
using EmbSync.Core.Storage.Sqlite;

namespace EmbSync.Core.Jobs.Publish;

/// <summary>Columns of the source's own table: a vector, its content hash, and where wanted the time.</summary>
internal sealed class ColumnTarget(TableSourceConfig config, ColumnPublish columns, string space) : IPublishTarget
{
    private readonly TargetDatabase database = new(config.Name, config.Url);
    private Found? found;

    /// <param name="Id">Text, of row <c>t</c>.</param>
    /// <param name="Match">Condition that row <c>t</c> has the id <c>u.id</c>.</param>
    private sealed record Found(string Table, string Id, string WithIds, string Match, TargetColumn Vector, string Hash, string? At);

    public string Description => $"{config.Table}.{columns.Column}";

    public IReadOnlyList<string> Spaces => [space];

    public async Task CheckAsync(IReadOnlyList<int> dimensions, CancellationToken cancellationToken) =>
        found = await database.RunAsync(async connection =>
    {
        var catalogue = new RowCatalogue(connection, config.Name, database.Name);
        var (table, rows) = await catalogue.FindKeyAsync(config, cancellationToken);
        var vector = await database.VectorColumnAsync(connection, table, columns.Column, dimensions[0], cancellationToken);
        return new Found(
            table, rows.Id, rows.WithIds, rows.Match, vector, await database.ColumnAsync(
            connection, table, columns.Hash, "text", cancellationToken),
            columns.At is { } at ? await database.ColumnAsync(connection, table, at, "timestamptz", cancellationToken) : null);
    }, cancellationToken);

    public Task<IReadOnlySet<string>> DueAsync(IReadOnlyList<PublishedRow> rows, CancellationToken cancellationToken) =>
        database.RunAsync<IReadOnlySet<string>>(async connection =>
    {
        var shown = (await SourceDatabase.RowsAsync(
            connection, $"SELECT {found!.Id}, CASE WHEN t.{found.Vector.Quoted} IS NOT NULL THEN t.{found.Hash}::text END FROM {found.Table} t WHERE {found.WithIds}",
            row => (Id: row.GetString(0), Hash: row.TextOf(1)), cancellationToken,
            [rows.Select(row => row.Id).ToArray()])).ToDictionary(row => row.Id, row => row.Hash, StringComparer.Ordinal);
        return rows.Where(row => shown.TryGetValue(row.Id, out var hash) && hash != row.Hash).Select(row => row.Id).ToHashSet(
            StringComparer.Ordinal);
    }, cancellationToken);

    public Task<int> WriteAsync(IReadOnlyList<PublishedRow> rows, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(
        $"""
        UPDATE {found!.Table} t SET {found.Vector.Quoted} = u.vector::{found.Vector.Type}, {found.Hash} = u.hash{(found.At is null ? "" : $", {found.At} = $4")}
        FROM unnest($1::text[], $2::text[], $3::text[]) AS u (id, hash, vector) WHERE {found.Match}
        """,
        [
            rows.Select(row => row.Id).ToArray(), rows.Select(row => row.Hash).ToArray(), rows.Select(
                row => TargetDatabase.Literal(row.Vectors[0])).ToArray(),
            .. found.At is null ? Array.Empty<object>() : [now.ToUniversalTime()],
        ], cancellationToken);

    public IAsyncEnumerable<string> PublishedAsync(CancellationToken cancellationToken) =>
        database.IdsAsync($"SELECT {found!.Id} FROM {found.Table} t WHERE t.{found.Hash} IS NOT NULL", [], cancellationToken);

    public Task<int> WithdrawAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken) => database.WriteAsync(
        $"UPDATE {found!.Table} t SET {found.Vector.Quoted} = NULL, {found.Hash} = NULL{(found.At is null ? "" : $", {found.At} = NULL")} WHERE {found.WithIds}", [ids.ToArray()], cancellationToken);

    public ValueTask DisposeAsync() => database.DisposeAsync();
}
