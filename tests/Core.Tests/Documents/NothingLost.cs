using EmbSync.Core.Configuration;
using EmbSync.Core.Documents.Chunking;
using EmbSync.Core.Documents.Rendering;
using EmbSync.Core.Documents.Syntax;
using EmbSync.Core.Model;
using FsCheck;
using FsCheck.Fluent;
using Xunit.Abstractions;

namespace EmbSync.Core.Tests.Documents;

/// <summary>Properties of any document's chunks.</summary>
public sealed class NothingLost(ITestOutputHelper output)
{
    [Fact]
    public void Chunks_hold_all_text_in_order_and_none_is_too_large()
    {
        const int Seed = 20240612;
        output.WriteLine($"seed {Seed}");
        var documents = Gen.Choose(0, int.MaxValue - 1).Select(seed => Given.From(new Random(seed)));
        var property = Prop.ForAll(documents.ToArbitrary(), given =>
        {
            var config = Reading.Config with { Embed = [], Chunk = given.Sizes };
            var rendered = BlockRenderer.Render(MarkdownSyntax.Parse(given.Text, 1), given.Text, 1);
            var parts = Chunker.Cut(rendered, given.Sizes);
            var contents = parts.Select(part => rendered.Text[part.Start..part.End]).ToList();
            Squeezed(string.Concat(contents)).ShouldBe(Squeezed(rendered.Text));
            contents.ShouldAllBe(content => TokenEstimate.Estimate(content) <= given.Sizes.MaxTokens);
            rendered.Blocks.Where(block =>
                block.Level == 0 && TokenEstimate.Estimate(rendered.Text[block.Start..block.End]) <= given.Sizes.MaxTokens)
                .ShouldAllBe(block => parts.Any(part => part.Start <= block.Start && block.End <= part.End));

            var chunks = Reading.Read(given.Text, config).Chunks;
            chunks.Select(chunk => chunk.Text).ShouldBe(
                parts.Zip(contents, (part, content) => part.Path.Length == 0 ? content : $"{part.Path}\n\n{content}"));
            chunks.Select(chunk => chunk.Seq).ShouldBe(Enumerable.Range(0, chunks.Count));
            chunks.Zip(chunks.Skip(1)).ShouldAllBe(
                pair => pair.First.StartLine <= pair.Second.StartLine && pair.First.EndLine <= pair.Second.EndLine);
            chunks.ShouldAllBe(chunk => chunk.StartLine >= 1 && chunk.StartLine <= chunk.EndLine);
        });
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(150).WithReplay(Seed, 1), property);
    }

    private static string Squeezed(string text) => string.Concat(text.Where(character => !char.IsWhiteSpace(character)));

    private sealed record Given(string Text, ChunkConfig Sizes)
    {
        public static Given From(Random random) => new(
            string.Join("\n\n", new RandomMarkdown(random).Blocks(random.Next(1, 80))), new ChunkConfig(
            random.Next(16, 600), random.Next(0, 64)));
    }
}
