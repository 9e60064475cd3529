#pragma warning disable RS0030 // tables of the user's
using System.Text;
using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Postgres;

namespace EmbSync.Core.Sources.Postgres;

/// <summary>
/// SQL of triggers that tell a waiting <c>sync --watch</c> when rows of a source change. One message a statement, whatever the number of
/// rows: which
/// rows they are is found by comparing, as always, so that nothing is lost when nobody listens.
/// </summary>
public static class ChangeTrigger
{
    /// <summary>Of LISTEN and NOTIFY.</summary>
    public const string Channel = "embsync";

    private const string Name = "embsync_changed";

    /// <summary>PostgreSQL cuts names after 63 bytes, without a word; names of sources are ASCII.</summary>
    private const int LongestSource = 63 - 16;

    /// <param name="tables">The tables that a query reads; empty for a source that names its table.</param>
    /// <param name="drop">SQL that takes the triggers away.</param>
    /// <exception cref="UsageException">No such table, a view, or a query without tables.</exception>
    /// <exception cref="SourceException">The database can't be reached.</exception>
    public static async Task<string> ScriptAsync(
        DatabaseSourceConfig source, IReadOnlyList<string> tables, bool drop, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(tables);
        var named = source switch
        {
            TableSourceConfig table => tables.Count == 0 ? [table.Table] : tables,
            ColumnSourceConfig column => tables.Count == 0 ? [column.Table] : tables,
            _ => tables.Count > 0 ? tables : throw new UsageException(
            $"source '{source.Name}' is a query: name the tables it reads with --table"),
        };
        await using var database = new SourceDatabase(source.Name, source.Url, source.TimeoutSeconds);
        return await database.ReadAsync(async connection =>
        {
            var catalogue = new RowCatalogue(connection, source.Name, database.Name);
            var sql = new StringBuilder();
            foreach (var name in named)
            {
                var target = await catalogue.FindTriggerTargetAsync(name, tables.Count == 0 ? ColumnsOf(source) : [], cancellationToken);
                sql.Append(drop ? Drop(source.Name, target) : Create(source.Name, target));
            }

            return sql.ToString();
        }, cancellationToken);
    }

    private static string Create(string source, TriggerTarget target) =>
        string.Concat(target.Tables.Select(table => Create(source, target, table)))
        + (target.Tables.Count > 1
            ? "-- Rows may be written to a partition itself. Print and run this again when there is another partition.\n" : "");

    private static string Create(string source, TriggerTarget target, string table)
    {
        var function = $"{target.Schema}.{Name}";
        return $"""
            CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $embsync$
            BEGIN
              PERFORM pg_notify('{Channel}', TG_ARGV[0]);
              RETURN NULL;
            END
            $embsync$;
            CREATE OR REPLACE TRIGGER {TriggerName(source)}
              AFTER INSERT OR DELETE OR TRUNCATE OR UPDATE{(target.Columns.Count > 0 ? " OF " + string.Join(", ", target.Columns) : "")} ON {table}
              FOR EACH STATEMENT EXECUTE FUNCTION {function}({SqlQuote.Literal(source)});

            """;
    }

    /// <summary>The function goes with the last trigger of its schema.</summary>
    private static string Drop(string source, TriggerTarget target) =>
        string.Concat(target.Tables.Select(table => $"DROP TRIGGER IF EXISTS {TriggerName(source)} ON {table};\n")) + $"""
        DO $embsync$
        BEGIN
          IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgfoid = to_regprocedure({SqlQuote.Literal($"{target.Schema}.{Name}()")})) THEN
            DROP FUNCTION IF EXISTS {target.Schema}.{Name}();
          END IF;
        END
        $embsync$;

        """;

    /// <summary>Two sources may be of one table.</summary>
    private static string TriggerName(string source) =>
        SqlQuote.Name($"{Name} {(source.Length <= LongestSource ? source : source[..(LongestSource - 9)] + "-" + ContentHash.Of(source).ToString()[..8])}");

    /// <summary>Changes of other columns wake nobody; none named means all. A condition may look at any.</summary>
    private static List<string> ColumnsOf(DatabaseSourceConfig source) => source switch
    {
        TableSourceConfig { Where: null } table => [.. table.Key.Concat(table.Text)
            .Concat(new[] { table.Title, table.TypeFrom, table.PriorityFrom, table.UpdatedAt }.OfType<string>()).Concat(table.Metadata)
                .Distinct(StringComparer.Ordinal)],
        ColumnSourceConfig { Where: null } column => [column.Column],
        _ => [],
    };
}

/// <param name="Schema">Quoted, as all names here.</param>
/// <param name="Tables">The table, and where it is partitioned its partitions: a statement that names one fires its triggers alone.</param>
/// <param name="Columns">Those whose update counts; empty for all.</param>
internal sealed record TriggerTarget(string Schema, IReadOnlyList<string> Tables, IReadOnlyList<string> Columns);
