using EmbSync.Core.Model;

namespace EmbSync.Core.Tests.Documents;

/// <summary>A file with an unfinished merge in it is set aside; one that shows conflict markers in a fence is not.</summary>
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
    public void Are_set_aside_with_the_line(string markdown, int line)
    {
        var problem = Reading.Refuse(markdown);
        problem.Code.ShouldBe(ProblemCodes.ConflictMarkers);
        problem.Line.ShouldBe(line);
    }

    [Theory]
    [InlineData("```\n" + Markers + "```\n")]
    [InlineData("- item\n\n  ~~~~diff\n" + Markers + "  ~~~~\n")]
    [InlineData("````\n```\n" + Markers + "````\n")]
    [InlineData("    <<<<<<< HEAD\n    =======\n    >>>>>>> branch\n")]
    [InlineData("Heading\n=======\n\n>>>>>>> deep quote\n")]
    [InlineData("<<<<<<< only the first\n")]
    [InlineData(">>>>>>> b\n\nx\n=======\n\n<<<<<<< a\n")]
    public void Examples_are_read(string markdown) => Reading.Read(markdown).Chunks.ShouldNotBeEmpty();
}
