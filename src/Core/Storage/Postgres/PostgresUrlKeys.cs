#pragma warning disable RS0030 // the Postgres store
using System.Globalization;
using EmbSync.Core.Model;
using Npgsql;

namespace EmbSync.Core.Storage.Postgres;

/// <summary>libpq's connection parameters, as far as the driver has them (postgresql.org/docs/current/libpq-connect.html).</summary>
internal static class PostgresUrlKeys
{
    /// <exception cref="UsageException">Unknown key, or a value that the key can't have.</exception>
    public static void Set(NpgsqlConnectionStringBuilder builder, string key, string value, string origin)
    {
        try
        {
            if (!TrySet(builder, key, value))
            {
                throw new UsageException($"{origin} has the parameter '{key}', which embsync doesn't know: leave it out.");
            }
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentException)
        {
            throw new UsageException($"{origin}: the value of '{key}' is not one that it can have.");
        }
    }

    private static bool TrySet(NpgsqlConnectionStringBuilder builder, string key, string value)
    {
        switch (key)
        {
            case "host" or "hostaddr": builder.Host = value; break;
            case "port": builder.Port = Number(value); break;
            case "dbname": builder.Database = value; break;
            case "user": builder.Username = value; break;
            case "password": builder.Password = value; break;
            case "passfile": builder.Passfile = value; break;
            case "sslmode": builder.SslMode = Word<SslMode>(value); break;
            case "sslrootcert": builder.RootCertificate = value; break;
            case "sslcert": builder.SslCertificate = value; break;
            case "sslkey": builder.SslKey = value; break;
            case "sslpassword": builder.SslPassword = value; break;
            case "sslnegotiation": builder.SslNegotiation = Word<SslNegotiation>(value); break;
            case "gssencmode": builder.GssEncryptionMode = Word<GssEncryptionMode>(value); break;
            case "krbsrvname": builder.KerberosServiceName = value; break;
            case "channel_binding": builder.ChannelBinding = Word<ChannelBinding>(value); break;
            case "require_auth": builder.RequireAuth = value; break;
            case "target_session_attrs": builder.TargetSessionAttributes = value; break;
            case "connect_timeout": builder.Timeout = Number(value); break;
            case "application_name" or "fallback_application_name": builder.ApplicationName = value; break;
            case "options": builder.Options = value; break;
            case "keepalives": builder.TcpKeepAlive = value != "0"; break;
            case "keepalives_idle": builder.TcpKeepAliveTime = Number(value); break;
            case "keepalives_interval": builder.TcpKeepAliveInterval = Number(value); break;
            case "client_encoding" when value.Replace("-", "", StringComparison.Ordinal).ToUpperInvariant() is "UTF8" or "AUTO": break;
            default: return false;
        }

        return true;
    }

    private static int Number(string value) => int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture);

    private static T Word<T>(string value) where T : struct, Enum
    {
        var word = value.Replace("-", "", StringComparison.Ordinal);
        return Enum.GetNames<T>().FirstOrDefault(name => name.Equals(word, StringComparison.OrdinalIgnoreCase)) is { } name
            ? Enum.Parse<T>(name)
            : throw new FormatException();
    }
}
