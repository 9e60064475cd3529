using EmbSync.Core.Configuration;
using EmbSync.Core.Jobs.Doctor;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Doctor;

/// <summary>A database with known faults, and a doctor for it.</summary>
internal static class PlantedFaults
{
    /// <summary>Vectors of 8 numbers, none zero, from a fixed rule.</summary>
    public const string Vector =
        "('[' || array_to_string(ARRAY(SELECT 1 + (g * (i + 7)) % 97 FROM generate_series(1, 8) i), ',') || ']')::vector";

    public static Task<DoctorReport> ExamineAsync(string url, bool fix = false, bool dryRun = false, string? table = null) =>
        new Examination(new(table, fix, dryRun, Probe: false), TimeProvider.System, new Ignored()).OfDatabaseAsync(
            new Secret(url, "env:DATABASE_URL"), CancellationToken.None);

    /// <summary>A table of that many rows, all embedded, analysed.</summary>
    public static Task TableAsync(string url, string table, int rows, string type = "vector(8)") => PostgresFixture.RunAsync(url, $"""
        CREATE TABLE {table} (id int PRIMARY KEY, embedding {type});
        INSERT INTO {table} SELECT g, l2_normalize({Vector}) FROM generate_series(1, {rows}) g;
        ANALYZE {table};
        """);

    /// <summary>An index that a failed build left: the first row ends the build, after the catalog knows the index.</summary>
    public static async Task InvalidIndexAsync(string url, string table, string name)
    {
        await PostgresFixture.RunAsync(
            url, $"CREATE FUNCTION fails(vector) RETURNS vector LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RAISE EXCEPTION ''planted''; END'");
        await Should.ThrowAsync<Npgsql.PostgresException>(() => PostgresFixture.RunAsync(
            url, $"CREATE INDEX CONCURRENTLY {name} ON {table} USING hnsw ((fails(embedding)::vector(8)) vector_cosine_ops)"));
    }

    public static IReadOnlyList<string> Codes(this DoctorReport report, params string[] severities) =>
        [.. report.Findings.Where(finding => severities.Length == 0 || severities.Contains(finding.Severity)).Select(
            finding => $"{finding.Code} {finding.Subject}")];

    public static FindingReport The(this DoctorReport report, string code) => report.Findings.Single(finding => finding.Code == code);

    private sealed class Ignored : IProgress<string>
    {
        public void Report(string value)
        {
        }
    }
}
