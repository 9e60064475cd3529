#pragma warning disable RS0030 // tables of the user's
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Postgres;
using Npgsql;

namespace EmbSync.Core.Jobs.Publish;

/// <param name="Type">With its schema: <c>public.vector</c>.</param>
internal sealed record TargetColumn(string Quoted, string Type);

/// <summary>A database with tables that vectors are published into.</summary>
internal sealed class TargetDatabase : IAsyncDisposable
{
    private const int TimeoutSeconds = 300;

    private readonly SourceDatabase reading;
    private readonly NpgsqlDataSource pool;
    private readonly string source;

    public TargetDatabase(string source, Secret url)
    {
        this.source = source;
        reading = new(source, url, TimeoutSeconds);
        var builder = PostgresUrl.Parse(url);
        builder.ApplicationName ??= "embsync";
        builder.CommandTimeout = TimeoutSeconds;
        builder.SearchPath = null;
        pool = NpgsqlDataSource.Create(builder);
    }

    public string Name => reading.Name;

    /// <summary>pgvector's text form; nine digits give the number back as it was.</summary>
    public static string Literal(float[] vector)
    {
        var text = new StringBuilder("[", vector.Length * 12);
        for (var i = 0; i < vector.Length; i++)
        {
            text.Append(i == 0 ? "" : ",").Append(vector[i].ToString("R", CultureInfo.InvariantCulture));
        }

        return text.Append(']').ToString();
    }

    /// <summary>Reads.</summary>
    public Task<T> RunAsync<T>(Func<NpgsqlConnection, Task<T>> read, CancellationToken cancellationToken) =>
        reading.ReadAsync(read, cancellationToken);

    /// <summary>One statement. Answers the rows that it changed, or the number that it selects.</summary>
    public async Task<int> WriteAsync(string sql, IReadOnlyList<object> values, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await pool.OpenConnectionAsync(cancellationToken);
            await using var command = SourceDatabase.Statement(connection, sql, values);
            return sql.StartsWith("WITH", StringComparison.Ordinal)
                ? Convert.ToInt32(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture)
                : await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (Exception e) when (SourceDatabase.IsTheirs(e))
        {
            throw reading.Translate(e);
        }
    }

    public async IAsyncEnumerable<string> IdsAsync(
        string sql, IReadOnlyList<object> values, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var id in await reading.ReadAsync(
            connection => SourceDatabase.RowsAsync(connection, sql, row => row.GetString(0), cancellationToken, values), cancellationToken))
        {
            yield return id;
        }
    }

    /// <summary>The column, quoted.</summary>
    /// <exception cref="UsageException">It isn't there.</exception>
    public async Task<string> ColumnAsync(NpgsqlConnection connection, string table, string name, string type,
        CancellationToken cancellationToken) =>
        await connection.ScalarAsync<string>(
            "SELECT format('%I', attname) FROM pg_attribute WHERE attrelid = to_regclass(@table) AND attname = @name AND attnum > 0 AND NOT attisdropped", cancellationToken, ("table", table), ("name", name))
        ?? throw new UsageException($"source '{source}': {table} has no column {name} to publish into. ALTER TABLE {table} ADD COLUMN {SqlQuote.Name(name)} {type};");

    /// <exception cref="UsageException">It isn't there, is no vector, or of another dimension.</exception>
    public async Task<TargetColumn> VectorColumnAsync(
        NpgsqlConnection connection, string table, string name, int dimension, CancellationToken cancellationToken)
    {
        var quoted = await ColumnAsync(connection, table, name, FormattableString.Invariant($"vector({dimension})"), cancellationToken);
        var (type, plain, modifier) = (await connection.RowsAsync(
            """
            SELECT format('%I.%I', n.nspname, t.typname), t.typname::text, a.atttypmod FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid JOIN pg_namespace n ON n.oid = t.typnamespace
            WHERE a.attrelid = to_regclass(@table) AND a.attname = @name
            """, row => (row.GetString(0), row.GetString(1), row.GetInt32(2)), cancellationToken, ("table", table), ("name", name))).Single();
        return plain is not ("vector" or "halfvec") ? throw new UsageException(
            $"source '{source}': {table}.{quoted} is of type {plain}, not vector or halfvec")
            : modifier > 0 && modifier != dimension ? throw new UsageException(Text.Of($"source '{source}': {table}.{quoted} has {modifier} dimensions, and the vectors have {dimension}: nothing was written. Publish into a column of that length"))
            : new(quoted, type);
    }

    public async ValueTask DisposeAsync()
    {
        await reading.DisposeAsync();
        await pool.DisposeAsync();
    }
}
