using EmbSync.Core.Model;

namespace EmbSync.Core.Tests.Documents;

/// <summary>
/// A line of megabytes makes as many chunks as its text asks for, in bounded memory, and what is no text is left out and said.
/// </summary>
public sealed class LongLines
{
    private const int Length = 1_000_000;

    [Theory]
    [InlineData("lorem ipsum dolor sit amet ")]
    [InlineData("x")]
    [InlineData("{\"a\":1,\"b\":[1,2,3]},")]
    public void Text_that_repeats_itself_fills_its_chunks(string unit)
    {
        var text = string.Concat(Enumerable.Repeat(unit, Length / unit.Length));
        foreach (var markdown in new[] { text, $"```\n{text}\n```" })
        {
            var chunks = Reading.Read(markdown).Chunks;
            // Four characters a token, 512 tokens a chunk.
            chunks.Count.ShouldBeInRange(Length / 2_048, Length / 2_048 * 5 / 4);
            string.Concat(chunks.SelectMany(chunk => chunk.Text.Where(character => character != ' '))).ShouldBe(text.Replace(" ", ""));
        }
    }

    [Fact]
    public void Lines_that_repeat_themselves_fill_their_chunks() =>
        Reading.Read("```\n" + string.Concat(Enumerable.Repeat("same line of text here\n", 40_000)) + "```").Chunks.Count.ShouldBeLessThan(
            600);

    [Fact]
    public void Memory_is_bounded_by_the_text_whatever_its_shape()
    {
        var word = new string('x', 4_000_000);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        Reading.Read(word);
        (GC.GetTotalAllocatedBytes(precise: true) - before).ShouldBeLessThan(200_000_000);
    }

    [Theory]
    [InlineData("Before {0} after.", 3)]
    [InlineData("```\ndata:image/png;base64,{0}\n```", 4)]
    public void Data_is_left_out_and_said(string format, int line)
    {
        var bytes = new byte[30_000];
        new Random(5).NextBytes(bytes);
        var document = Reading.Read("# Title\n\n" + string.Format(null, format, Convert.ToBase64String(bytes)));
        document.Chunks.Sum(chunk => chunk.Text.Length).ShouldBeLessThan(200);
        document.Chunks[0].Text.ShouldContain("…");
        document.Warnings.Select(warning => (warning.Code, warning.Line)).ShouldBe([(ProblemCodes.NotText, line)]);
    }

    [Fact]
    public void Very_many_chunks_are_said()
    {
        var text = string.Join("\n\n", new RandomMarkdown(new Random(6)).Blocks(12_000));
        Reading.Read(text, Reading.Config with { Chunk = new(16, 0) }).Warnings.Select(warning => warning.Code).ShouldBe(
            [ProblemCodes.ManyChunks]);
    }
}
