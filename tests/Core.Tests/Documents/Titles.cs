namespace EmbSync.Core.Tests.Documents;

/// <summary>Where the title comes from, and where it is embedded.</summary>
public sealed class Titles
{
    [Theory]
    [InlineData("---\ntitle: Front\n---\n# Heading\n\nText.", "Front")]
    [InlineData("Text.\n\n## Two\n\n# One\n", "One")]
    [InlineData("Text.\n\n### Three *bold*\n\n## Two\n", "Three bold")]
    [InlineData("Text.", "a")]
    [InlineData("---\ntitle:\n---\nText.", "a")]
    public void Front_matter_then_first_top_heading_then_any_then_the_files_name(string markdown, string title) =>
        Reading.Read(markdown).Title.ShouldBe(title);

    [Fact]
    public void A_heading_that_begins_the_document_is_embedded_once_as_the_title()
    {
        var text = string.Join("\n\n", Enumerable.Repeat("Twenty words of text in a paragraph that is long enough to stand in a chunk of its own, with some to spare here.", 2));
        var chunks = Reading.Read($"# Guide\n\n{text}\n\n## Part\n\n{text}\n").Chunks;
        chunks.Select(chunk => (chunk.Text, chunk.Heading)).ShouldBe([($"Guide\n\n{text}", ""), ($"Part\n\n{text}", "Part")]);
        chunks[0].StartLine.ShouldBe(1);
    }

    [Fact]
    public void A_heading_equal_to_the_front_matters_title_is_not_repeated() =>
        Reading.Read("---\ntitle: Guide\n---\n# Guide\n\nText.").Chunks.Single().Text.ShouldBe("Guide\n\nText.");

    [Fact]
    public void A_heading_further_down_stays_where_it_is_and_is_not_repeated() =>
        Reading.Read("Intro.\n\n# Guide\n\nText.").Chunks.Single().Text.ShouldBe("Intro.\n\nGuide\n\nText.");

    [Fact]
    public void Another_heading_than_the_title_stays() =>
        Reading.Read("---\ntitle: Front\n---\n# Guide\n\nText.").Chunks.Single().Text.ShouldBe("Front\n\nGuide\n\nText.");

    [Fact]
    public void A_files_name_is_not_embedded_so_that_a_rename_costs_nothing()
    {
        var renamed = Reading.Read("Text.", path: "tasks/b.md");
        renamed.Title.ShouldBe("b");
        renamed.Chunks.Single().Hash.ShouldBe(Reading.Hashes("Text.").Single());
    }

    [Fact]
    public void A_title_alone_is_one_chunk()
    {
        Reading.Read("---\ntitle: Alone\n---\n\n").Chunks.Single().ShouldSatisfyAllConditions(
            chunk => chunk.Text.ShouldBe("Alone"), chunk => (chunk.StartLine, chunk.EndLine).ShouldBe((1, 3)));
        Reading.Read("\n# Alone\n").Chunks.Single().ShouldSatisfyAllConditions(
            chunk => chunk.Text.ShouldBe("Alone"), chunk => (chunk.StartLine, chunk.EndLine).ShouldBe((2, 2)));
    }

    [Fact]
    public void A_title_that_is_not_embedded_makes_no_chunk() =>
        Reading.Read("---\ntitle: Alone\n---\n", Reading.Config with { Embed = [] }).Chunks.ShouldBeEmpty();

    [Fact]
    public void The_title_goes_with_the_first_chunk_or_with_each()
    {
        var section = "Some forty words that make a section large enough. " + new RandomMarkdown(new Random(1)).Words(60);
        var markdown = $"# Guide\n\n{section}\n\n## A\n\n{section}\n\n## B\n\n{section}\n";
        Reading.Read(markdown).Chunks.Select(chunk => chunk.Text.StartsWith("Guide\n\n", StringComparison.Ordinal)).ShouldBe([true, false, false]);
        Reading.Read(markdown, Reading.Config with { TitleOnEveryChunk = true }).Chunks
            .Select(chunk => chunk.Text.StartsWith("Guide\n\n", StringComparison.Ordinal)).ShouldBe([true, true, true]);
    }

    [Fact]
    public void A_very_long_title_is_shortened_for_people_and_embedded_whole()
    {
        var words = new RandomMarkdown(new Random(2)).Words(2_000);
        var document = Reading.Read($"# {words}\n\nText.\n");
        document.Title.Length.ShouldBeLessThanOrEqualTo(300);
        document.Title.ShouldEndWith("…");
        string.Join(' ', document.Chunks.Select(chunk => chunk.Text)).ShouldBe($"{words} Text.");
    }
}
