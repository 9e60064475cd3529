using EmbSync.Core.Jobs.Doctor;
using EmbSync.Core.Storage.Inspection;

namespace EmbSync.Core.Tests.Doctor;

/// <summary>
/// Findings out of facts that no server at hand can be brought to: other versions, recorded statements, millions of rows.
/// </summary>
public sealed class JudgementTests
{
    private static readonly TableName Docs = new("public", "docs");

    private static VectorIndex Index(string name = "docs_hnsw", string operatorClass = "vector_cosine_ops", string symbol = "<=>",
        bool isValid = true, long scans = 5) => new(
        new("public", name), "hnsw", operatorClass, symbol, "embedding", "public.vector(8)", null, "", isValid, false, 8192, scans);

    private static VectorColumn Column(long rows = 5_000, int? declared = 8, string type = "vector") => new(
        Docs, "embedding", type, declared, false, "app", true, rows, true, true,
        new(rows, false, rows, rows > 0 ? [(declared ?? 8, rows)] : [], 0, 0, 0), [Index()], new("<=>", "docs_hnsw", true, 1.5, null),
        null);

    private static DatabaseFacts Facts(VectorColumn? column = null, string installed = "0.8.2", string? available = "0.8.2",
        bool mayCreate = true) => new(
        "host/db", "app", "17.1", "UTF8", false, new(
        Version.Parse(installed), available is null ? null : Version.Parse(available), "public", mayCreate),
        column is null ? [] : [column], [], [], null, new HashSet<TableName>(), []);

    private static IReadOnlyList<string> Codes(DatabaseFacts facts) =>
        [.. DatabaseFindings.Of(facts).Select(finding => $"{finding.Severity} {finding.Kind.Code}")];

    [Theory]
    [InlineData("0.4.4", "0.4.4", "Error EMB2104")]
    [InlineData("0.6.2", "0.6.2", "Warning EMB2104", "Info EMB2105")]
    [InlineData("0.7.4", "0.7.4", "Warning EMB2104", "Info EMB2105")]
    [InlineData("0.7.4", "0.8.2", "Warning EMB2103", "Info EMB2105")]
    [InlineData("0.8.1", "0.8.1", "Info EMB2105")]
    [InlineData("0.8.2", "0.8.2")]
    [InlineData("0.9.0", "0.8.2")]
    public void Each_version_of_the_extension_is_judged_by_what_it_lacks(string installed, string available, params string[] codes) =>
        Codes(Facts(installed: installed, available: available)).ShouldBe(codes);

    [Fact]
    public void An_extension_that_is_nowhere_can_only_be_installed_by_hand()
    {
        var facts = Facts() with { Extension = new(null, null, "public", true) };

        var finding = DatabaseFindings.Of(facts).ShouldHaveSingleItem();

        finding.Kind.ShouldBe(FindingKind.NotInstalled);
        finding.Mend!.IsSafe.ShouldBeFalse();
    }

    [Fact]
    public void Who_may_not_make_the_extension_gets_the_statement_for_who_may()
    {
        var facts = Facts() with { Extension = new(null, new(0, 8, 2), "public", false) };

        var mend = DatabaseFindings.Of(facts).ShouldHaveSingleItem().Mend!;

        mend.IsSafe.ShouldBeFalse();
        mend.Steps.ShouldBe(["CREATE EXTENSION IF NOT EXISTS vector;", "-- as a superuser: app may not"]);
    }

    [Fact]
    public void Old_servers_get_builds_without_parallel_workers()
    {
        var column = Column() with { Indexes = [], Trial = null };

        Build("0.8.1").ShouldContain("SET max_parallel_maintenance_workers = 0;");
        Build("0.8.2").ShouldNotContain("SET max_parallel_maintenance_workers = 0;");

        IReadOnlyList<string> Build(string version) =>
            DatabaseFindings.Of(Facts(column, version, version)).Single(finding => finding.Kind == FindingKind.NoIndex).Mend!.Steps;
    }

    [Fact]
    public void Recorded_statements_tell_which_operator_queries_use()
    {
        var column = Column() with { Calls = new Dictionary<string, long> { ["<->"] = 40 } };

        var finding = DatabaseFindings.Of(Facts(column)).ShouldHaveSingleItem();

        finding.Kind.ShouldBe(FindingKind.UnusedOperator);
        finding.Problem.ShouldBe(
            "vector_cosine_ops on public.docs.embedding serves <=>: recorded statements order by <-> (40 calls) and none by <=>.");
        finding.Mend!.Steps[^1].ShouldContain("(\"embedding\" public.vector_l2_ops)");
        finding.Mend.IsSafe.ShouldBeTrue();
    }

    [Fact]
    public void An_index_that_statements_use_is_not_complained_of() =>
        Codes(Facts(Column() with
            { Indexes = [Index(operatorClass: "vector_l2_ops", symbol: "<->", scans: 0)], Calls = new Dictionary<string, long>
            { ["<->"] = 1 } })).ShouldBeEmpty();

    [Fact]
    public void A_used_index_of_another_operator_is_not_complained_of() =>
        Codes(Facts(Column() with { Indexes = [Index(operatorClass: "vector_l2_ops", symbol: "<->", scans: 1)] })).ShouldBeEmpty();

    [Fact]
    public void Two_unused_indexes_are_replaced_by_one()
    {
        var column = Column() with
        {
            Indexes = [Index("a", "vector_l2_ops", "<->", scans: 0), Index("b", "vector_l1_ops", "<+>", scans: 0)],
        };

        DatabaseFindings.Of(Facts(column)).Select(finding => finding.Mend!.Steps[^1].Split(' ')[0]).ShouldBe(["CREATE", "DROP"]);
    }

    [Fact]
    public void Of_two_indexes_that_do_the_same_the_less_used_goes_by_hand()
    {
        var finding = DatabaseFindings.Of(Facts(Column() with { Indexes = [Index(), Index("docs_again", scans: 0)] }))
            .ShouldHaveSingleItem();

        finding.Kind.ShouldBe(FindingKind.DuplicateIndex);
        finding.Mend!.Steps.ShouldBe(["DROP INDEX CONCURRENTLY \"public\".\"docs_again\";"]);
        finding.Mend.IsSafe.ShouldBeFalse();
    }

    [Fact]
    public void An_index_that_the_planner_can_t_use_is_named() =>
        Codes(Facts(Column() with { Trial = new("<=>", null, false, 90, null) })).ShouldBe(["Warning EMB2305"]);

    [Fact]
    public void A_scan_of_few_rows_is_the_planner_s_good_right() =>
        Codes(Facts(Column(2_000) with { Trial = new("<=>", null, true, 0.9, null) })).ShouldBeEmpty();

    [Fact]
    public void A_scan_of_many_rows_is_not()
    {
        var finding = DatabaseFindings.Of(Facts(Column(50_000) with { Trial = new("<=>", null, true, 480, null) })).ShouldHaveSingleItem();

        finding.Kind.ShouldBe(FindingKind.NotUsed);
        finding.Mend!.Steps.ShouldBe(["ANALYZE \"public\".\"docs\";"]);
    }

    [Fact]
    public void Estimates_say_that_they_are_some()
    {
        var column = Column(3_000_000) with { IsRowsExact = false, Values = new(20_000, true, 15_000, [(8, 15_000)], 3, 0, 0) };

        var findings = DatabaseFindings.Of(Facts(column));

        findings.Single(finding => finding.Kind == FindingKind.PartlyEmbedded).Problem.ShouldBe(
            "about 2,250,000 of about 3,000,000 rows have a vector.");
        findings.Single(finding => finding.Kind == FindingKind.ZeroVectors).Problem.ShouldBe("3 of a sample of 15,000 vectors are zero.");
    }

    [Fact]
    public void Vectors_that_are_not_finite_are_an_error() =>
        Codes(Facts(Column() with { Values = new(5_000, false, 5_000, [(8, 5_000)], 0, 2, 0) })).ShouldBe(["Error EMB2207"]);

    [Fact]
    public void Unnormalised_vectors_matter_by_inner_product_only()
    {
        var column = Column() with { Values = new(5_000, false, 5_000, [(8, 5_000)], 0, 0, 7) };

        Codes(Facts(column)).ShouldBe(["Info EMB2208"]);
        Codes(Facts(column with { Indexes = [Index(operatorClass: "vector_ip_ops", symbol: "<#>")] })).ShouldBe(["Warning EMB2208"]);
    }

    [Theory]
    [InlineData("vector", 2_000, "vector_cosine_ops")]
    [InlineData("vector", 2_001, "halfvec_cosine_ops")]
    [InlineData("vector", 4_000, "halfvec_cosine_ops")]
    [InlineData("halfvec", 4_000, "halfvec_cosine_ops")]
    public void An_index_takes_as_many_dimensions_as_its_type_allows(string type, int dimension, string operatorClass)
    {
        var column = Column(declared: dimension, type: type) with { Indexes = [], Trial = null };

        DatabaseFindings.Of(Facts(column)).ShouldHaveSingleItem().Mend!.Steps[^1].ShouldContain(operatorClass);
    }

    [Theory]
    [InlineData("vector", 4_001, "0.8.2")]
    [InlineData("halfvec", 4_001, "0.8.2")]
    [InlineData("vector", 2_001, "0.6.2")]
    public void Longer_ones_are_said_to_be_too_long(string type, int dimension, string version)
    {
        var column = Column(declared: dimension, type: type) with { Indexes = [], Trial = null };

        var finding = DatabaseFindings.Of(Facts(column, version, version)).Single(one => one.Kind.Code.StartsWith("EMB23"));

        finding.Kind.ShouldBe(FindingKind.TooLong);
        finding.Mend!.IsSafe.ShouldBeFalse();
    }

    [Fact]
    public void An_index_on_a_cast_of_an_open_column_is_not_built_by_itself()
    {
        var column = Column() with { Declared = null, Indexes = [], Trial = null };

        var findings = DatabaseFindings.Of(Facts(column));

        findings.Single(finding => finding.Kind == FindingKind.OpenDimension).Mend!.Steps.ShouldHaveSingleItem().ShouldStartWith(
            "ALTER TABLE \"public\".\"docs\" ALTER COLUMN \"embedding\" TYPE vector(8);");
        var mend = findings.Single(finding => finding.Kind == FindingKind.NoIndex).Mend!;
        mend.Steps[^1].ShouldContain("((\"embedding\"::public.vector(8)) public.vector_cosine_ops)");
        mend.IsSafe.ShouldBeFalse();
    }

    [Fact]
    public void A_new_index_never_takes_a_name_that_is_taken_or_too_long()
    {
        var name = new string('ü', 31);
        var column = Column() with { Table = new("public", name), Column = name[..31], Indexes = [], Trial = null };
        var first = Built(Facts(column));

        System.Text.Encoding.UTF8.GetByteCount(first.Name).ShouldBeLessThanOrEqualTo(63);
        Built(Facts(column) with { HnswNames = new HashSet<TableName> { first } }).ShouldNotBe(first);

        static TableName Built(DatabaseFacts facts) =>
            DatabaseFindings.Of(facts).Single(finding => finding.Kind == FindingKind.NoIndex).Mend!.Builds!;
    }

    [Fact]
    public void A_name_with_a_line_break_can_t_add_a_statement_to_a_mend()
    {
        var column = Column() with { Owner = "app\nDROP TABLE docs;", MayAlter = false, Indexes = [], Trial = null };

        DatabaseFindings.Of(Facts(column)).ShouldHaveSingleItem().Mend!.Steps.ShouldAllBe(step => !step.Contains('\n'));
    }

    [Fact]
    public void A_database_in_another_encoding_or_read_only_is_said()
    {
        var facts = Facts(Column() with { Indexes = [], Trial = null }) with { Encoding = "LATIN1", IsReadOnly = true };

        Codes(facts).ShouldBe(["Warning EMB2002", "Warning EMB2301", "Info EMB2003"]);
        DatabaseFindings.Of(facts).ShouldAllBe(finding => !finding.Mend!.IsSafe);
    }
}
