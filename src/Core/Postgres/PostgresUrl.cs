#pragma warning disable RS0030 // the Postgres store
using System.Globalization;
using EmbSync.Core.Configuration;
using EmbSync.Core.Configuration.Definition;
using EmbSync.Core.Model;
using Npgsql;

namespace EmbSync.Core.Postgres;

/// <summary>
/// Reads what people have as DATABASE_URL: a <c>postgresql://</c> URI as libpq, ORMs and JDBC write it, libpq's <c>host=... dbname=...</c>,
/// or .NET's
/// <c>Host=...;Database=...</c>. No message repeats any part of it but the names of keys: each part may turn out to be a piece of the
/// password.
/// </summary>
internal static class PostgresUrl
{
    /// <exception cref="UsageException">Not understood, or a key that embsync doesn't know.</exception>
    public static NpgsqlConnectionStringBuilder Parse(Secret url)
    {
        var text = ConnectionText.Of(url.Reveal());
        var builder = text.IsPostgres ? FromUri(text, url.Origin)
            : text.Scheme is not null || text.IsJdbc ? throw NoPostgres(url.Origin, text.Other)
            : PostgresKeywords.IsLibpq(text.Rest) ? PostgresKeywords.FromLibpq(text.Rest, url.Origin) : PostgresKeywords.FromDotNet(
                text.Rest, url.Origin);
        if (builder.Host is not { Length: > 0 } host)
        {
            throw new UsageException(
                $"{url.Origin} must name a host: postgresql://user@host:5432/database, or ?host=/var/run/postgresql for a socket.");
        }

        if (!host.Contains(',', StringComparison.Ordinal))
        {
            // The driver chooses among hosts by it, and there is nothing to choose.
            builder.Remove("Target Session Attributes");
        }

        return builder;
    }

    /// <exception cref="UsageException">Not understood.</exception>
    public static bool HoldsPassword(Secret url) => Parse(url).Password is { Length: > 0 };

    private static UsageException NoPostgres(string origin, string? other) => new(
        $"{origin} is not the address of a PostgreSQL database: it {(other is null ? "begins with another scheme than postgresql://" : $"is that of {other}")}. "
            + "Write postgresql://user@host:5432/database.");

    private static NpgsqlConnectionStringBuilder FromUri(ConnectionText text, string origin)
    {
        var parts = PostgresUriParts.Of(text.Rest) ?? throw new UsageException(
            $"{origin} can't be read: a user name or password with / ? # @ or : must have them percent-encoded (/ is %2F, ? is %3F, # is %23, @ is %40, : is %3A).");
        var builder = new NpgsqlConnectionStringBuilder();
        SetIfGiven(value => builder.Username = value, Decode(parts.User, origin));
        SetIfGiven(value => builder.Password = value, Decode(parts.Password, origin));
        SetHosts(builder, parts.Hosts, origin);
        SetIfGiven(value => builder.Database = value, Decode(parts.Database, origin));
        foreach (var pair in (parts.Query ?? "").Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (key, value) = PostgresUriParts.Cut(pair, '=');
            PostgresUrlKeys.Set(builder, Decode(key, origin)!, Decode(value ?? "", origin)!, origin, text.IsJdbc);
        }

        return builder;
    }

    /// <summary>One host with its port, or several as the driver takes them.</summary>
    private static void SetHosts(NpgsqlConnectionStringBuilder builder, string hosts, string origin)
    {
        if (hosts.Contains(',', StringComparison.Ordinal))
        {
            builder.Host = Decode(hosts, origin);
            return;
        }

        var (host, port) = PostgresUriParts.HostAndPort(hosts);
        SetIfGiven(value => builder.Host = value, Decode(host, origin));
        if (port is { Length: > 0 })
        {
            PostgresUrlKeys.Set(builder, "port", port, origin);
        }
    }

    private static string? Decode(string? text, string origin)
    {
        for (var i = text?.IndexOf('%', StringComparison.Ordinal) ?? -1; i >= 0; i = text!.IndexOf('%', i + 1))
        {
            if (i + 2 >= text!.Length || !byte.TryParse(
                text.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _))
            {
                throw new UsageException($"{origin} has a % that is not followed by two hexadecimal digits: write a % of a password as "
                    + "%25.");
            }
        }

        return text is null ? null : Uri.UnescapeDataString(text);
    }

    private static void SetIfGiven(Action<string> set, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            set(value);
        }
    }
}
