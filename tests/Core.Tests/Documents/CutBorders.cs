using EmbSync.Core.Configuration;
using EmbSync.Core.Documents.Chunking;
using EmbSync.Core.Model;

namespace EmbSync.Core.Tests.Documents;

/// <summary>Where a document is cut, and what each chunk carries.</summary>
public sealed class CutBorders
{
    private static readonly RandomMarkdown Words = new(new Random(11));

    [Fact]
    public void At_headings_that_leave_enough_on_both_sides()
    {
        var long1 = Words.Words(60);
        var long2 = Words.Words(60);
        var chunks = Reading.Read($"# T\n\n{long1}\n\n## A\n\n{long2}\n\n### Small\n\nTiny.\n\n## B\n\n{long1}\n").Chunks;
        chunks.Select(chunk => (chunk.Heading, chunk.Text)).ShouldBe(
        [
            ("", $"T\n\n{long1}"),
            ("A", $"A\n\n{long2}\n\nSmall\n\nTiny."),
            ("B", $"B\n\n{long1}"),
        ]);
    }

    [Fact]
    public void Ancestors_go_with_a_chunk_and_its_own_heading_is_in_its_text()
    {
        var text = Words.Words(60);
        var chunks = Reading.Read($"## A\n\n{text}\n\n### B\n\n{text}\n\n#### C\n\n{text}\n\n### D\n\n{text}\n", Reading.Config with
            { Embed = [] }).Chunks;
        chunks.Select(chunk => (chunk.Heading, chunk.Text)).ShouldBe(
        [
            ("A", $"A\n\n{text}"),
            ("A > B", $"A\n\nB\n\n{text}"),
            ("A > B > C", $"A > B\n\nC\n\n{text}"),
            ("A > D", $"A\n\nD\n\n{text}"),
        ]);
    }

    [Fact]
    public void Lines_are_the_files()
    {
        var text = Words.Words(60);
        var chunks = Reading.Read($"---\ntitle: T\n---\n\n{text}\nmore\n\n## A\n\n{text}\n\n```\ncode\n```\n\nSetext\n------\n\n{text}\n")
            .Chunks;
        chunks.Select(chunk => (chunk.StartLine, chunk.EndLine)).ShouldBe([(5, 6), (8, 14), (16, 19)]);
    }

    [Fact]
    public void Lines_of_a_cut_block_are_its_own()
    {
        var config = Reading.Config with { Chunk = new ChunkConfig(64, 8) };
        var code = string.Join('\n', Enumerable.Range(0, 100).Select(i => $"line number {i} of the code"));
        var table = string.Join('\n', Enumerable.Range(0, 100).Select(i => $"| row {i} | {Words.Words(3)} |"));
        foreach (var (markdown, first) in new[] { ($"Text.\n\n```\n{code}\n```\n", 4), ($"Text.\n\n| A | B |\n|---|---|\n{table}\n", 5) })
        {
            var lines = markdown.Split('\n');
            foreach (var chunk in Reading.Read(markdown, config).Chunks.Skip(1).SkipLast(1))
            {
                var start = chunk.Text.Split('\n')[0].Split(" | ")[0];
                lines[chunk.StartLine - 1].ShouldContain(start);
                lines[chunk.EndLine - 1].ShouldContain(chunk.Text.Split('\n')[^1].Split(" | ")[0]);
                chunk.StartLine.ShouldBeGreaterThanOrEqualTo(first);
            }
        }
    }

    [Theory]
    [InlineData("lines")]
    [InlineData("sentences")]
    [InlineData("words")]
    [InlineData("characters")]
    [InlineData("emoji")]
    [InlineData("chinese")]
    public void A_block_that_is_too_large_is_cut_by_the_coarsest_unit_that_does(string unit)
    {
        var random = new Random(12);
        var words = new RandomMarkdown(random);
        var (markdown, isBorder) = unit switch
        {
            "lines" => ("```\n" + string.Join('\n', Enumerable.Range(0, 400).Select(_ => words.Words(6) + ". X")) + "\n```", "\n"),
            "sentences" => (string.Join(' ', Enumerable.Range(0, 400).Select(_ => words.Sentence(9))), ". "),
            "words" => (words.Words(4_000), " "),
            "characters" => (string.Concat(Enumerable.Range(0, 20_000).Select(_ => (char)random.Next('a', 'z' + 1))), ""),
            "emoji" => (string.Concat(Enumerable.Range(0, 4_000)
            .Select(_ => char.ConvertFromUtf32(random.Next(0x1F600, 0x1F64F)) + "\uFE0F")), ""),
            _ => (string.Concat(Enumerable.Range(0, 200)
            .Select(_ => string.Concat(Enumerable.Range(0, 30).Select(_ => (char)random.Next(0x4E00, 0x9000))) + "。")), ""),
        };
        var whole = Reading.Text(markdown);
        var chunks = Reading.Read(markdown, Reading.Config with { Chunk = new ChunkConfig(128, 16) }).Chunks;
        chunks.Count.ShouldBeGreaterThan(10);
        chunks.ShouldAllBe(chunk => TokenEstimate.Estimate(chunk.Text) <= 128);
        var separator = unit == "sentences" ? " " : isBorder;
        string.Join(separator, chunks.Select(chunk => chunk.Text)).ShouldBe(whole);
        if (unit == "sentences")
        {
            chunks.ShouldAllBe(chunk => chunk.Text.EndsWith('.'));
        }

        if (unit == "chinese")
        {
            chunks.ShouldAllBe(chunk => chunk.Text.EndsWith('。'));
        }

        chunks.ShouldAllBe(chunk => !char.IsLowSurrogate(chunk.Text.First()) && chunk.Text.First() != '\uFE0F' && !char.IsHighSurrogate(
            chunk.Text.Last()));
    }

    [Fact]
    public void Large_blocks_keep_to_block_borders_before_lines()
    {
        var items = Enumerable.Range(0, 200).Select(_ => "- " + Words.Words(20) + "\n  - " + Words.Words(5)).ToList();
        foreach (var chunk in Reading.Read(string.Join('\n', items)).Chunks)
        {
            chunk.Text.ShouldStartWith("- ");
            chunk.Text.Split('\n')[^1].ShouldStartWith("  - ");
        }
    }

    [Fact]
    public void Embedded_keys_that_are_too_long_are_chunks_of_their_own()
    {
        var summary = Words.Words(3_000);
        foreach (var everywhere in new[] { false, true })
        {
            var config = Reading.Config with { Embed = ["title", "summary"], TitleOnEveryChunk = everywhere };
            var chunks = Reading.Read($"---\ntitle: T\nsummary: {summary}\n---\nBody.", config).Chunks;
            chunks[^1].Text.ShouldBe("Body.");
            chunks.ShouldAllBe(chunk => TokenEstimate.Estimate(chunk.Text) <= 512);
            string.Join(' ', chunks.SkipLast(1).Select(chunk => chunk.Text.Replace('\n', ' '))).ShouldBe($"T summary: {summary}");
        }
    }

    [Fact]
    public void A_huge_heading_is_named_in_short_by_what_stands_under_it()
    {
        var heading = Words.Words(5_000);
        var text = Words.Words(60);
        var chunks = Reading.Read($"Intro.\n\n## {heading}\n\n{text}\n\n### Sub\n\n{text}\n").Chunks;
        chunks.ShouldAllBe(chunk => TokenEstimate.Estimate(chunk.Text) <= 512 + 60);
        chunks[^1].Text.ShouldEndWith($"…\n\nSub\n\n{text}");
        string.Join(' ', chunks.Select(chunk => chunk.Text)).ShouldContain(heading[^200..]);
    }

    [Fact]
    public void A_million_words_are_cut_whole_and_within_bounded_memory()
    {
        var random = new Random(13);
        var words = new RandomMarkdown(random);
        var sample = Enumerable.Range(0, 500).Select(_ => words.Sentence(random.Next(5, 20))).ToList();
        var paragraphs = Enumerable.Range(0, 10_000).Select(
            _ => string.Join(' ', Enumerable.Range(0, 8).Select(_ => sample[random.Next(sample.Count)]))).ToList();
        foreach (var body in new[]
            { string.Join("\n\n", paragraphs), string.Join(' ', paragraphs), string.Join(' ', paragraphs).Replace(".", "") })
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            var chunks = Reading.Read(body).Chunks;
            var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
            body.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
                .SequenceEqual(chunks.SelectMany(chunk => chunk.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)))
                    .ShouldBeTrue();
            chunks.ShouldAllBe(chunk => TokenEstimate.Estimate(chunk.Text) <= 512);
            // Linear in the text, whatever its shape: 6 million characters.
            allocated.ShouldBeLessThan(1_000_000_000);
        }
    }

    [Fact]
    public void Settings_of_size_are_obeyed_and_part_of_the_pipeline()
    {
        var body = string.Join("\n\n", Enumerable.Range(0, 50).Select(_ => Words.Words(30)));
        Reading.Read(body, Reading.Config with { Chunk = new(100, 10) }).Chunks.Count.ShouldBeGreaterThan(Reading.Read(body).Chunks.Count);
    }

    [Fact]
    public void The_best_border_of_any_range_is_that_of_a_scan()
    {
        const int Seed = 14;
        var random = new Random(Seed);
        for (var round = 0; round < 200; round++)
        {
            var values = Enumerable.Range(0, random.Next(1, 40)).Select(_ => (random.Next(-1, 3), (ulong)random.Next(4))).ToArray();
            var tree = new BorderTree(values);
            var first = random.Next(values.Length);
            var last = random.Next(first, values.Length);
            int? expected = null;
            for (var i = first; i <= last; i++)
            {
                if (values[i].Item1 >= 0 && (expected is not { } best || values[i].CompareTo(values[best]) > 0))
                {
                    expected = i;
                }
            }

            tree.Best(first, last).ShouldBe(expected, $"seed {Seed}, round {round}");
        }
    }
}
