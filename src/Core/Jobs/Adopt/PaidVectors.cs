#pragma warning disable RS0030 // tables of the user's
using System.Runtime.CompilerServices;
using EmbSync.Core.Model;
using EmbSync.Core.Postgres;
using EmbSync.Core.Sources.Postgres;

namespace EmbSync.Core.Jobs.Adopt;

/// <summary>A table of texts and vectors that another program filled. Only read.</summary>
internal sealed class PaidVectors(AdoptRequest request) : IAsyncDisposable
{
    /// <summary>One statement hands over all rows, as fast as they are taken: it has no limit of its own.</summary>
    private const int NoLimit = 0;

    private const string Collections = "langchain_pg_collection";

    private readonly string _table = request.Table ?? AdoptRequest.LangChainTable;
    private readonly SourceDatabase _database = new(request.Table ?? AdoptRequest.LangChainTable, request.Url, NoLimit);
    private string? _statement;

    /// <summary>Database and table, for people.</summary>
    public string Name => $"{_database.Name} {_table}{(request.Collection is { } collection ? $" collection '{collection}'" : "")}";

    /// <summary>Rows in no order, from one snapshot.</summary>
    /// <exception cref="UsageException">No such table, column or collection, or several collections and none was named.</exception>
    public async IAsyncEnumerable<PaidRow> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var statement = _statement ??= await FindAsync(cancellationToken);
        var (connection, transaction) = await GuardedAsync(() => _database.OpenAsync(cancellationToken));
        await using var held = connection;
        await using var snapshot = transaction;
        await using var command = SourceDatabase.Statement(connection, statement, request.Collection is { } collection ? [collection] : []);
        await using var reader = await GuardedAsync(() => command.ExecuteReaderAsync(cancellationToken));
        while (await GuardedAsync(() => reader.ReadAsync(cancellationToken)))
        {
            yield return await GuardedAsync(async () => new PaidRow(reader.GetString(0),
                await reader.IsDBNullAsync(1, cancellationToken) ? [] : await reader.GetFieldValueAsync<float[]>(1, cancellationToken)));
        }

        async Task<T> GuardedAsync<T>(Func<Task<T>> read)
        {
            try
            {
                return await read();
            }
            catch (Exception e) when (SourceDatabase.IsTheirs(e))
            {
                throw _database.Translate(e);
            }
        }
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private Task<string> FindAsync(CancellationToken cancellationToken) => _database.ReadAsync(async connection =>
    {
        var catalogue = new RowCatalogue(connection, _table, _database.Name);
        if (request.Table is null && !await connection.ScalarAsync<bool>(
            "SELECT to_regclass(@table) IS NOT NULL", cancellationToken, ("table", _table)))
        {
            throw new UsageException($"{_database.Name} has no table of LangChain's ({_table}). Name the table that has vectors with --table, --text and --vector, and another database with --postgres-url");
        }

        var (table, text, vector) = await catalogue.FindVectorsAsync(_table, request.Text, request.Vector, cancellationToken);
        // What is no plain list of numbers is counted with those that can't be used.
        var rows = $"SELECT t.{text}::text, CASE WHEN array_ndims(t.{vector}::real[]) = 1 AND array_position(t.{vector}::real[], NULL) IS NULL THEN t.{vector}::real[] END FROM {table} t";
        var some = $"t.{text} IS NOT NULL AND t.{vector} IS NOT NULL";
        if (request.Table is not null)
        {
            return $"{rows} WHERE {some}";
        }

        var collections = await catalogue.FindTableAsync(Collections, cancellationToken);
        var names = await connection.RowsAsync(
            $"SELECT name::text FROM {collections} ORDER BY name", row => row.GetString(0), cancellationToken);
        return request.Collection is { } name && !names.Contains(name)
            ? throw new UsageException($"LangChain has no collection '{name}' in {_database.Name}: there is {List(names)}")
            : request.Collection is null && names.Count > 1
                ? throw new UsageException($"LangChain has {Text.Count(names.Count, "collection")} in {_database.Name}, maybe of different models: name one with --collection: {List(names)}")
                : $"{rows} JOIN {collections} c ON c.uuid = t.collection_id WHERE {some}{(request.Collection is null ? "" : " AND c.name = $1")}";
    }, cancellationToken);

    private static string List(List<string> names) => names.Count == 0 ? "none"
        : string.Join(", ", names.Take(20).Select(name => $"'{name}'"))
            + (names.Count > 20 ? Text.Of($" and {names.Count - 20:N0} more") : "");
}
