#pragma warning disable RS0030 // the Postgres store
using EmbSync.Core.Postgres;
using EmbSync.Core.Storage.Inspection;
using EmbSync.Core.Storage.Sqlite;
using Npgsql;

namespace EmbSync.Core.Storage.Postgres.Inspection;

/// <summary>
/// Looks at a database and changes nothing: extension, vector columns with their values and indexes, embsync's own stores.
/// </summary>
internal sealed class PostgresInspector(PostgresDatabase database, TimeProvider clock, InspectionRange range)
{
    /// <summary>Seconds a statement may take: half a million vectors are looked through in one or two.</summary>
    private const int Patience = 30;

    public Task<DatabaseFacts> LookAsync(CancellationToken cancellationToken) => database.Errors.GuardAsync(async () =>
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var unseen = new List<(string, string)>();
        var server = await ServerAsync(connection, cancellationToken);
        var columns = new List<VectorColumn>();
        var texts = new List<TextTable>();
        if (server.Extension.Installed is not null)
        {
            var look = new ColumnLook(connection, server.Extension, server.IsSuperuser, clock, Patience, unseen);
            foreach (var column in await look.FindAsync(range, cancellationToken))
            {
                columns.Add(await look.ReadAsync(column, cancellationToken));
            }
        }

        if (range.Table is not null || (range.Schema is null && columns.Count > 0))
        {
            texts.AddRange(await new TextTableLook(connection, Patience, server.IsSuperuser, unseen).FindAsync(range, cancellationToken));
        }

        var stores = new List<StoreFacts>();
        var names = new HashSet<TableName>();
        await using (await InspectionScope.BeginAsync(connection, Patience, server.IsSuperuser, cancellationToken))
        {
            names.UnionWith(await connection.RowsAsync(
                InspectionSql.HnswNames, row => new TableName(row.GetString(0), row.GetString(1)), cancellationToken));
        }

        foreach (var schema in range.Table is null ? (await StoresAsync(connection, cancellationToken)).Where(range.Has) : [])
        {
            var place = database.Place with { Schema = schema };
            await using var scope = await InspectionScope.BeginAsync(connection, Patience, server.IsSuperuser, cancellationToken);
            try
            {
                stores.Add(await new StoreLook(connection, place).ReadAsync(cancellationToken));
            }
            catch (PostgresException e)
            {
                unseen.Add(($"schema {schema}", e.MessageText));
            }
        }

        return new DatabaseFacts(
            $"{database.Place.Host}/{database.Place.Database}", database.Place.User, server.Version, server.Encoding, server.IsReadOnly,
            server.Extension,
            columns, texts, stores, server.CountedSince, names, unseen);
    });

    private static async Task<List<string>> StoresAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var scope = await InspectionScope.BeginAsync(connection, Patience, uncounted: false, cancellationToken);
        return await connection.RowsAsync(InspectionSql.Stores, row => row.GetString(0), cancellationToken);
    }

    private static async Task<ServerFacts> ServerAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var scope = await InspectionScope.BeginAsync(connection, Patience, uncounted: false, cancellationToken);
        var (version, encoding, isReadOnly, isSuperuser, since, mayMake) = (await connection.RowsAsync(
            InspectionSql.Server,
            row => (row.GetString(0), row.GetString(1), row.GetBoolean(2), row.GetBoolean(3),
            row.IsDBNull(4) ? (DateTimeOffset?)null : row.Time(4),
                !row.IsDBNull(5) && row.GetBoolean(5)), cancellationToken)).Single();
        var extension = (await connection.RowsAsync(
            InspectionSql.Extension,
            row => new ExtensionFacts(
                row.TextOf(0) is { } installed ? PostgresServer.ParseVersion(installed) : null,
                row.TextOf(2) is { } available ? PostgresServer.ParseVersion(available) : null,
                row.TextOf(1) ?? "public",
                isSuperuser || (row.IsDBNull(0) ? mayMake : row.GetBoolean(3))), cancellationToken)).Single();
        return new(version, encoding, isReadOnly, isSuperuser, since, extension);
    }

    private sealed record ServerFacts(
        string Version, string Encoding, bool IsReadOnly, bool IsSuperuser, DateTimeOffset? CountedSince, ExtensionFacts Extension);
}
