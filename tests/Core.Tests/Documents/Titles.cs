namespace EmbSync.Core.Tests.Documents;

/// <summary>Where the title comes from, and where it is embedded.</summary>
public sealed class Titles
{
    [Theory]
    [InlineData("---\ntitle: Front\n---\n# Heading\n\nText.", "Front")]
    [InlineData("# Three *bold* words\n\nText.\n\n## Two\n", "Three bold words")]
    [InlineData("Heading\n=======\n\nText.", "Heading")]
    [InlineData("[![build](b.svg)](x) | ![npm](n.svg)\n\n<p><img src=\"logo.png\"></p>\n\n# Heading\n\nText.", "Heading")]
    [InlineData("<h1 align=\"center\">\n  <a href=\"x\">The <b>name</b></a>\n</h1>\n\nText.", "The name")]
    [InlineData("---\ntitle:\n---\nText.", "Use postgres and git")]
    [InlineData("Text.", "Use postgres and git")]
    [InlineData("Text before it.\n\n# Heading\n", "Use postgres and git")]
    [InlineData("# One\n\nText.\n\n# Two\n", "Use postgres and git")]
    [InlineData("## Two\n\n# One\n", "Use postgres and git")]
    [InlineData("# Summary\n\nText.", "Use postgres and git")]
    [InlineData("# 1. TL;DR:\n\nText.", "Use postgres and git")]
    [InlineData("# 📝 **Overview** 📝\n\nText.", "Use postgres and git")]
    [InlineData("# 概要\n\nText.", "Use postgres and git")]
    [InlineData("<h1>Introduction</h1>\n\nText.", "Use postgres and git")]
    public void Front_matter_then_the_only_top_heading_then_the_files_name(string markdown, string title) =>
        Reading.Read(markdown, path: "adr/0001-use-postgres_and-git.md").Title.ShouldBe(title);

    [Theory]
    [InlineData("a.md", "a")]
    [InlineData("docs/_posts/2024-01-15-my-post.md", "My post")]
    [InlineData("docs/01_intro.mdx", "intro")]
    [InlineData("docs/Write docs.v2.md", "Write docs.v2")]
    [InlineData("docs/API-reference.md", "API reference")]
    [InlineData("docs/2024-01-15.md", "2024-01-15")]
    [InlineData("docs/42.md", "42")]
    [InlineData("keps/sig-node/1287-in-place-update/README.md", "In place update")]
    [InlineData("content/über-uns/_index.md", "Über uns")]
    [InlineData("packages/left-pad/readme.zh-CN.md", "Left pad")]
    [InlineData("README.md", "README")]
    public void A_name_is_made_readable(string path, string title) => Reading.Read("Text.", path: path).Title.ShouldBe(title);

    [Fact]
    public void A_readme_at_the_root_has_no_better_name_than_its_first_heading() =>
        Reading.Read("# Project\n\nText.\n\n# Install\n", path: "README.md").Title.ShouldBe("Project");

    [Fact]
    public void A_heading_that_begins_the_document_is_embedded_once_as_the_title()
    {
        var text = string.Join("\n\n", Enumerable.Repeat(
            "Twenty words of text in a paragraph that is long enough to stand in a chunk of its own, with some to spare here.", 2));
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
    public void What_people_are_shown_as_the_title_buys_nothing()
    {
        var chunk = Reading.Read("# Summary\n\nText.\n", path: "rfcs/0001-a-b.md").Chunks.Single();
        (chunk.Text, chunk.Heading).ShouldBe(("Summary\n\nText.", ""));
        chunk.Hash.ShouldBe(Reading.Hashes("# Summary\n\nText.\n").Single());
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
        Reading.Read(markdown).Chunks.Select(chunk => chunk.Text.StartsWith("Guide\n\n", StringComparison.Ordinal)).ShouldBe(
            [true, false, false]);
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
