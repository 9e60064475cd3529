using System.Text;
using EmbSync.Core.Configuration;
using EmbSync.Core.Documents;
using EmbSync.Core.Model;

namespace EmbSync.Core.Tests.Documents;

/// <summary>Short ways to read Markdown in tests.</summary>
internal static class Reading
{
    public static readonly MarkdownSourceConfig Config = new(
        "tasks", 2, ["**/*.md"], [], "id", ["title"], ["status", "labels"], "task", ChunkConfig.Default, TitleOnEveryChunk: false);

    /// <summary>A single chunk for any document of a test's size, without the title apart.</summary>
    public static readonly MarkdownSourceConfig Whole = Config with { Embed = [], Chunk = new(100_000, 100_000) };

    public static ParsedDocument Read(string markdown, MarkdownSourceConfig? config = null, string path = "tasks/a.md") =>
        Read(Encoding.UTF8.GetBytes(markdown), config, path);

    public static ParsedDocument Read(byte[] bytes, MarkdownSourceConfig? config = null, string path = "tasks/a.md")
    {
        var outcome = new MarkdownReader(config ?? Config).Parse(bytes, path);
        outcome.Problem.ShouldBeNull();
        return outcome.Document.ShouldNotBeNull();
    }

    /// <summary>What was said of a document that was read, as code and line.</summary>
    public static IReadOnlyList<(string Code, int? Line)> Warnings(string markdown, MarkdownSourceConfig? config = null) =>
        [.. Read(markdown, config).Warnings.Select(warning => (warning.Code, warning.Line))];

    public static ItemProblem Refuse(string markdown, MarkdownSourceConfig? config = null) =>
        Refuse(Encoding.UTF8.GetBytes(markdown), config);

    public static ItemProblem Refuse(byte[] bytes, MarkdownSourceConfig? config = null)
    {
        var outcome = new MarkdownReader(config ?? Config).Parse(bytes, "tasks/a.md");
        outcome.Document.ShouldBeNull();
        var problem = outcome.Problem.ShouldNotBeNull();
        (problem.Source, problem.Path).ShouldBe(("tasks", "tasks/a.md"));
        return problem;
    }

    /// <summary>All of the body's text as it is embedded.</summary>
    public static string Text(string markdown) => string.Join("\n\n", Read(markdown, Whole).Chunks.Select(chunk => chunk.Text));

    public static IReadOnlyList<ContentHash> Hashes(string markdown, MarkdownSourceConfig? config = null) =>
        [.. Read(markdown, config).Chunks.Select(chunk => chunk.Hash)];
}
