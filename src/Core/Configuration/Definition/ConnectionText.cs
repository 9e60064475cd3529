using System.Text.RegularExpressions;

namespace EmbSync.Core.Configuration.Definition;

/// <summary>
/// The address of a database as programs have it in their environment, taken apart as far as telling what it is needs: without the quotes
/// that a shell would have
/// taken away, and without the driver that SQLAlchemy (<c>postgresql+asyncpg://</c>) and JDBC (<c>jdbc:postgresql://</c>) put in front.
/// </summary>
/// <param name="Scheme">In lower case and without a driver; null where it is no URI.</param>
/// <param name="Rest">What follows <c>://</c>, or all of it.</param>
internal sealed partial record ConnectionText(string? Scheme, string Rest, bool IsJdbc)
{
    /// <summary>Of PostgreSQL, as libraries call it (<c>postgis</c>: Django and Rails).</summary>
    private static readonly string[] Postgres = ["postgresql", "postgres", "pgsql", "postgis"];

    /// <summary>Whose name tells what is wrong; others may be a piece of a password.</summary>
    private static readonly Dictionary<string, string> Others = new(StringComparer.Ordinal)
    {
        ["mysql"] = "MySQL",
        ["mariadb"] = "MariaDB",
        ["sqlite"] = "SQLite",
        ["sqlserver"] = "SQL Server",
        ["mssql"] = "SQL Server",
        ["mongodb"] = "MongoDB",
        ["redis"] = "Redis",
        ["prisma"] = "Prisma's own service, not of the database behind it (that is often DIRECT_URL)",
    };

    public bool IsPostgres => Scheme is not null && Postgres.Contains(Scheme);

    /// <summary>What it is the address of instead of a PostgreSQL database; null where nobody knows.</summary>
    public string? Other => Scheme is null ? null : Others.GetValueOrDefault(Scheme);

    public static ConnectionText Of(string value)
    {
        var text = value.Trim();
        if (text is ['"' or '\'', _, ..] && text[^1] == text[0] && text.Length > 2 && !text[1..^1].Contains(
            text[0], StringComparison.Ordinal))
        {
            text = text[1..^1].Trim();
        }

        var isJdbc = text.StartsWith("jdbc:", StringComparison.OrdinalIgnoreCase);
        return Uri().Match(isJdbc ? text["jdbc:".Length..] : text) is { Success: true } uri
            ? new(uri.Groups["scheme"].Value.ToLowerInvariant(), uri.Groups["rest"].Value, isJdbc)
            : new(null, text, isJdbc);
    }

    [GeneratedRegex(@"\A(?<scheme>[A-Za-z][A-Za-z0-9.-]*)(\+[A-Za-z0-9_+.-]+)?://(?<rest>.*)\z",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Uri();
}
