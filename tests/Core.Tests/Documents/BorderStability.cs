using System.Globalization;
using EmbSync.Core.Configuration;
using Xunit.Abstractions;

namespace EmbSync.Core.Tests.Documents;

/// <summary>An edit of one paragraph moves no border but its neighbours.</summary>
public sealed class BorderStability(ITestOutputHelper output)
{
    private const int Seed = 20240611;

    [Theory]
    [InlineData(512)]
    [InlineData(128)]
    public void An_edited_paragraph_makes_few_new_chunks(int maxTokens)
    {
        var random = new Random(Seed + maxTokens);
        var markdown = new RandomMarkdown(random);
        var config = Reading.Config with { Chunk = new ChunkConfig(maxTokens, 32) };
        var histogram = new SortedDictionary<int, int>();
        for (var document = 0; document < 50; document++)
        {
            var blocks = markdown.Blocks(random.Next(5, 150));
            if (!blocks.Exists(block => char.IsAsciiLetter(block[0])))
            {
                continue;
            }

            var before = Reading.Hashes(string.Join("\n\n", blocks), config).ToHashSet();
            for (var edit = 0; edit < 20; edit++)
            {
                var after = Reading.Hashes(string.Join("\n\n", markdown.EditOneParagraph(blocks)), config);
                var made = after.Count(hash => !before.Contains(hash));
                histogram[made] = histogram.GetValueOrDefault(made) + 1;
            }
        }

        var edits = histogram.Values.Sum();
        var share = histogram.Where(entry => entry.Key <= 2).Sum(entry => entry.Value) / (double)edits;
        var mean = histogram.Sum(entry => (double)entry.Key * entry.Value) / edits;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"seed {Seed}, at most {maxTokens} tokens: {edits} edits, {mean:f3} new chunks on average, {100 * share:f2} % make at most 2, histogram {string.Join(' ', histogram.Select(entry => $"{entry.Key}:{entry.Value}"))}"));
        mean.ShouldBeLessThan(1.3);
        share.ShouldBeGreaterThan(0.93);
        histogram.Keys.Max().ShouldBeLessThanOrEqualTo(6);
    }
}
