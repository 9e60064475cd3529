#pragma warning disable RS0030 // the Postgres store
using EmbSync.Core.Postgres;
using EmbSync.Core.Storage.Inspection;
using EmbSync.Core.Storage.Sqlite;
using Npgsql;

namespace EmbSync.Core.Storage.Postgres.Inspection;

/// <summary>A vector column as the catalog has it, before its rows are looked at.</summary>
internal sealed record CatalogColumn(
    long Oid, TableName Table, string Name, string Type, int? Declared, bool IsPartitioned, string Owner, bool MayAlter, bool MayRead,
    long Estimate,
    bool IsPopulated, bool HidesRows, string Sql, int Number);

/// <summary>One vector column: its rows, values, indexes, and a search over it.</summary>
/// <param name="patience">Seconds a statement may take.</param>
/// <param name="unseen">What could not be looked at is added here.</param>
internal sealed class ColumnLook(
    NpgsqlConnection connection, ExtensionFacts extension, bool isSuperuser, TimeProvider clock, int patience,
    List<(string Subject, string Why)> unseen)
{
    /// <summary>Rows up to which every vector is looked at; reading more of them takes seconds.</summary>
    private const long AllBelow = 100_000;

    /// <summary>Rows up to which rows are counted; above, the server's estimate is good enough.</summary>
    private const long CountedBelow = 1_000_000;

    private const int SampleRows = 20_000;

    private IReadOnlyList<(string Query, long Calls)>? statements;

    public async Task<IReadOnlyList<CatalogColumn>> FindAsync(InspectionRange range, CancellationToken cancellationToken)
    {
        await using (await BeginAsync(cancellationToken))
        {
            statements = await StatementsAsync(cancellationToken);
        }

        await using var scope = await BeginAsync(cancellationToken);
        return await range.FindAsync((schema, name) => connection.RowsAsync(
            InspectionSql.Columns,
            row => new CatalogColumn(
                row.GetInt64(0), new(row.GetString(1), row.GetString(2)), row.GetString(3), row.GetString(4),
                row.GetInt32(5) is > 0 and var dimension ? dimension : null,
                row.GetBoolean(6), row.GetString(7), row.GetBoolean(8), row.GetBoolean(9), row.GetInt64(10), row.GetBoolean(11),
                row.GetBoolean(12),
                row.GetString(13), row.GetInt32(14)),
            cancellationToken, ("schema", schema), ("table", name)));
    }

    public async Task<VectorColumn> ReadAsync(CatalogColumn column, CancellationToken cancellationToken)
    {
        var subject = $"{column.Table}.{column.Name}";
        await using var scope = await BeginAsync(cancellationToken);
        var bare = new VectorColumn(
            column.Table, column.Name, column.Type, column.Declared, column.IsPartitioned, column.Owner, column.MayAlter,
            Math.Max(0, column.Estimate), false,
            column.Estimate >= 0, null, [], null, CallsOf(column));
        if (!column.MayRead || !column.IsPopulated)
        {
            unseen.Add((subject, column.MayRead ? "the materialized view was never refreshed" : "the user may not read it"));
            return bare;
        }

        if (column.HidesRows)
        {
            unseen.Add((subject, "row security hides rows from this user: counts are of what it sees"));
        }

        try
        {
            bare = bare with { Indexes = await connection.RowsAsync(
                InspectionSql.Indexes, Index, cancellationToken, ("table", column.Oid), ("column", column.Number)) };
            var (rows, isExact, values) = await ValuesAsync(column, cancellationToken);
            var trial = values.Embedded - values.Zero > 0 && !column.IsPartitioned
                ? await new SearchTrials(connection, extension, clock).TryAsync(
                    column, values, bare.Indexes, bare.QueriedBy, cancellationToken)
                : null;
            return bare with { Rows = rows, IsRowsExact = isExact, Values = values, Trial = trial };
        }
        catch (PostgresException e) when (e.SqlState is not PostgresErrorCodes.AdminShutdown)
        {
            unseen.Add((subject, e.SqlState == PostgresErrorCodes.QueryCanceled
                ? FormattableString.Invariant($"a question about it took longer than {patience} s or was cancelled") : e.MessageText));
            return bare;
        }
    }

    private Task<InspectionScope> BeginAsync(CancellationToken cancellationToken) =>
        InspectionScope.BeginAsync(connection, patience, isSuperuser, cancellationToken);

    private async Task<(long Rows, bool IsExact, ColumnValues Values)> ValuesAsync(
        CatalogColumn column, CancellationToken cancellationToken)
    {
        var (table, name) = (column.Table.Sql, column.Sql);
        var isLarge = await connection.ScalarAsync<bool>(
            FormattableString.Invariant($"SELECT {InspectionSql.Mark} count(*) >= {CountedBelow} FROM (SELECT FROM {table} LIMIT {CountedBelow}) t"), cancellationToken);
        var (rows, embedded) = isLarge && column.Estimate >= CountedBelow
            ? (column.Estimate, -1)
            : (await connection.RowsAsync(InspectionSql.Counts(table, name), row => (row.GetInt64(0), row.GetInt64(1)), cancellationToken))
                .Single();
        var isSample = rows > AllBelow;
        var sample = isSample ? FormattableString.Invariant($" TABLESAMPLE SYSTEM ({Math.Min(100, 100.0 * SampleRows / rows):F4}) REPEATABLE (0)") : "";
        var x = extension.Schema;
        var norm = $"{x}.{(column.Type == "vector" ? "vector_norm" : "l2_norm")}";
        var dimension = column.Type == "sparsevec" ? $"split_part({name}::text, '/', 2)::int" : $"{x}.vector_dims({name})";
        var values = (await connection.RowsAsync(
            InspectionSql.Values(table, name, norm, sample),
            row => new ColumnValues(row.GetInt64(0), isSample, row.GetInt64(1), [], row.GetInt64(2), row.GetInt64(3), row.GetInt64(4)),
            cancellationToken)).Single();
        var dimensions = column.Declared is { } declared
            ? values.Embedded > 0 ? [(declared, values.Embedded)] : []
            : await connection.RowsAsync(
                InspectionSql.Dimensions(table, name, dimension, sample), row => (row.GetInt32(0), row.GetInt64(1)), cancellationToken);
        return (rows, embedded >= 0, (embedded >= 0 ? values with
            { Looked = rows, Embedded = embedded, Seen = values.Embedded } : values) with { Dimensions = dimensions });
    }

    private static VectorIndex Index(NpgsqlDataReader row) => new(
        new(row.GetString(0), row.GetString(1)), row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5), row.GetString(6),
        row.TextOf(7),
        row.GetString(8), row.GetBoolean(9), row.GetBoolean(10), row.GetInt64(11), row.GetInt64(12)) { IsPart = row.GetBoolean(13) };

    /// <summary>Null where the server records none, or doesn't show them to this user.</summary>
    private async Task<IReadOnlyList<(string Query, long Calls)>?> StatementsAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await connection.ScalarAsync<string>(InspectionSql.StatementRecord, cancellationToken) is { } schema
                ? await connection.RowsAsync(
                    InspectionSql.Statements(schema), row => (row.TextOf(0) ?? "", row.GetInt64(1)), cancellationToken)
                : null;
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.ObjectNotInPrerequisiteState or PostgresErrorCodes.InsufficientPrivilege
            or PostgresErrorCodes.UndefinedTable)
        {
            return null; // installed and not loaded: uses are then judged by the counts of scans, and the finding says so
        }
    }

    private Dictionary<string, long>? CallsOf(CatalogColumn column) => statements is null ? null : new[] { "<=>", "<->", "<#>", "<+>" }
        .Select(symbol => (symbol, Calls: statements.Where(one => one.Query.Contains(symbol, StringComparison.Ordinal)
            && one.Query.Contains(column.Table.Name, StringComparison.OrdinalIgnoreCase)
            && one.Query.Contains(column.Name, StringComparison.OrdinalIgnoreCase)).Sum(one => one.Calls)))
        .Where(pair => pair.Calls > 0).ToDictionary(pair => pair.symbol, pair => pair.Calls);
}
