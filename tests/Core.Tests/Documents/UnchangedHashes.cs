using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace EmbSync.Core.Tests.Documents;

/// <summary>Edits that a reader doesn't see buy nothing.</summary>
public sealed partial class UnchangedHashes(ITestOutputHelper output)
{
    private const string Document = """
        ---
        id: T-1
        title: A task
        status: open
        labels: [a]
        ---
        # A task

        Intro text that is
        broken over lines, with a [link](http://a.example/x).

        ## Steps

        - [ ] first
        - [ ] second with more
          words on another line

        | A | B |
        |---|---|
        | 1 | 2 |

        Last paragraph.

        """;

    [Theory]
    [InlineData("status: open", "status: done\npriority: 3")]
    [InlineData("labels: [a]\n", "")]
    [InlineData("- [ ] second", "- [x] second")]
    [InlineData("- [ ] first", "- first")]
    [InlineData("## Steps\n", "<!-- reviewed -->\n\n## Steps\n")]
    [InlineData("## Steps\n", "<!-- toc -->\n\n- [Steps](#steps)\n\n<!-- tocstop -->\n\n## Steps\n")]
    [InlineData("## Steps\n", "## Steps ##\n")]
    [InlineData("## Steps\n", "Steps\n-----\n")]
    [InlineData("that is\nbroken over lines", "that is broken\nover lines")]
    [InlineData("that is\n", "that   is  \n")]
    [InlineData("http://a.example/x", "http://b.example/y#z")]
    [InlineData("[link](http://a.example/x).\n", "[link][l].\n\n[l]: http://z.example 'title'\n")]
    [InlineData("Last paragraph.", "**Last** _paragraph_.\n\n[l]: http://z.example")]
    [InlineData("Last paragraph.", "\n\nLast paragraph.\n\n---\n")]
    [InlineData("| 1 | 2 |", "|  1  |  2  |")]
    [InlineData("|---|---|", "|:--|:-:|")]
    [InlineData("- [ ] first\n- [ ] second with more\n  words", "* [ ] first\n\n* [ ] second with more\n  words")]
    public void Stay(string given, string edited)
    {
        var before = Document.ReplaceLineEndings("\n");
        before.ShouldContain(given);
        Reading.Hashes(before.Replace(given, edited, StringComparison.Ordinal)).ShouldBe(Reading.Hashes(before));
    }

    [Theory]
    [InlineData("title: A task", "title: Another task")]
    [InlineData("Last paragraph.", "Last paragraphs.")]
    [InlineData("[link]", "[links]")]
    [InlineData("| 1 | 2 |", "| 1 | 3 |")]
    [InlineData("- [ ] first", "1. [ ] first")]
    public void Change_with_the_text(string given, string edited) =>
        Reading.Hashes(Document.Replace(given, edited, StringComparison.Ordinal)).ShouldNotBe(Reading.Hashes(Document));

    [Fact]
    public void Reflowed_and_respaced_documents_keep_them()
    {
        const int Seed = 31;
        output.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        for (var round = 0; round < 60; round++)
        {
            var blocks = new RandomMarkdown(random).Blocks(random.Next(2, 40));
            var reflowed = blocks.Select(block => char.IsAsciiLetter(block[0])
                ? Space().Replace(block, _ => random.Next(6) == 0 ? "\n" : random.Next(10) == 0 ? "  " : " ")
                : block);
            Reading.Hashes(string.Join(random.Next(2) == 0 ? "\n\n\n" : "\n \n", reflowed)).ShouldBe(
                Reading.Hashes(string.Join("\n\n", blocks)), $"seed {Seed}, round {round}");
        }
    }

    [GeneratedRegex(" ")]
    private static partial Regex Space();
}
