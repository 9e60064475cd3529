#pragma warning disable RS0030 // a source of rows
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using EmbSync.Core.Configuration;
using EmbSync.Core.Documents;
using EmbSync.Core.Model;
using EmbSync.Core.Postgres;
using EmbSync.Core.Sources.Rows;
using EmbSync.Core.Storage.Sqlite;
using Npgsql;

namespace EmbSync.Core.Sources.Postgres;

/// <summary>Rows of a table, view or query of a PostgreSQL database, or the distinct values of a column.</summary>
/// <param name="maxBytes">Longer texts are set aside without being read.</param>
public sealed class PostgresSource(DatabaseSourceConfig config, long maxBytes) : IRowSource, IAsyncDisposable
{
    private const int IndexedBatch = 500;
    private const int ScannedBatch = 5_000;

    private readonly SourceDatabase database = new(config.Name, config.Url, config.TimeoutSeconds);
    private readonly RowReader reader = new(config.Name, config is QuerySourceConfig ? "query" : "table", config.Shape, SettingsOf(config));
    private readonly Lock gate = new();
    private Task<RowQuery>? query;

    public string Name => config.Name;

    public string Type => config is QuerySourceConfig ? "query" : "table";

    public string Pipeline => reader.Pipeline;

    public int ReadBatch => query is { IsCompletedSuccessfully: true, Result.IsIndexed: true } ? IndexedBatch : ScannedBatch;

    public async Task<SourceListing> ListAsync(ListRequest request, CancellationToken cancellationToken)
    {
        var rows = await QueryAsync(cancellationToken);
        var entries = await database.ReadAsync(connection => SourceDatabase.RowsAsync(
            connection, $"SELECT id FROM ({rows.Listing}) s WHERE id IS NOT NULL ORDER BY id", row =>
            new SourceEntry(row.GetString(0), ""), cancellationToken), cancellationToken);
        return new(entries, Complete: true, []);
    }

    public async Task<ReadOutcome> ReadAsync(SourceEntry entry, CancellationToken cancellationToken) =>
        (await ReadManyAsync([entry], cancellationToken))[0];

    public async IAsyncEnumerable<RowDifference> CompareAsync(
        RowComparison comparison, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        var rows = await QueryAsync(cancellationToken);
        var compare = new RowCompare(database, rows, Name, Pipeline);
        var doubtful = new List<RowPair>();
        await foreach (var pair in compare.RunAsync(comparison, cancellationToken))
        {
            if (pair.Row is null || pair.Stored is not { } stored || comparison.All || stored.Pipeline != Pipeline
                || comparison.Incomplete.Contains(stored.Id))
            {
                yield return new(pair.Row, pair.Stored);
                continue;
            }

            if (RowVersion.HasStamp(stored.Version, pair.Stamp!) || pair.Hash == RowVersion.HashOf(stored.Version))
            {
                if (comparison.Ids is not null)
                {
                    yield return new(pair.Row, stored, IsSame: true);
                }

                continue;
            }

            if (pair.Hash is not null)
            {
                yield return new(pair.Row, stored);
                continue;
            }

            // Touched since it was stored, which need not mean that it says something else.
            doubtful.Add(pair);
            if (doubtful.Count == ScannedBatch)
            {
                foreach (var difference in await SettledAsync(rows, doubtful, comparison, cancellationToken))
                {
                    yield return difference;
                }

                doubtful.Clear();
            }
        }

        foreach (var difference in await SettledAsync(rows, doubtful, comparison, cancellationToken))
        {
            yield return difference;
        }
    }

    public async Task<RowIds> CheckIdsAsync(CancellationToken cancellationToken)
    {
        const int Most = 1_000;
        var rows = await QueryAsync(cancellationToken);
        IReadOnlyList<string> notes = !rows.IsHidden ? []
            : [$"source '{Name}': row-level security shows user '{database.Place.User}' a part of the rows; what it hides counts as gone. Read as a user that may see all (BYPASSRLS, or the table's owner), or leave it so if that part is what you want"];
        return rows.IsUnique ? RowIds.Good with { Notes = notes } : await database.ReadAsync(async connection =>
        {
            var (_, without, distinct, all) = (await SourceDatabase.RowsAsync(
                connection, rows.Uniqueness, row => (0, row.GetInt64(1), row.GetInt64(2), row.GetInt64(0)), cancellationToken)).Single();
            var twice = all - without == distinct ? [] : await SourceDatabase.RowsAsync(
                connection, rows.Duplicates, row => (row.GetString(0), row.GetInt64(1)), cancellationToken, [Most]);
            return new RowIds(without, twice.ToDictionary(one => one.Item1, one => one.Item2, StringComparer.Ordinal)) { Notes = notes };
        }, cancellationToken);
    }

    public async Task<IReadOnlyList<ReadOutcome>> ReadManyAsync(IReadOnlyList<SourceEntry> entries, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var rows = await QueryAsync(cancellationToken);
        var names = TextNames(config);
        var template = config is TableSourceConfig table ? table.Template : null;
        var read = new Dictionary<string, ReadOutcome>(StringComparer.Ordinal);
        await database.ReadAsync(async connection =>
        {
            await using var command = SourceDatabase.Statement(
                connection, rows.Rows, [entries.Select(entry => entry.Locator).ToArray(), maxBytes]);
            await using var answer = await command.ExecuteReaderAsync(cancellationToken);
            while (await answer.ReadAsync(cancellationToken))
            {
                var id = answer.GetString(0);
                read[id] = answer.GetInt64(8) > maxBytes
                    ? reader.Problem(id, ProblemCodes.TooLarge, Text.Of($"The text has {answer.GetInt64(8)} bytes, more than the {maxBytes} that limits.maxFileBytes allows. Shorten it, or raise the limit."))
                    : Read(answer, id, names, template);
            }

            return true;
        }, cancellationToken);
        return [.. entries.Select(entry => read.TryGetValue(entry.Locator, out var outcome) ? outcome
            : reader.Problem(entry.Locator, ProblemCodes.Unreadable,
                "The row is gone, or out of the source's scope, since it was listed. Run again."))];
    }

    public async Task<IReadOnlySet<string>> PresentAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        var rows = await QueryAsync(cancellationToken);
        return (await database.ReadAsync(connection => SourceDatabase.RowsAsync(connection, rows.Present, row => row.GetString(0),
            cancellationToken, [ids.ToArray()]), cancellationToken))
            .ToHashSet(StringComparer.Ordinal);
    }

    public async Task<bool> IsVolatileAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        var rows = await QueryAsync(cancellationToken);
        return await database.ReadTwiceAsync(connection => SourceDatabase.RowsAsync(
            connection, $"SELECT hash FROM ({rows.Hashes}) s ORDER BY id", row => row.GetString(0), cancellationToken,
            [ids.ToArray()]), cancellationToken) is var (first, second) && !first.SequenceEqual(second, StringComparer.Ordinal);
    }

    public async Task<IReadOnlyList<string>> FindIdsAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(names);
        var rows = await QueryAsync(cancellationToken);
        var (found, left) = (new HashSet<string>(StringComparer.Ordinal), new List<string>());
        foreach (var name in names)
        {
            var ids = rows.IsIndexed ? await ByIndexAsync(name, cancellationToken) : new HashSet<string>();
            found.UnionWith(ids);
            left.AddRange(ids.Count == 0 ? [name] : Array.Empty<string>());
        }

        // No index says how an id is written in other letters: all of them are looked at.
        found.UnionWith(left.Count == 0 ? [] : await database.ReadAsync(
            connection => SourceDatabase.RowsAsync(connection, rows.Similar, row => row.GetString(0), cancellationToken, [left.ToArray()]),
            cancellationToken));
        return [.. found.Order(StringComparer.Ordinal)];
    }

    public ValueTask DisposeAsync() => database.DisposeAsync();

    /// <summary>Nothing where the name can't be a key: <c>T-12</c> is no number.</summary>
    private async Task<IReadOnlySet<string>> ByIndexAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await PresentAsync([name], cancellationToken);
        }
        catch (UsageException refused) when (refused.InnerException is PostgresException { SqlState: ['2', '2', ..] })
        {
            return new HashSet<string>();
        }
    }

    /// <summary>Names are looked up once; a failure is not kept.</summary>
    private async Task<RowQuery> QueryAsync(CancellationToken cancellationToken)
    {
        Task<RowQuery> found;
        lock (gate)
        {
            found = query is { IsFaulted: false, IsCanceled: false } ? query
                : query = database.ReadAsync(connection => new RowCatalogue(connection, Name, database.Name)
                    .FindAsync(config, cancellationToken), cancellationToken);
        }

        return await found;
    }

    private async Task<IReadOnlyList<RowDifference>> SettledAsync(
        RowQuery rows, List<RowPair> doubtful, RowComparison comparison, CancellationToken cancellationToken)
    {
        if (doubtful.Count == 0)
        {
            return [];
        }

        var hashes = (await database.ReadAsync(connection => SourceDatabase.RowsAsync(
            connection, rows.Hashes, row => (Id: row.GetString(0), Hash: row.GetString(1)), cancellationToken,
            [doubtful.Select(pair => pair.Row!.Id).ToArray()]), cancellationToken))
            .ToDictionary(row => row.Id, row => row.Hash, StringComparer.Ordinal);
        return [.. doubtful.Select(pair => new RowDifference(
            pair.Row, pair.Stored, hashes.GetValueOrDefault(pair.Row!.Id) == RowVersion.HashOf(pair.Stored!.Value.Version)))
            .Where(difference => !difference.IsSame || comparison.Ids is not null)];
    }

    private ReadOutcome Read(NpgsqlDataReader row, string id, IReadOnlyList<string> names, string? template)
    {
        var (metadata, fault) = RowMetadata.Of(row.TextOf(5));
        var (priority, time, warnings) = RowOrder.Read(row.TextOf(6), row.TextOf(7));
        return reader.Read(new(
            id,
            row.TextOf(3),
            row.TextOf(4),
            TextTemplate.Fill(template, names, [.. Enumerable.Range(9, row.FieldCount - 9).Select(row.TextOf)]),
            metadata,
            priority,
            time,
            RowVersion.Of(row.GetString(1), row.GetString(2)))
        {
            Warnings = fault is null ? warnings : [.. warnings, new(ProblemCodes.InvalidField, null, fault)],
        });
    }

    private static IReadOnlyList<string> TextNames(DatabaseSourceConfig config) =>
        config is TableSourceConfig table ? table.Text : ["text"];

    /// <summary>What shapes an item beside its format and chunks: a change of it makes stored items stale by their pipeline.</summary>
    private static Dictionary<string, JsonNode?> SettingsOf(DatabaseSourceConfig config) => config switch
    {
        TableSourceConfig table => new()
        {
            ["text"] = List(table.Text),
            ["template"] = table.Template,
            ["title"] = table.Title,
            ["typeFrom"] = table.TypeFrom,
            ["priorityFrom"] = table.PriorityFrom,
            ["metadata"] = List(table.Metadata.Order(StringComparer.Ordinal)),
        },
        ColumnSourceConfig column => new() { ["column"] = column.Column },
        _ => [],
    };

    private static JsonArray List(IEnumerable<string> names) => new([.. names.Select(name => JsonValue.Create(name))]);
}
