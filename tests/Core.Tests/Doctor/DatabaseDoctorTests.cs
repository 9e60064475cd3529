using EmbSync.Core.Model;
using EmbSync.Tests;
using static EmbSync.Core.Tests.Doctor.PlantedFaults;

namespace EmbSync.Core.Tests.Doctor;

/// <summary>Real databases with planted faults: each is found, what is safe is mended, and what remains is named.</summary>
public sealed partial class DatabaseDoctorTests(PostgresFixture server) : IClassFixture<PostgresFixture>
{
    private async Task<string> DatabaseAsync(string sql = "")
    {
        var url = await server.NewVectorDatabaseAsync();
        if (sql.Length > 0)
        {
            await PostgresFixture.RunAsync(url, sql);
        }

        return url;
    }

    [Fact]
    public async Task Every_planted_fault_is_found_and_what_is_safe_is_mended()
    {
        var url = await DatabaseAsync("""
            CREATE TABLE docs (id int, body text, embedding vector(8)); INSERT INTO docs SELECT g, 'x' FROM generate_series(1, 237) g;
            CREATE TABLE notes (id int, body text); INSERT INTO notes SELECT g, repeat('some prose ', 20) FROM generate_series(1, 50) g;
            CREATE TABLE mixed (embedding vector); INSERT INTO mixed VALUES ('[1,0]'), ('[1,0,0]'), ('[0,1,0]');
            CREATE TABLE zero (embedding vector(3)); INSERT INTO zero VALUES ('[0,0,0]'), ('[1,0,0]'), (NULL);
            """);
        await TableAsync(url, "plain", 2_000);
        await TableAsync(url, "broken", 1_500);
        await InvalidIndexAsync(url, "broken", "broken_old");
        await TableAsync(url, "euclid", 1_200);
        await PostgresFixture.RunAsync(url, "CREATE INDEX euclid_l2 ON euclid USING hnsw (embedding vector_l2_ops)");

        var before = await ExamineAsync(url);

        before.Codes("error", "warning").ShouldBe(
        [
            "EMB2204 public.mixed.embedding",
            "EMB2201 public.docs.embedding",
            "EMB2202 public.zero.embedding",
            "EMB2206 public.zero.embedding",
            "EMB2301 public.broken.embedding",
            "EMB2301 public.plain.embedding",
            "EMB2302 public.broken_old",
            "EMB2304 public.euclid_l2",
        ]);
        before.Codes("info").ShouldContain("EMB2203 public.notes");
        before.The("EMB2201").Problem.ShouldBe("0 of 237 rows have a vector.");
        before.The("EMB2202").Problem.ShouldBe("2 of 3 rows have a vector.");
        before.The("EMB2204").Problem.ShouldBe("Its vectors have dimensions 3 (2 rows), 2 (1 row).");
        before.The("EMB2206").Problem.ShouldBe("1 of 2 vectors is zero.");

        var after = await ExamineAsync(url, fix: true);

        after.Mends.Select(mend => $"{mend.State} {mend.Code} {mend.Subject}").ShouldBe(
        [
            "done EMB2302 public.broken_old",
            "done EMB2301 public.broken.embedding",
            "done EMB2301 public.plain.embedding",
            "done EMB2304 public.euclid_l2",
        ]);
        var again = await ExamineAsync(url);
        again.Mends.ShouldBeEmpty();
        again.Fixable.ShouldBe(0);
        again.Codes("error", "warning").ShouldBe(
        [
            "EMB2204 public.mixed.embedding", "EMB2201 public.docs.embedding", "EMB2202 public.zero.embedding",
                "EMB2206 public.zero.embedding", "EMB2304 public.euclid_l2",
        ]);
        again.The("EMB2304").Mend!.Text.ShouldBe("DROP INDEX CONCURRENTLY \"public\".\"euclid_l2\";");
        (await PostgresFixture.RowsAsync(url, "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_healthy_database_has_no_faults()
    {
        var url = await DatabaseAsync();
        await TableAsync(url, "docs", 1_500);
        await PostgresFixture.RunAsync(url, "CREATE INDEX docs_hnsw ON docs USING hnsw (embedding vector_cosine_ops)");

        var report = await ExamineAsync(url);

        report.Codes("error", "warning").ShouldBeEmpty();
        report.HasFaults.ShouldBeFalse();
        var column = report.Columns.ShouldHaveSingleItem();
        column.Coverage.ShouldBe(1);
        column.RowsExact.ShouldBeTrue();
        column.Indexes.ShouldHaveSingleItem().OperatorClass.ShouldBe("vector_cosine_ops");
        column.Search!.Milliseconds.ShouldNotBeNull();
    }

    [Fact]
    public async Task Without_fix_nothing_changes()
    {
        var url = await DatabaseAsync();
        await TableAsync(url, "docs", 1_500);
        await InvalidIndexAsync(url, "docs", "docs_old");
        const string State = """
            SELECT string_agg(t::text, E'\n' ORDER BY t::text) FROM (
                SELECT c.oid, c.xmin, c.relname || ' ' || c.reltuples || ' ' || c.relpages, c.relfilenode FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
                UNION ALL SELECT i.indexrelid, i.xmin, 'index', i.indrelid FROM pg_index i
                UNION ALL SELECT e.oid, e.xmin, e.extname, 0 FROM pg_extension e) t
            """;
        var before = await PostgresFixture.RowsAsync(url, State);

        await ExamineAsync(url);
        await ExamineAsync(url, fix: true, dryRun: true);

        (await PostgresFixture.RowsAsync(url, State)).ShouldBe(before);
    }

    [Fact]
    public async Task What_is_read_can_t_write_while_it_is_looked_at()
    {
        // A function that writes, called by what an inspection reads: the transaction is read-only, so it can't.
        var role = "embsync_test_" + Guid.NewGuid().ToString("N")[..8];
        var url = await DatabaseAsync($"""
            CREATE TABLE spy (id int);
            CREATE TABLE docs (id int, embedding vector(3)); INSERT INTO docs VALUES (1, '[1,0,0]');
            CREATE FUNCTION writes() RETURNS boolean LANGUAGE plpgsql AS 'BEGIN INSERT INTO public.spy VALUES (1); RETURN true; END';
            CREATE ROLE {role};
            """);
        try
        {
            await PostgresFixture.RunAsync(url, $"""
                ALTER TABLE docs ENABLE ROW LEVEL SECURITY; ALTER TABLE docs FORCE ROW LEVEL SECURITY;
                CREATE POLICY spying ON docs USING (writes());
                ALTER ROLE {role} LOGIN PASSWORD 'reader-pa55';
                GRANT SELECT ON docs TO {role}; GRANT INSERT ON spy TO {role};
                """);

            var report = await ExamineAsync(PostgresFixture.As(url, role, "reader-pa55"));

            report.Findings.ShouldContain(
                finding => finding.Code == "EMB2209" && finding.Problem.Contains("cannot execute INSERT in a read-only transaction"));
            report.Findings.ShouldContain(finding => finding.Code == "EMB2209" && finding.Problem.Contains("row security hides rows"));
        }
        finally
        {
            await PostgresFixture.RunAsync(url, $"DROP OWNED BY {role}; DROP ROLE {role}");
        }
    }

    [Fact]
    public async Task Who_may_neither_read_nor_alter_is_told_so()
    {
        var url = await DatabaseAsync();
        await TableAsync(url, "seen", 1_200);
        await TableAsync(url, "hidden", 10);
        var role = "embsync_test_" + Guid.NewGuid().ToString("N")[..8];
        await PostgresFixture.RunAsync(url, $"CREATE ROLE {role} LOGIN PASSWORD 'c4n4ry-Pa55'; GRANT SELECT ON seen TO {role}");
        try
        {
            var report = await ExamineAsync(PostgresFixture.As(url, role, "c4n4ry-Pa55"), fix: true);

            report.Codes("info").ShouldContain("EMB2209 public.hidden.embedding");
            var missing = report.The("EMB2301");
            missing.Mend!.Fix.ShouldBeFalse();
            missing.Mend.Text.ShouldContain("-- as postgres, the table's owner");
            report.Mends.ShouldBeEmpty();
        }
        finally
        {
            await PostgresFixture.RunAsync(url, $"DROP OWNED BY {role}; DROP ROLE {role}");
        }
    }

    [Fact]
    public async Task A_missing_extension_is_made()
    {
        var url = await server.NewDatabaseAsync();

        (await ExamineAsync(url)).The("EMB2102").Mend!.Text.ShouldBe("CREATE EXTENSION IF NOT EXISTS vector;");
        (await ExamineAsync(url, fix: true)).Mends.ShouldHaveSingleItem().State.ShouldBe("done");
        (await ExamineAsync(url)).HasFaults.ShouldBeFalse();
    }

    [Fact]
    public async Task An_extension_older_than_the_server_s_is_found()
    {
        var url = await DatabaseAsync("UPDATE pg_extension SET extversion = '0.6.2' WHERE extname = 'vector'");

        var finding = (await ExamineAsync(url)).The("EMB2103");

        finding.Mend!.Text.ShouldBe("ALTER EXTENSION vector UPDATE;");
        finding.Mend.Fix.ShouldBeTrue();
    }

    [Fact]
    public async Task A_database_that_is_not_there_is_an_error()
    {
        var error = await Should.ThrowAsync<StoreException>(() => ExamineAsync("postgresql://app:c4n4ry-Pa55@127.0.0.1:1/db"));

        error.Message.ShouldContain("can't be reached");
        error.ToString().ShouldNotContain("c4n4ry-Pa55");
    }
}
