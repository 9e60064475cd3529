using EmbSync.Core.Model;

namespace EmbSync.Core.Tests.Documents;

/// <summary>
/// A file with an unfinished merge in it is embedded with both sides and a warning; one that shows conflict markers in a fence has none.
/// </summary>
public sealed class Conflicts
{
    private const string Markers = "<<<<<<< HEAD\nours\n=======\ntheirs\n>>>>>>> branch\n";

    [Theory]
    [InlineData(Markers, 1)]
    [InlineData("Text.\n\n" + Markers, 3)]
    [InlineData("---\nid: a\n" + Markers + "---\nText.", 3)]
    [InlineData("```\ncode\n```\n\n" + Markers, 5)]
    [InlineData("<<<<<<< a\n<<<<<<< b\nx\n||||||| base\n=======\ny\n>>>>>>> c\n", 1)]
    [InlineData("<<<<<<< HEAD\n```\n=======\n```cs\n>>>>>>> branch\n", 1)]
    public void Cost_a_warning_with_the_line(string markdown, int line)
    {
        Reading.Warnings(markdown)[0].ShouldBe((ProblemCodes.ConflictMarkers, line));
        Reading.Text(markdown).ShouldNotContain("<<<<");
        Reading.Text(markdown).ShouldNotContain(">>>>");
    }

    [Fact]
    public void Both_sides_are_embedded_without_the_markers() =>
        Reading.Text("Before.\n\n<<<<<<< HEAD\nours\n||||||| base\nbase\n=======\ntheirs\n>>>>>>> branch\n\nAfter.\n").ShouldBe(
            "Before.\n\nours\n\nbase\n\ntheirs\n\nAfter.");

    [Fact]
    public void Keys_of_both_sides_are_read_and_the_last_counts() =>
        Reading.Read("---\nid: a\n<<<<<<< HEAD\nstatus: open\n=======\nstatus: done\n>>>>>>> b\n---\nText.").Metadata.ShouldBe("""{"status":"done"}""");

    [Theory]
    [InlineData("```\n" + Markers + "```\n")]
    [InlineData("- item\n\n  ~~~~diff\n" + Markers + "  ~~~~\n")]
    [InlineData("````\n```\n" + Markers + "````\n")]
    [InlineData("    <<<<<<< HEAD\n    =======\n    >>>>>>> branch\n")]
    [InlineData("Heading\n=======\n\n>>>>>>> deep quote\n")]
    [InlineData("<<<<<<< only the first\n")]
    [InlineData(">>>>>>> b\n\nx\n=======\n\n<<<<<<< a\n")]
    public void Examples_are_read(string markdown)
    {
        Reading.Read(markdown).Chunks.ShouldNotBeEmpty();
        Reading.Warnings(markdown).ShouldBeEmpty();
    }
}
