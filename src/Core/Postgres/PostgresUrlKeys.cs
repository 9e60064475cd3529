#pragma warning disable RS0030 // the Postgres store
using System.Globalization;
using EmbSync.Core.Configuration.Definition;
using EmbSync.Core.Model;
using Npgsql;

namespace EmbSync.Core.Postgres;

/// <summary>
/// Connection parameters: libpq's, as far as the driver has them (postgresql.org/docs/current/libpq-connect.html), and those that ORMs and
/// JDBC add. What is about
/// somebody else's pool or cache means nothing here and is passed over; what would change who is talked to, or how safely, is understood or
/// refused.
/// </summary>
internal static class PostgresUrlKeys
{
    /// <summary>
    /// About the pool, the statement cache or the logging of another driver, or about signs of life that this one keeps by itself.
    /// </summary>
    private static readonly HashSet<string> Foreign = new(StringComparer.OrdinalIgnoreCase)
    {
        // Prisma, SQLAlchemy and asyncpg, node-postgres, Rails, Django, JDBC.
        "connection_limit", "pool_timeout", "socket_timeout", "statement_cache_size", "max_idle_connection_lifetime",
            "single_use_connections",
        "prepared_statement_cache_size", "prepared_statement_name_func", "prepared_statements", "statement_limit", "pool", "pool_size",
            "max_overflow", "poolclass", "max_connections",
        "min_connections", "idle_timeout", "idleTimeoutMillis", "connectionTimeoutMillis", "max", "encoding", "adapter",
            "reaping_frequency", "checkout_timeout",
        "variables", "conn_max_age", "prepareThreshold", "preparedStatementCacheQueries", "preparedStatementCacheSizeMiB",
            "defaultRowFetchSize", "reWriteBatchedInserts",
        "stringtype", "tcpKeepAlive", "socketTimeout", "loggerLevel", "workaround",
        // libpq.
        "keepalives_count", "tcp_user_timeout", "sslcompression", "sslsni", "gssdelegation", "sslkeylogfile", "connect_retry_count",
    };

    /// <summary>What to write instead of what can't be done, or would be less safe if it were passed over.</summary>
    private static readonly Dictionary<string, string> Instead = new(StringComparer.OrdinalIgnoreCase)
    {
        ["service"] = "embsync reads no service files: write host, port, dbname and user of that service here (a password may stay in ~/.pgpass)",
        ["servicefile"] = "embsync reads no service files: write host, port, dbname and user of that service here (a password may stay in ~/.pgpass)",
        ["sslcrl"] = "embsync reads no lists of revoked certificates: leave it out, or take the certificate out of what sslrootcert trusts",
        ["sslcrldir"] = "embsync reads no lists of revoked certificates: leave it out, or take the certificate out of what sslrootcert trusts",
        ["sslidentity"] = "embsync takes no PKCS #12 file: write sslcert and sslkey, and sslrootcert for the server's certificate",
        ["sslfactory"] = "embsync checks certificates by sslmode and sslrootcert: write these",
        ["requirepeer"] = "embsync can't ask for the server's user: leave it out",
        ["replication"] = "embsync needs an ordinary connection: leave it out",
    };

    /// <summary>Whether it is a parameter at all, understood or not.</summary>
    public static bool IsKnown(string key) =>
        Foreign.Contains(key) || Instead.ContainsKey(key) || Names.Contains(key, StringComparer.OrdinalIgnoreCase);

    /// <exception cref="UsageException">Unknown key, or a value that the key can't have.</exception>
    public static void Set(NpgsqlConnectionStringBuilder builder, string key, string value, string origin, bool isJdbc = false)
    {
        try
        {
            if (Instead.TryGetValue(key, out var instead))
            {
                throw new UsageException($"{origin} has the parameter '{key}': {instead}.");
            }

            if (!Foreign.Contains(key) && !TrySet(builder, key.ToLowerInvariant(), value, isJdbc))
            {
                throw new UsageException($"{origin} has the parameter '{key}', which embsync doesn't know: leave it out{Guess.Hint(key, Names)}{(Guess.Nearest(key, Names) is null ? "." : "")}");
            }
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentException)
        {
            throw new UsageException($"{origin}: the value of '{key}' is not one that it can have.");
        }
    }

    /// <summary>Of those that are understood, as people write them.</summary>
    private static readonly string[] Names =
    [
        "host", "hostaddr", "port", "dbname", "user", "password", "passfile", "sslmode", "ssl", "sslaccept", "requiressl", "sslrootcert",
            "sslcert", "sslkey", "sslpassword",
        "sslnegotiation", "ssl_min_protocol_version", "ssl_max_protocol_version", "gssencmode", "krbsrvname", "channel_binding",
            "require_auth", "target_session_attrs", "targetServerType",
        "load_balance_hosts", "loadBalanceHosts", "connect_timeout", "connectTimeout", "loginTimeout", "application_name",
            "ApplicationName", "fallback_application_name", "options",
        "schema", "search_path", "currentSchema", "pgbouncer", "keepalives", "keepalives_idle", "keepalives_interval", "client_encoding",
    ];

    private static bool TrySet(NpgsqlConnectionStringBuilder builder, string key, string value, bool isJdbc)
    {
        switch (key)
        {
            case "host" or "hostaddr": builder.Host = value; break;
            case "port" when value.Contains(',', StringComparison.Ordinal): SetPorts(builder, value); break;
            case "port": builder.Port = Number(value); break;
            case "dbname": builder.Database = value; break;
            case "user": builder.Username = value; break;
            case "password": builder.Password = value; break;
            case "passfile": builder.Passfile = value; break;
            case "sslmode": builder.SslMode = value == "no-verify" ? SslMode.Require : Word<SslMode>(value); break;

            // A driver's own names for the same; JDBC checks the certificate then, others only encrypt.
            case "ssl": builder.SslMode = IsOn(value) is { } on ? !on ? SslMode.Disable : isJdbc ? SslMode.VerifyFull : SslMode.Require
                : Word<SslMode>(value); break;
            case "requiressl": builder.SslMode = IsOn(value) == true ? SslMode.Require : builder.SslMode; break;
            case "sslaccept" when value is "strict": builder.SslMode = SslMode.VerifyFull; break;
            case "sslaccept" when value is "accept_invalid_certs": break;
            case "sslrootcert" when value == "system": builder.SslMode = SslMode.VerifyFull; break;
            case "sslrootcert": builder.RootCertificate = value; break;
            case "sslcert": builder.SslCertificate = value; break;
            case "sslkey": builder.SslKey = value; break;
            case "sslpassword": builder.SslPassword = value; break;
            case "sslnegotiation": builder.SslNegotiation = Word<SslNegotiation>(value); break;

            // Older ones are off in .NET and in PostgreSQL alike.
            case "ssl_min_protocol_version" when value is "" or "TLSv1" or "TLSv1.1" or "TLSv1.2": break;
            case "ssl_max_protocol_version" when value is "" or "TLSv1.3": break;
            case "gssencmode": builder.GssEncryptionMode = Word<GssEncryptionMode>(value); break;
            case "krbsrvname": builder.KerberosServiceName = value; break;
            case "channel_binding": builder.ChannelBinding = Word<ChannelBinding>(value); break;
            case "require_auth": builder.RequireAuth = value; break;
            case "target_session_attrs": builder.TargetSessionAttributes = value; break;
            case "targetservertype": builder.TargetSessionAttributes = value switch
                { "master" or "primary" => "primary", "slave" or "secondary" => "standby", "preferSlave" or "preferSecondary" =>
                "prefer-standby", "preferPrimary" => "prefer-primary", "any" => "any", _ => throw new FormatException() }; break;
            case "load_balance_hosts": builder.LoadBalanceHosts = value switch
                { "random" => true, "disable" => false, _ => throw new FormatException() }; break;
            case "loadbalancehosts": builder.LoadBalanceHosts = IsOn(value) ?? throw new FormatException(); break;
            case "connect_timeout" or "connecttimeout" or "logintimeout": builder.Timeout = Number(value); break;
            case "application_name" or "applicationname": builder.ApplicationName = value; break;
            case "fallback_application_name": builder.ApplicationName ??= value; break;
            case "options": builder.Options = value; break;
            case "schema": builder.SearchPath = SqlQuote.Name(value); break;
            case "search_path" or "currentschema": builder.SearchPath = value; break;

            // A pooler of transactions: each statement may meet another server, and no session is to be reset.
            case "pgbouncer": builder.NoResetOnClose = IsOn(value) ?? throw new FormatException(); break;
            case "keepalives": builder.TcpKeepAlive = value != "0"; break;
            case "keepalives_idle": builder.TcpKeepAliveTime = Number(value); break;
            case "keepalives_interval": builder.TcpKeepAliveInterval = Number(value); break;
            case "client_encoding" when value.Replace("-", "", StringComparison.Ordinal).ToUpperInvariant() is "UTF8" or "AUTO": break;
            default: return false;
        }

        return true;
    }

    /// <summary>A port for each host.</summary>
    private static void SetPorts(NpgsqlConnectionStringBuilder builder, string value)
    {
        var (hosts, ports) = ((builder.Host ?? "").Split(','), value.Split(','));
        builder.Host = hosts.Length == ports.Length
            ? string.Join(',', hosts.Zip(ports, (host, port) => port.Length == 0 ? host
            : string.Create(CultureInfo.InvariantCulture, $"{host}:{Number(port)}"))) : throw new FormatException();
    }

    private static bool? IsOn(string value) => value.ToLowerInvariant() switch
    {
        "true" or "1" or "on" or "yes" or "" => true,
        "false" or "0" or "off" or "no" => false,
        _ => null,
    };

    private static int Number(string value) => int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture);

    private static T Word<T>(string value) where T : struct, Enum
    {
        var word = value.Replace("-", "", StringComparison.Ordinal);
        return Enum.GetNames<T>().FirstOrDefault(name => name.Equals(word, StringComparison.OrdinalIgnoreCase)) is { } name
            ? Enum.Parse<T>(name)
            : throw new FormatException();
    }
}
