using EmbSync.Core.Model;
using EmbSync.Tests;
using static EmbSync.Core.Tests.Doctor.PlantedFaults;

namespace EmbSync.Core.Tests.Doctor;

/// <summary>Real databases with planted faults: each is found, what is safe is mended, and what remains is named.</summary>
public sealed class DatabaseDoctorTests(PostgresFixture server) : IClassFixture<PostgresFixture>
{
    private async Task<string> DatabaseAsync(string sql = "")
    {
        var url = await server.NewDatabaseAsync();
        await PostgresFixture.RunAsync(url, "CREATE EXTENSION vector;" + sql);
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
            "EMB2204 public.mixed.embedding", "EMB2201 public.docs.embedding", "EMB2202 public.zero.embedding", "EMB2206 public.zero.embedding", "EMB2304 public.euclid_l2",
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
    public async Task Coverage_index_and_latency_are_shown_before_and_after()
    {
        var url = await DatabaseAsync();
        await TableAsync(url, "docs", 6_000);

        var column = (await ExamineAsync(url, fix: true)).Columns.ShouldHaveSingleItem();

        column.Before!.Index.ShouldBeNull();
        column.Before.Milliseconds.ShouldNotBeNull();
        column.Before.Coverage.ShouldBe(1);
        column.Search!.Index.ShouldBe("docs_embedding_hnsw");
        column.Search.Milliseconds.ShouldNotBeNull();
        var built = column.Indexes.ShouldHaveSingleItem();
        built.Valid.ShouldBeTrue();
        built.Options.ShouldBe("m=16, ef_construction=64");
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

            report.Findings.ShouldContain(finding => finding.Code == "EMB2209" && finding.Problem.Contains("cannot execute INSERT in a read-only transaction"));
            report.Findings.ShouldContain(finding => finding.Code == "EMB2209" && finding.Problem.Contains("row security hides rows"));
        }
        finally
        {
            await PostgresFixture.RunAsync(url, $"DROP OWNED BY {role}; DROP ROLE {role}");
        }
    }

    [Fact]
    public async Task Hostile_identifiers_are_quoted_in_mends_and_looked_at()
    {
        var url = await DatabaseAsync("""
            CREATE SCHEMA "Ho""st 'ile";
            CREATE TABLE "Ho""st 'ile"."a""b;DROP TABLE x--" (id int, "e mb'ed" vector(8));
            """ + $"INSERT INTO \"Ho\"\"st 'ile\".\"a\"\"b;DROP TABLE x--\" SELECT g, {Vector} FROM generate_series(1, 1100) g; CREATE TABLE x (id int);");

        var report = await ExamineAsync(url, fix: true);

        report.Mends.ShouldAllBe(mend => mend.State == "done");
        report.Mends.ShouldContain(mend => mend.Code == "EMB2301");
        (await PostgresFixture.RowsAsync(url, "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = '\"Ho\"\"st ''ile\".\"a\"\"b;DROP TABLE x--\"'::regclass AND indisvalid")).Count.ShouldBe(1);
        (await PostgresFixture.RowsAsync(url, "SELECT to_regclass('x')::text")).ShouldBe(["x"]);
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
    public async Task A_mend_that_fails_is_said_and_leaves_nothing_behind()
    {
        // The build meets a value that the cast refuses: declared 3,000 dimensions, over the range of a halfvec.
        var url = await DatabaseAsync("""
            CREATE TABLE wide (embedding vector(3000));
            INSERT INTO wide SELECT array_fill(CASE WHEN g = 1100 THEN 1e6 ELSE 0.5 END::real, ARRAY[3000])::vector FROM generate_series(1, 1100) g;
            """);

        var report = await ExamineAsync(url, fix: true);

        var failed = report.Mends.Single(mend => mend.Code == "EMB2301");
        failed.State.ShouldBe("failed");
        failed.Message!.ShouldContain("the INVALID index that it left was dropped");
        report.Codes().ShouldContain("EMB2301 public.wide.embedding");
        (await PostgresFixture.RowsAsync(url, "SELECT count(*) FROM pg_index WHERE NOT indisvalid")).ShouldBe(["0"]);
    }

    [Fact]
    public async Task Long_vectors_are_indexed_as_halfvec_and_the_query_s_form_is_said()
    {
        var url = await DatabaseAsync("CREATE TABLE wide (embedding vector(3000)); INSERT INTO wide SELECT array_fill((1 + g)::real, ARRAY[3000])::vector FROM generate_series(1, 1100) g;");

        (await ExamineAsync(url)).The("EMB2301").Problem.ShouldContain("ORDER BY \"embedding\"::public.halfvec(3000) <=> $1::public.halfvec(3000) LIMIT 10");
        var column = (await ExamineAsync(url, fix: true)).Columns.Single();
        column.Search!.Index.ShouldBe("wide_embedding_hnsw");
        column.Indexes.Single().OperatorClass.ShouldBe("halfvec_cosine_ops");
    }

    [Fact]
    public async Task Partitions_and_materialized_views_are_looked_at_one_by_one()
    {
        var url = await DatabaseAsync($"""
            CREATE TABLE parts (id int, embedding vector(8)) PARTITION BY RANGE (id);
            CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (100000);
            INSERT INTO parts SELECT g, {Vector} FROM generate_series(1, 1100) g;
            CREATE MATERIALIZED VIEW seen AS SELECT * FROM parts;
            CREATE MATERIALIZED VIEW unseen AS SELECT * FROM parts WITH NO DATA;
            """);

        var report = await ExamineAsync(url);

        report.Columns.Select(column => column.Table).ShouldBe(["public.parts", "public.parts_1", "public.seen", "public.unseen"]);
        report.Columns[0].Rows.ShouldBe(1_100);
        report.Codes("warning").ShouldBe(["EMB2301 public.parts_1.embedding", "EMB2301 public.seen.embedding"]);
        report.The("EMB2209").Problem.ShouldContain("never refreshed");
        (await ExamineAsync(url, fix: true)).Codes("warning").ShouldBeEmpty();
    }

    [Fact]
    public async Task Sparse_and_half_vectors_are_looked_at()
    {
        var url = await DatabaseAsync("""
            CREATE TABLE sparse (embedding sparsevec); INSERT INTO sparse VALUES ('{1:1}/5'), ('{1:1}/7'), ('{}/5');
            CREATE TABLE half (embedding halfvec(3)); INSERT INTO half VALUES ('[0,0,0]'), ('[3,4,0]');
            """);

        var report = await ExamineAsync(url);

        report.Columns.Select(column => column.Type).ShouldBe(["halfvec(3)", "sparsevec"]);
        report.Codes("error", "warning").ShouldBe(["EMB2204 public.sparse.embedding", "EMB2206 public.half.embedding", "EMB2206 public.sparse.embedding"]);
        report.The("EMB2208").Problem.ShouldStartWith("1 of 2 vectors is not of length 1");
    }

    [Fact]
    public async Task One_named_table_is_looked_at_alone()
    {
        var url = await DatabaseAsync("CREATE TABLE docs (embedding vector(3)); CREATE TABLE other (embedding vector(3)); CREATE TABLE bare (id int)");

        (await ExamineAsync(url, table: "public.docs")).Columns.Select(column => column.Table).ShouldBe(["public.docs"]);
        (await ExamineAsync(url, table: "bare")).The("EMB2203").Problem.ShouldBe("It has no embedding column.");
        (await Should.ThrowAsync<UsageException>(() => ExamineAsync(url, table: "dosc"))).Message.ShouldContain("--table 'dosc': there is no such table");
    }

    [Fact]
    public async Task A_build_under_way_is_left_alone()
    {
        var url = await DatabaseAsync();
        await TableAsync(url, "docs", 1_200);
        await InvalidIndexAsync(url, "docs", "docs_old");
        await using var busy = await PostgresFixture.OpenAsync(url);
        await using var transaction = await busy.BeginTransactionAsync();
        await using (var take = new Npgsql.NpgsqlCommand("LOCK TABLE docs IN SHARE UPDATE EXCLUSIVE MODE", busy, transaction))
        {
            await take.ExecuteNonQueryAsync();
        }

        var report = await ExamineAsync(url, fix: true);

        report.Codes("info").ShouldContain("EMB2303 public.docs_old");
        report.Mends.ShouldBeEmpty();
        report.Codes("warning").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_part_of_a_partitioned_index_is_built_again_in_its_place()
    {
        const string Key = "USING hnsw ((fails(embedding)::vector(8)) vector_cosine_ops)";
        var url = await DatabaseAsync($"""
            CREATE TABLE parts (id int, embedding vector(8)) PARTITION BY RANGE (id);
            CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (100000);
            INSERT INTO parts SELECT g, {Vector} FROM generate_series(1, 1100) g;
            """);
        await InvalidIndexAsync(url, "parts_1", "parts_1_index");
        await PostgresFixture.RunAsync(url, $"""
            CREATE INDEX parts_index ON ONLY parts {Key}; ALTER INDEX parts_index ATTACH PARTITION parts_1_index;
            CREATE OR REPLACE FUNCTION fails(vector) RETURNS vector LANGUAGE sql IMMUTABLE AS 'SELECT $1';
            """);

        var report = await ExamineAsync(url, fix: true);

        report.Mends[0].Statements[^1].ShouldBe("REINDEX INDEX CONCURRENTLY \"public\".\"parts_1_index\";");
        report.Mends.ShouldAllBe(mend => mend.State == "done");
        report.Codes("error", "warning").ShouldBeEmpty();
        report.Columns[1].Indexes.ShouldHaveSingleItem().Valid.ShouldBeTrue();
    }

    [Fact]
    public async Task A_table_that_somebody_has_locked_is_left_out_and_the_rest_goes_on()
    {
        var url = await DatabaseAsync("CREATE TABLE docs (embedding vector(3)); CREATE TABLE other (embedding vector(3)); INSERT INTO other VALUES (NULL)");
        await using var busy = await PostgresFixture.OpenAsync(url);
        await using var transaction = await busy.BeginTransactionAsync();
        await using (var take = new Npgsql.NpgsqlCommand("LOCK TABLE docs IN ACCESS EXCLUSIVE MODE", busy, transaction))
        {
            await take.ExecuteNonQueryAsync();
        }

        (await ExamineAsync(url)).Codes().ShouldBe(["EMB2201 public.other.embedding", "EMB2105 extension vector", "EMB2209 public.docs.embedding"]);
    }

    [Fact]
    public async Task Of_many_rows_vectors_are_sampled_and_rows_still_counted()
    {
        var url = await DatabaseAsync("CREATE TABLE docs (embedding vector(2)); INSERT INTO docs SELECT CASE WHEN g > 90000 THEN '[0,0]'::vector END FROM generate_series(1, 120000) g");

        var report = await ExamineAsync(url);

        report.The("EMB2202").Problem.ShouldBe("30,000 of 120,000 rows have a vector.");
        report.The("EMB2206").Problem.ShouldContain(" of a sample of ");
        report.Columns.Single().Sampled.ShouldBeTrue();
    }

    [Fact]
    public async Task Looking_doesn_t_make_an_unused_index_look_used()
    {
        var url = await DatabaseAsync();
        await TableAsync(url, "euclid", 5_000);
        var role = "embsync_test_" + Guid.NewGuid().ToString("N")[..8];
        await PostgresFixture.RunAsync(url, $"CREATE INDEX euclid_l2 ON euclid USING hnsw (embedding vector_l2_ops); CREATE ROLE {role} LOGIN PASSWORD 'c4n4ry-Pa55'; GRANT SELECT ON euclid TO {role}");
        try
        {
            // Not a superuser: its searches are counted.
            var first = await ExamineAsync(PostgresFixture.As(url, role, "c4n4ry-Pa55"));
            await PostgresFixture.RowsAsync(url, "SELECT pg_stat_force_next_flush()::text");

            (await ExamineAsync(PostgresFixture.As(url, role, "c4n4ry-Pa55"))).Codes("warning").ShouldBe(["EMB2304 public.euclid_l2"]);
            first.Columns.Single().Search!.Operator.ShouldBe("<=>");
            (await PostgresFixture.RowsAsync(url, "SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'euclid_l2'")).ShouldBe(["0"]);
        }
        finally
        {
            await PostgresFixture.RunAsync(url, $"DROP OWNED BY {role}; DROP ROLE {role}");
        }
    }

    [Fact]
    public async Task A_record_of_statements_that_is_not_loaded_is_done_without()
    {
        var url = await DatabaseAsync("CREATE EXTENSION pg_stat_statements; CREATE TABLE docs (embedding vector(2)); INSERT INTO docs VALUES ('[1,0]')");

        (await ExamineAsync(url)).Codes("error", "warning").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_database_that_is_not_there_is_an_error()
    {
        var error = await Should.ThrowAsync<StoreException>(() => ExamineAsync("postgresql://app:c4n4ry-Pa55@127.0.0.1:1/db"));

        error.Message.ShouldContain("can't be reached");
        error.ToString().ShouldNotContain("c4n4ry-Pa55");
    }
}
