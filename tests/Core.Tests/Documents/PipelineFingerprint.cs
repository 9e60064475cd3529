using EmbSync.Core.Configuration;
using EmbSync.Core.Documents;

namespace EmbSync.Core.Tests.Documents;

/// <summary>Stored items are stale exactly when a setting that shapes them changed.</summary>
public sealed class PipelineFingerprint
{
    private static readonly string Given = new MarkdownReader(Reading.Config).Pipeline;

    [Fact]
    public void Names_format_and_settings() => Given.ShouldMatch("^markdown/2:[0-9a-f]{12}$");

    [Fact]
    public void Changes_with_each_setting_that_shapes_items()
    {
        MarkdownSourceConfig[] others =
        [
            Reading.Config with { Chunk = new ChunkConfig(256, 32) },
            Reading.Config with { Chunk = new ChunkConfig(512, 16) },
            Reading.Config with { Embed = ["title", "status"] },
            Reading.Config with { Embed = [] },
            Reading.Config with { Metadata = ["status"] },
            Reading.Config with { IdKey = null },
            Reading.Config with { IdKey = "key" },
            Reading.Config with { ItemType = "spec" },
            Reading.Config with { Priority = 3 },
            Reading.Config with { TitleOnEveryChunk = true },
        ];
        string[] all = [Given, .. others.Select(config => new MarkdownReader(config).Pipeline)];
        all.Distinct().Count().ShouldBe(all.Length);
    }

    [Fact]
    public void Stays_with_all_others() => new MarkdownReader(
        Reading.Config with { Name = "other", Include = ["docs/*.md"], Exclude = ["x"], Metadata = ["labels", "status"] })
        .Pipeline.ShouldBe(Given);

    [Fact]
    public void Any_number_of_threads_may_read_at_once()
    {
        var reader = new MarkdownReader(Reading.Config);
        var documents = Enumerable.Range(0, 40).Select(
            i => System.Text.Encoding.UTF8.GetBytes(string.Join("\n\n", new RandomMarkdown(new Random(i)).Blocks(20)))).ToList();
        var expected = documents.Select(bytes => reader.Parse(bytes, "a.md").Document!.Chunks.Select(chunk => chunk.Hash).ToList())
            .ToList();
        Parallel.For(0, 200, i => reader.Parse(documents[i % 40], "a.md").Document!.Chunks.Select(chunk => chunk.Hash).ShouldBe(
            expected[i % 40]));
    }
}
