using EmbSync.Tests;
using static EmbSync.Core.Tests.Doctor.PlantedFaults;

namespace EmbSync.Core.Tests.Doctor;

/// <summary>Indexes: which are used, built, mended or left alone.</summary>
public sealed partial class DatabaseDoctorTests
{
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

        (await ExamineAsync(url)).The("EMB2301").Problem.ShouldContain(
            "ORDER BY \"embedding\"::public.halfvec(3000) <=> $1::public.halfvec(3000) LIMIT 10");
        var column = (await ExamineAsync(url, fix: true)).Columns.Single();
        column.Search!.Index.ShouldBe("wide_embedding_hnsw");
        column.Indexes.Single().OperatorClass.ShouldBe("halfvec_cosine_ops");
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
            (await PostgresFixture.RowsAsync(url, "SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'euclid_l2'")).ShouldBe(
                ["0"]);
        }
        finally
        {
            await PostgresFixture.RunAsync(url, $"DROP OWNED BY {role}; DROP ROLE {role}");
        }
    }

    [Fact]
    public async Task A_record_of_statements_that_is_not_loaded_is_done_without()
    {
        var url = await DatabaseAsync(
            "CREATE EXTENSION pg_stat_statements; CREATE TABLE docs (embedding vector(2)); INSERT INTO docs VALUES ('[1,0]')");

        (await ExamineAsync(url)).Codes("error", "warning").ShouldBeEmpty();
    }
}
