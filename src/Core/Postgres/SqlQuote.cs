namespace EmbSync.Core.Postgres;

/// <summary>Names and texts as SQL of PostgreSQL writes them.</summary>
internal static class SqlQuote
{
    public static string Name(string identifier) => $"\"{identifier.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
