#pragma warning disable RS0030 // the SQLite store
using EmbSync.Core.Model;
using Microsoft.Data.Sqlite;

namespace EmbSync.Core.Storage.Sqlite;

/// <summary>The public face of a space.</summary>
internal sealed class SqliteView(SqliteConnection connection, string space)
{
    public string Name => space == Generation.DefaultSpace ? "embeddings" : $"embeddings_{space}";

    private string Quoted => $"\"{Name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>Makes it show these generations; without any it goes.</summary>
    public void Publish(IEnumerable<StoredGeneration> generations)
    {
        var shown = generations.ToList();
        connection.Run($"DROP VIEW IF EXISTS {Quoted}");
        if (shown.Count > 0)
        {
            connection.Run(Statement(shown));
        }
    }

    /// <summary>The statement that made it is kept as it was written.</summary>
    public bool Shows(IReadOnlyList<StoredGeneration> generations) =>
        connection.Rows("SELECT sql FROM sqlite_master WHERE type = 'view' AND name = $name", row => row.GetString(0),
            CancellationToken.None, ("$name", Name))
            .FirstOrDefault() == Statement(generations);

    private string Statement(IReadOnlyList<StoredGeneration> generations) =>
        SqliteSql.View(Quoted, $"'{space.Replace("'", "''", StringComparison.Ordinal)}'", generations).Trim();
}
