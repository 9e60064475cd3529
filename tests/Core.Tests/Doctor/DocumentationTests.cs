using System.Runtime.CompilerServices;
using System.Text;
using EmbSync.Core.Jobs.Doctor;

namespace EmbSync.Core.Tests.Doctor;

/// <summary>docs/doctor.md is made from the list of findings; codes are unique and in order.</summary>
public sealed class DocumentationTests
{
    private static readonly (string Prefix, string Title)[] Sections =
    [
        ("EMB20", "The database"), ("EMB21", "The extension"), ("EMB22", "Vectors and rows"), ("EMB23", "Indexes"),
            ("EMB24", "embsync's own store"),
        ("EMB25", "The provider"), ("EMB26", "Repository and configuration"),
    ];

    [Fact]
    public void Codes_are_unique_and_in_order()
    {
        FindingKind.All.Select(kind => kind.Code).ShouldBeUnique();
        FindingKind.All.Select(kind => kind.Code).ShouldBe(FindingKind.All.Select(kind => kind.Code).Order(StringComparer.Ordinal));
        typeof(FindingKind).GetFields().Where(field => field.FieldType == typeof(FindingKind)).Select(field => field.GetValue(null))
            .ShouldBe(FindingKind.All, ignoreOrder: true);
    }

    [Fact]
    public void The_documentation_is_the_list()
    {
        var expected = Document();
        var file = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "../../../docs/doctor.md"));
        var found = File.Exists(file) ? File.ReadAllText(file).ReplaceLineEndings("\n") : "";
        if (found != expected)
        {
            var fresh = Path.Combine(Path.GetTempPath(), "embsync-doctor.received.md");
            File.WriteAllText(fresh, expected);
            found.ShouldBe(expected, $"To accept: mv '{fresh}' '{file}'");
        }
    }

    private static string Document()
    {
        var text = new StringBuilder("""
            # What `embsync doctor` finds

            `embsync doctor` looks at the configured store, the provider, git and the configuration. `embsync doctor --postgres-url env:DATABASE_URL`
            looks at any PostgreSQL database with pgvector, and needs no configuration. Both only read: each look is a read-only transaction
            with limits on time, and is rolled back. The one thing that leaves the machine is a request to the provider for one embedding of one
            word, which costs a token; `--no-probe` leaves it out.

            It exits with 0 when there is neither error nor warning, and with 4 when there is.

            `--fix` does the mends that are safe, says each before it does it, and looks again afterwards: `CREATE EXTENSION`,
            `ALTER EXTENSION ... UPDATE`, `DROP INDEX CONCURRENTLY` (or `REINDEX`) of INVALID leftovers, `CREATE INDEX CONCURRENTLY` of
            missing indexes (checked for INVALID afterwards; a leftover of its own is dropped), `ANALYZE`. They change no row and block neither
            readers nor writers. With `--dry-run` it only shows them. All other mends are shown for you to run.

            How it judges: rows below 1,000,000 are counted, above the server's estimate is taken and coverage is that of a sample. Dimensions and
            lengths are those of every vector of up to 100,000 rows, above that of a sample of about 20,000 rows. Searches are timed with the
            vector of one of the column's rows, five times, and the median is given. Which operator queries use is read from
            `pg_stat_statements` where it is loaded; else an index other than cosine that was never scanned counts as unused. pgvector itself refuses NaN and infinity on input; they are looked for all the same.
            Partitions are judged one by one; their parent is only listed.

            `--json` has `schemaVersion`, `target`, `server`, `columns`, `stores`, `provider`, `findings`, `mends` and `counts`. A column has
            `table`, `column`, `type`, `dimensions`, `rows`, `rowsExact`, `embedded`, `coverage` (0 to 1), `sampled`, `indexes`, `search` (`operator`,
            `index` that the planner takes, `milliseconds`) and, after `--fix`, `before` (`coverage`, `index`, `milliseconds`). A finding has `code`,
            `severity`, `title`, `subject`, `problem`, `why` and `mend` (`kind`: `sql`, `command` or `hint`; `text`; `fix`). A mend has `state`:
            `planned`, `done` or `failed`.

            The severity is the usual one; a finding may be milder, such as a missing index on a small table.

            """.ReplaceLineEndings("\n"));
        foreach (var (prefix, title) in Sections)
        {
            text.Append($"\n## {title}\n\n| code | severity | finding | why it matters | mend |\n| --- | --- | --- | --- | --- |\n");
            foreach (var kind in FindingKind.All.Where(kind => kind.Code.StartsWith(prefix, StringComparison.Ordinal)))
            {
                text.Append($"| {kind.Code} | {kind.Severity.ToString().ToLowerInvariant()} | {kind.Title} | {kind.Why} | {kind.Cure} |\n");
            }
        }

        return text.ToString();
    }

    private static string Here([CallerFilePath] string file = "") => file;
}
