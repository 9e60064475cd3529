#pragma warning disable RS0030 // the Postgres store
using System.Globalization;
using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using Npgsql;

namespace EmbSync.Core.Storage.Postgres;

/// <summary>
/// Reads what people have as DATABASE_URL: a <c>postgresql://</c> URI, libpq's <c>host=... dbname=...</c>, or .NET's
/// <c>Host=...;Database=...</c>. No message repeats any part of it but the names of keys: each part may turn out to be a piece of the password.
/// </summary>
internal static class PostgresUrl
{
    /// <exception cref="UsageException">Not understood, or a key that embsync doesn't know.</exception>
    public static NpgsqlConnectionStringBuilder Parse(Secret url)
    {
        var text = url.Reveal().Trim();
        var builder = text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase)
            ? FromUri(text[(text.IndexOf("://", StringComparison.Ordinal) + 3)..], url.Origin)
            : text.Contains("://", StringComparison.Ordinal)
                ? throw new UsageException($"{url.Origin} is not the address of a PostgreSQL database: it begins with another scheme "
                    + "than postgresql://.")
                : text.Contains(';', StringComparison.Ordinal) ? FromKeywords(text, url.Origin) : FromLibpq(text, url.Origin);
        if (builder.Host is not { Length: > 0 } host || host.Contains(',', StringComparison.Ordinal))
        {
            throw new UsageException($"{url.Origin} must name one host: postgresql://user@host:5432/database.");
        }

        return builder;
    }

    /// <exception cref="UsageException">Not understood.</exception>
    public static bool HoldsPassword(Secret url) => Parse(url).Password is { Length: > 0 };

    private static NpgsqlConnectionStringBuilder FromUri(string rest, string origin)
    {
        var builder = new NpgsqlConnectionStringBuilder();
        var (address, query) = Cut(rest, '?');
        var (authority, database) = Cut(address, '/');
        if (database?.AsSpan().ContainsAny('/', '@', ':') == true)
        {
            throw new UsageException(
                $"{origin} can't be read: a user name or password with / ? # @ or : must have them percent-encoded (/ is %2F, ? is %3F, "
                    + "@ is %40, : is %3A).");
        }

        var at = authority.LastIndexOf('@');
        if (at >= 0)
        {
            var (user, password) = Cut(authority[..at], ':');
            SetIfGiven(value => builder.Username = value, Decode(user, origin));
            SetIfGiven(value => builder.Password = value, password is null ? null : Decode(password, origin));
        }

        var (host, port) = HostAndPort(authority[(at + 1)..]);
        SetIfGiven(value => builder.Host = value, Decode(host, origin));
        SetIfGiven(value => builder.Database = value, database is null ? null : Decode(database, origin));
        if (port is { Length: > 0 })
        {
            PostgresUrlKeys.Set(builder, "port", port, origin);
        }

        foreach (var pair in (query ?? "").Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (key, value) = Cut(pair, '=');
            PostgresUrlKeys.Set(builder, Decode(key, origin), Decode(value ?? "", origin), origin);
        }

        return builder;
    }

    private static (string Host, string? Port) HostAndPort(string authority)
    {
        var close = authority.StartsWith('[') ? authority.IndexOf(']', StringComparison.Ordinal) : -1;
        return close > 0 ? (authority[1..close], authority[(close + 1)..].TrimStart(':')) : Cut(authority, ':');
    }

    private static NpgsqlConnectionStringBuilder FromKeywords(string text, string origin)
    {
        System.Data.Common.DbConnectionStringBuilder pairs = [];
        try
        {
            pairs.ConnectionString = text;
        }
        catch (ArgumentException)
        {
            throw new UsageException($"{origin} can't be read as a connection string: expected Host=...;Database=...;Username=... or "
                + "postgresql://user@host/database.");
        }

        var builder = new NpgsqlConnectionStringBuilder();
        foreach (string key in pairs.Keys)
        {
            try
            {
                builder[key] = pairs[key];
            }
            catch (Exception e) when (e is ArgumentException or FormatException or OverflowException or InvalidCastException)
            {
                throw new UsageException($"{origin} has '{key}', which is no key of a PostgreSQL connection string, or has a value it "
                    + "can't take.");
            }
        }

        return builder;
    }

    private static NpgsqlConnectionStringBuilder FromLibpq(string text, string origin)
    {
        var builder = new NpgsqlConnectionStringBuilder();
        for (var rest = text.AsSpan().Trim(); !rest.IsEmpty; rest = rest.TrimStart())
        {
            var equals = rest.IndexOf('=');
            if (equals <= 0)
            {
                throw new UsageException($"{origin} can't be read as the address of a database: expected postgresql://user@host/database "
                    + "or key=value pairs.");
            }

            var key = rest[..equals].Trim().ToString();
            rest = rest[(equals + 1)..].TrimStart();
            PostgresUrlKeys.Set(builder, key, LibpqValue(ref rest), origin);
        }

        return builder;
    }

    /// <summary>Up to white space, or between single quotes; a backslash takes the next character as it is.</summary>
    private static string LibpqValue(ref ReadOnlySpan<char> rest)
    {
        var value = new System.Text.StringBuilder();
        var isQuoted = rest.StartsWith("'");
        var i = isQuoted ? 1 : 0;
        for (; i < rest.Length && !(isQuoted ? rest[i] == '\'' : char.IsWhiteSpace(rest[i])); i++)
        {
            if (rest[i] == '\\' && i + 1 < rest.Length)
            {
                i++;
            }

            value.Append(rest[i]);
        }

        rest = rest[Math.Min(rest.Length, isQuoted ? i + 1 : i)..];
        return value.ToString();
    }

    private static string Decode(string text, string origin)
    {
        for (var i = text.IndexOf('%', StringComparison.Ordinal); i >= 0; i = text.IndexOf('%', i + 1))
        {
            if (i + 2 >= text.Length || !byte.TryParse(text.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _))
            {
                throw new UsageException($"{origin} has a % that is not followed by two hexadecimal digits: write a % of a password as "
                    + "%25.");
            }
        }

        return Uri.UnescapeDataString(text);
    }

    private static (string Before, string? After) Cut(string text, char at)
    {
        var place = text.IndexOf(at, StringComparison.Ordinal);
        return place < 0 ? (text, null) : (text[..place], text[(place + 1)..]);
    }

    private static void SetIfGiven(Action<string> set, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            set(value);
        }
    }
}
