#pragma warning disable RS0030 // the Postgres store
using EmbSync.Core.Postgres;
using EmbSync.Core.Storage.Inspection;
using Npgsql;

namespace EmbSync.Core.Storage.Postgres.Inspection;

/// <summary>Tables without a vector column whose text could be searched.</summary>
internal sealed class TextTableLook(NpgsqlConnection connection, int patience, bool isSuperuser, List<(string Subject, string Why)> unseen)
{
    /// <summary>Tables that are looked into; a database of more is told so.</summary>
    private const int MostTables = 200;

    /// <summary>Characters on average from which a column is prose and not a name or a code.</summary>
    private const int Prose = 80;

    private const int SampleRows = 100;

    public async Task<IReadOnlyList<TextTable>> FindAsync(InspectionRange range, CancellationToken cancellationToken)
    {
        var found = await CandidatesAsync(range, cancellationToken);
        if (found.Count > MostTables)
        {
            unseen.Add((FormattableString.Invariant($"{found.Count - MostTables} tables without a vector column"),
                "only the first 200 are looked into; name one with --table"));
        }

        var texts = new List<TextTable>();
        foreach (var (name, columns, estimate, mayRead) in found.Take(MostTables))
        {
            if (await LengthsAsync(name, mayRead ? columns : [], cancellationToken) is not { } lengths)
            {
                continue;
            }

            var (longest, length) = lengths.Count == 0 ? (null, 0) : lengths.MaxBy(pair => pair.Length);
            if (range.Table is not null || length >= Prose)
            {
                texts.Add(new(name, longest, length, estimate, range.Table is not null));
            }
        }

        return texts;
    }

    private async Task<List<(TableName Name, string[] Columns, long Estimate, bool MayRead)>> CandidatesAsync(
        InspectionRange range, CancellationToken cancellationToken)
    {
        await using var scope = await InspectionScope.BeginAsync(connection, patience, isSuperuser, cancellationToken);
        var own = (await connection.RowsAsync(InspectionSql.Stores, row => row.GetString(0), cancellationToken)).ToHashSet();
        return [.. (await range.FindAsync((schema, name) => connection.RowsAsync(
            InspectionSql.TextTables,
            row => (Name: new TableName(row.GetString(1), row.GetString(2)), row.GetFieldValue<string[]>(4), row.GetInt64(3),
            row.GetBoolean(5)),
            cancellationToken, ("schema", schema), ("table", name)))).Where(one => !own.Contains(one.Name.Schema))];
    }

    /// <summary>Average length of each column over its first rows; null where it couldn't be read.</summary>
    private async Task<List<(string Column, int Length)>?> LengthsAsync(
        TableName name, string[] columns, CancellationToken cancellationToken)
    {
        if (columns.Length == 0)
        {
            return [];
        }

        try
        {
            await using var scope = await InspectionScope.BeginAsync(connection, patience, isSuperuser, cancellationToken);
            var averages = string.Join(", ", columns.Select(column => $"coalesce(avg(length({column}::text)), 0)::int"));
            return (await connection.RowsAsync(
                FormattableString.Invariant($"SELECT {InspectionSql.Mark} {averages} FROM (SELECT * FROM {name.Sql} LIMIT {SampleRows}) t"),
                row => columns.Select((column, i) => (column, row.GetInt32(i))).ToList(), cancellationToken)).Single();
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.QueryCanceled
            or PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.UndefinedTable)
        {
            unseen.Add((name.ToString(), e.MessageText));
            return null;
        }
    }
}
