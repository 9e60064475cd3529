#pragma warning disable RS0030 // the Postgres store
using EmbSync.Core.Model;
using Npgsql;

namespace EmbSync.Core.Postgres;

/// <summary>Pairs of keys and values: libpq's, with white space between, and .NET's, with semicolons.</summary>
internal static class PostgresKeywords
{
    /// <summary>No semicolon divides it: those of libpq stand in quotes.</summary>
    public static bool IsLibpq(string text)
    {
        var isQuoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == '\'')
            {
                isQuoted = !isQuoted;
            }
            else if (text[i] == ';' && !isQuoted)
            {
                return false;
            }
        }

        return true;
    }

    public static NpgsqlConnectionStringBuilder FromDotNet(string text, string origin)
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

    public static NpgsqlConnectionStringBuilder FromLibpq(string text, string origin)
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
            PostgresUrlKeys.Set(builder, key, Value(ref rest), origin);
        }

        return builder;
    }

    /// <summary>Up to white space, or between single quotes; a backslash takes the next character as it is.</summary>
    private static string Value(ref ReadOnlySpan<char> rest)
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
}
