using EmbSync.Core.Jobs.Doctor;
using EmbSync.Core.Reporting;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Reporting;

/// <summary>A report of <c>doctor</c> in all its forms, with names that would do harm.</summary>
public sealed class DoctorReports
{
    private const string Hostile = "public.a|b\u001b[31m::error::x";

    private static readonly MendText Build = new("sql", "SET maintenance_work_mem = '64MB';\nCREATE INDEX CONCURRENTLY \"docs_embedding_hnsw\" ON \"public\".\"docs\" USING hnsw (\"embedding\" public.vector_cosine_ops) WITH (m = 16, ef_construction = 64);", true);

    private static readonly DoctorReport Report = new(
        1,
        "postgres host/db",
        new("17.5", "UTF8", false, "0.8.0", "0.8.2"),
        [
            new("public.docs", "embedding", "vector(384)", [384], 60_000, true, 59_000, 0.98333, false,
                [new("public.docs_embedding_hnsw", "hnsw", "vector_cosine_ops", "embedding", true, "m=16, ef_construction=64", 123_456, 7)],
                new("<=>", "docs_embedding_hnsw", 3.5, null), new(0.5, null, 480)),
            new(Hostile, "e", "halfvec", [3, 4], 3_000_000, false, 1_500_000, 0.5, true, [],
                new("<=>", null, null, "vectors of several dimensions can't be compared"), null),
        ],
        [new("postgres host/db schema embsync", "acme/tasks", 1, 240,
        [new(1, "default", "openai", "text-embedding-3-small", 384, "active", 239, 1)], "server process 12")],
        new("http://localhost:11434/v1", "nomic-embed-text", 768, false, null),
        [
            new("EMB2504", "error", "The provider doesn't know the model", "http://localhost:11434/v1",
                "http://localhost:11434/v1 answered HTTP 404: no model nomic-embed-text there.", "Nothing can be embedded.", new(
                "command", "ollama pull nomic-embed-text", false)),
            new("EMB2301", "warning", "No usable index for nearest neighbours", "public.docs.embedding",
                "60,000 rows, no valid index (a search takes 480.0 ms).", "Every search compares all rows.", Build),
            new("EMB2209", "info", "Something could not be looked into", Hostile, "Not looked into: the user may not read it.",
                "What is not seen is not judged.", null),
        ],
        [
            new("EMB2301", "public.docs.embedding", Build.Text.Split('\n'), "done", 1.25, null),
            new("EMB2302", "public.old", ["DROP INDEX CONCURRENTLY \"public\".\"old\";"], "failed", 0.1,
            "must be owner of index old (42501)"),
        ],
        new(1, 1, 1));

    [Fact]
    public void On_a_wide_terminal() => Verify(DoctorText.Of(Report, new Ink(false, 160)), "wide");

    [Fact]
    public void On_a_narrow_terminal() => Verify(DoctorText.Of(Report, new Ink(false, 40)), "narrow");

    [Fact]
    public void As_json() => Verify(ReportJson.Of(Report), "json");

    [Fact]
    public void As_markdown() => Verify(MarkdownText.Of(Report), "markdown");

    [Fact]
    public void For_a_workflow() => Verify(GitHubText.Of(Report), "github");

    private static void Verify(string text, string name)
    {
        text.ShouldNotContain("\u001b");
        Approval.Verify(text, name);
    }
}
