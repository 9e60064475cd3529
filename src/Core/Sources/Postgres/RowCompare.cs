#pragma warning disable RS0030 // a source of rows
using System.Runtime.CompilerServices;
using EmbSync.Core.Postgres;
using EmbSync.Core.Sources.Rows;
using EmbSync.Core.Storage;
using EmbSync.Core.Storage.Postgres;
using EmbSync.Core.Storage.Sqlite;
using Npgsql;
using NpgsqlTypes;

namespace EmbSync.Core.Sources.Postgres;

/// <summary>A row beside what is stored of it.</summary>
/// <param name="Stamp">As listed; null for a row that is gone.</param>
/// <param name="Hash">Null where the stamp has to do first.</param>
internal readonly record struct RowPair(ListedRow? Row, string? Stamp, string? Hash, StoredItem? Stored);

/// <summary>
/// Finds rows that differ: in the database where rows and store are in one, so that not even ids travel; else by walking through both in
/// the order of their ids.
/// </summary>
internal sealed class RowCompare(SourceDatabase database, RowQuery query, string source, string pipeline)
{
    /// <summary>Of an item, as <see cref="PostgresRows.Item"/> reads them.</summary>
    private const string ItemColumns = "id, path, version, pipeline, content_digest, record_digest, title, type, chunks";

    public async IAsyncEnumerable<RowPair> RunAsync(RowComparison comparison, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (connection, transaction) = await GuardedAsync(() => database.OpenAsync(cancellationToken));
        await using var closing = connection;
        await using var ending = transaction;
        var home = await HomeAsync(connection, comparison, cancellationToken);
        await foreach (var pair in home is null ? MergedAsync(connection, comparison, cancellationToken) : JoinedAsync(
            connection, home, comparison.Incomplete, cancellationToken))
        {
            yield return pair;
        }
    }

    /// <summary>The store, if it is in this database and this user may read it; null otherwise.</summary>
    private async Task<StoreHome?> HomeAsync(NpgsqlConnection connection, RowComparison comparison, CancellationToken cancellationToken)
    {
        var home = comparison is { All: false, Ids: null } ? await comparison.Store.ReadHomeAsync(cancellationToken) : null;
        return home is not null && await GuardedAsync(() => IsHereAsync(connection, home, cancellationToken)) ? home : null;
    }

    private static async Task<bool> IsHereAsync(NpgsqlConnection connection, StoreHome home, CancellationToken cancellationToken) =>
        await SourceDatabase.IdentityAsync(connection, cancellationToken) == home.Identity
            && await connection.ScalarAsync<bool>("SELECT coalesce(has_table_privilege(to_regclass(@table), 'SELECT'), false)",
                cancellationToken, ("table", $"{home.Schema}.item"));

    private async IAsyncEnumerable<RowPair> JoinedAsync(
        NpgsqlConnection connection, StoreHome home, IReadOnlySet<string> incomplete,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // CASE, so that the cheap comparison comes first whatever the planner thinks.
        var differs = query.Stamp is null
            ? "split_part(i.version, ' ', 2) IS DISTINCT FROM s.hash"
            : "split_part(i.version, ' ', 1) IS DISTINCT FROM s.stamp";
        var sql = $"""
            SELECT s.id, s.stamp, s.hash, s.type, s.priority, s.updated_at, s.bytes, i.id IS NOT NULL, {string.Join(", ", ItemColumns.Split(", ").Select(column => "i." + column))}
            FROM ({query.Listing}) s FULL JOIN (SELECT {ItemColumns} FROM {home.Schema}.item WHERE source = $1) i ON i.id = s.id
            WHERE (s.id IS NULL AND s.stamp IS NULL) OR (s.id IS NOT NULL AND (i.id IS NULL OR i.pipeline <> $2 OR {differs} OR i.id IN (SELECT unnest($3::text[]))))
            """;
        await using var command = SourceDatabase.Statement(
            connection, sql, [source, pipeline, new NpgsqlParameter
            { Value = incomplete.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text }]);
        await using var reader = await GuardedAsync(() => command.ExecuteReaderAsync(cancellationToken));
        while (await GuardedAsync(() => reader.ReadAsync(cancellationToken)))
        {
            yield return Pair(reader);
        }
    }

    private async IAsyncEnumerable<RowPair> MergedAsync(
        NpgsqlConnection connection, RowComparison comparison, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var wanted = comparison.Ids?.ToHashSet(StringComparer.Ordinal);
        await using var command = wanted is null
            ? SourceDatabase.Statement(connection, $"SELECT * FROM ({query.Listing}) s WHERE id IS NOT NULL ORDER BY id", [])
            : SourceDatabase.Statement(connection, $"SELECT * FROM ({query.ListingOf}) s ORDER BY id", [wanted.ToArray()]);
        await using var reader = await GuardedAsync(() => command.ExecuteReaderAsync(cancellationToken));
        await using var stored = comparison.Store.ReadItemsAsync(source, cancellationToken)
            .Where(item => wanted is null || wanted.Contains(item.Id)).GetAsyncEnumerator(cancellationToken);
        var (hasRow, hasItem) = (await GuardedAsync(() => reader.ReadAsync(cancellationToken)), await stored.MoveNextAsync());
        while (hasRow || hasItem)
        {
            var order = !hasRow ? 1 : !hasItem ? -1 : Utf8Order.Instance.Compare(reader.GetString(0), stored.Current.Id);
            if (order <= 0)
            {
                yield return new(Listed(reader), reader.GetString(1), reader.TextOf(2), order == 0 ? stored.Current : null);
                var id = reader.GetString(0);

                // Ids that are claimed twice are named elsewhere.
                while ((hasRow = await GuardedAsync(() => reader.ReadAsync(cancellationToken))) && reader.GetString(0) == id)
                {
                }
            }
            else
            {
                yield return new(null, null, null, stored.Current);
            }

            hasItem = order >= 0 ? await stored.MoveNextAsync() : hasItem;
        }
    }

    private static RowPair Pair(NpgsqlDataReader row) => new(
        row.IsDBNull(1) ? null : Listed(row), row.TextOf(1), row.TextOf(2), row.GetBoolean(7) ? PostgresRows.Item(row, 8) : null);

    private static ListedRow Listed(NpgsqlDataReader row) => new(
        row.GetString(0), row.TextOf(3), RowOrder.PriorityOf(row.TextOf(4)), RowOrder.TimeOf(row.TextOf(5)), row.GetInt64(6))
    {
        Version = row.TextOf(2) is { } hash ? RowVersion.Of(row.GetString(1), hash) : null,
    };

    private async Task<T> GuardedAsync<T>(Func<Task<T>> action)
    {
        try
        {
            return await action();
        }
        catch (Exception e) when (SourceDatabase.IsTheirs(e))
        {
            throw database.Translate(e);
        }
    }
}
