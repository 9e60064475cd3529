using EmbSync.Core.Model;
using EmbSync.Tests;
using static EmbSync.Core.Tests.Doctor.PlantedFaults;

namespace EmbSync.Core.Tests.Doctor;

/// <summary>Tables of all kinds, named, partitioned, locked, large, with hostile names.</summary>
public sealed partial class DatabaseDoctorTests
{
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
        report.Codes("error", "warning").ShouldBe(
            ["EMB2204 public.sparse.embedding", "EMB2206 public.half.embedding", "EMB2206 public.sparse.embedding"]);
        report.The("EMB2208").Problem.ShouldStartWith("1 of 2 vectors is not of length 1");
    }

    [Fact]
    public async Task One_named_table_is_looked_at_alone()
    {
        var url = await DatabaseAsync(
            "CREATE TABLE docs (embedding vector(3)); CREATE TABLE other (embedding vector(3)); CREATE TABLE bare (id int)");

        (await ExamineAsync(url, table: "public.docs")).Columns.Select(column => column.Table).ShouldBe(["public.docs"]);
        (await ExamineAsync(url, table: "bare")).The("EMB2203").Problem.ShouldBe("It has no embedding column.");
        (await Should.ThrowAsync<UsageException>(() => ExamineAsync(url, table: "dosc"))).Message.ShouldContain(
            "--table 'dosc': there is no such table");
    }

    [Fact]
    public async Task A_table_that_somebody_has_locked_is_left_out_and_the_rest_goes_on()
    {
        var url = await DatabaseAsync(
            "CREATE TABLE docs (embedding vector(3)); CREATE TABLE other (embedding vector(3)); INSERT INTO other VALUES (NULL)");
        await using var busy = await PostgresFixture.OpenAsync(url);
        await using var transaction = await busy.BeginTransactionAsync();
        await using (var take = new Npgsql.NpgsqlCommand("LOCK TABLE docs IN ACCESS EXCLUSIVE MODE", busy, transaction))
        {
            await take.ExecuteNonQueryAsync();
        }

        (await ExamineAsync(url)).Codes().ShouldBe(
            ["EMB2201 public.other.embedding", "EMB2105 extension vector", "EMB2209 public.docs.embedding"]);
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
}
