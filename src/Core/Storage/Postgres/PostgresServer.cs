#pragma warning disable RS0030 // the Postgres store
using System.Globalization;
using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Postgres;
using Npgsql;

namespace EmbSync.Core.Storage.Postgres;

/// <summary>The extension as the database has it.</summary>
/// <param name="Schema">Where its types are, quoted.</param>
internal sealed record VectorExtension(string Schema, Version Version)
{
    /// <summary>The first with <c>halfvec</c>.</summary>
    public static readonly Version Oldest = new(0, 7);

    /// <summary>From 0.8 on a filtered search goes on through the index until it has enough rows.</summary>
    public bool HasIterativeScan => Version >= new Version(0, 8);

    /// <summary>Before 0.8.2 a parallel build of an HNSW index can go wrong.</summary>
    public bool HasParallelBuild => Version >= new Version(0, 8, 2);

    public string TypeOf(VectorType vectors) => $"{Schema}.{PostgresSql.NameOf(vectors)}";

    /// <summary>Cosine distance, 0 to 2.</summary>
    public string Distance => $"OPERATOR({Schema}.<=>)";
}

/// <summary>Whether a server can hold a store, and what to do where it can't.</summary>
internal static class PostgresServer
{
    private const string Create = "CREATE EXTENSION IF NOT EXISTS vector;";

    private const string Find = """
        SELECT quote_ident(n.nspname), e.extversion FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'vector'
        """;

    /// <exception cref="StoreRefusedException">Another encoding than UTF-8.</exception>
    /// <exception cref="StoreException">Read-only.</exception>
    public static async Task RefuseUnfitAsync(NpgsqlConnection connection, PostgresPlace place, CancellationToken cancellationToken)
    {
        var (encoding, isReadOnly) = (await connection.RowsAsync(
            "SELECT current_setting('server_encoding'), pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on'",
            row => (row.GetString(0), row.GetBoolean(1)), cancellationToken)).Single();
        if (encoding != "UTF8")
        {
            throw new StoreRefusedException(
                $"{place}: the database has encoding {encoding}, in which not every text can be kept: nothing was written. Create one with "
                + "CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0; and name it instead.");
        }

        if (isReadOnly)
        {
            throw new StoreException(
                $"{place} is read-only: a standby, or default_transaction_read_only is on. Point {place.Origin} at the primary, or "
                    + "switch that setting off for this user.");
        }
    }

    /// <summary>Makes the extension where it is missing and allowed.</summary>
    /// <exception cref="StoreRefusedException">Absent and not to be made by this user, or too old.</exception>
    public static async Task<VectorExtension> EnsureExtensionAsync(
        NpgsqlConnection connection, PostgresPlace place, CancellationToken cancellationToken)
    {
        if (await FindExtensionAsync(connection, cancellationToken) is not { } extension)
        {
            try
            {
                await connection.RunAsync(Create, cancellationToken);
            }
            catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.InsufficientPrivilege)
            {
                throw new StoreRefusedException(
                    $"{place}: the extension pgvector is not there, and user '{place.User}' may not make it. Run once as a superuser in "
                        + $"database '{place.Database}':\n"
                    + $"    {Create}", e);
            }
            catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedFile or PostgresErrorCodes.FeatureNotSupported)
            {
                throw new StoreRefusedException(
                    $"{place}: the server has no pgvector. Install it on the server (package postgresql-NN-pgvector, or the provider's "
                        + "list of extensions), then run in database "
                    + $"'{place.Database}':\n    {Create}", e);
            }
            catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DuplicateObject)
            {
                // Another schema's first run made it in the same moment: it is there now.
            }

            extension = await FindExtensionAsync(connection, cancellationToken) ?? throw new StoreRefusedException(
                $"{place}: the extension pgvector was removed while embsync began. Run in database '{place.Database}':\n    {Create}");
        }

        return extension.Version >= VectorExtension.Oldest ? extension : throw new StoreRefusedException(
            $"{place}: pgvector {extension.Version} is too old, embsync needs {VectorExtension.Oldest} or later (halfvec). Install a "
                + "later package on the server, then run in database "
            + $"'{place.Database}':\n    ALTER EXTENSION vector UPDATE;");
    }

    public static async Task<VectorExtension?> FindExtensionAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        (await connection.RowsAsync(Find, row => new VectorExtension(row.GetString(0), ParseVersion(row.GetString(1))), cancellationToken))
            .SingleOrDefault();

    /// <summary>Numbers up to the first that is none: forks append letters.</summary>
    public static Version ParseVersion(string text)
    {
        var numbers = text.Split('.', '-', '+').TakeWhile(
            part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .Select(part => int.Parse(part, CultureInfo.InvariantCulture)).Concat([0, 0]).Take(3).ToArray();
        return numbers.Length == 3 ? new(numbers[0], numbers[1], numbers[2]) : new(numbers[0], numbers[1]);
    }
}
