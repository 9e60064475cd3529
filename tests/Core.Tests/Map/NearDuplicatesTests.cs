using EmbSync.Core.Jobs.Map;

namespace EmbSync.Core.Tests.Map;

/// <summary>Every pair at or above the threshold is found, and no other, whatever is skipped on the way.</summary>
public sealed class NearDuplicatesTests
{
    [Theory]
    [InlineData(3, 0.9)]
    [InlineData(40, 0.5)]
    [InlineData(40, 0.95)]
    [InlineData(200, 0.3)]
    public void Agree_with_comparing_all(int dimension, double threshold)
    {
        var random = new Random(dimension);
        float[][] rows = [.. Enumerable.Range(0, 150).Select(
            _ => Unit([.. Enumerable.Range(0, dimension).Select(_ => (float)(random.NextDouble() - 0.3))]))];
        for (var copy = 0; copy < 20; copy++)
        {
            rows[random.Next(150)] = rows[random.Next(150)];
        }

        var pairs = (from i in Enumerable.Range(0, 150) from j in Enumerable.Range(0, 150) where i < j
            && Dot(rows[i], rows[j]) >= threshold - 1e-5 select (i, j)).ToList();
        var found = NearDuplicates.Of([.. rows.Select(row => (ReadOnlyMemory<float>)row)], threshold, CancellationToken.None);

        found.Pairs.ShouldBe(pairs.Count);
        found.Groups.Sum(group => group.Members.Count).ShouldBe(pairs.SelectMany(pair => new[] { pair.i, pair.j }).Distinct().Count());
        foreach (var (i, j) in pairs)
        {
            found.Groups.Single(group => group.Members.Contains(i)).Members.ShouldContain(j);
        }
    }

    [Fact]
    public void Groups_are_what_pairs_connect_largest_first()
    {
        var found = NearDuplicates.Of(Rows([1, 0], [0, 1], [1, 0.1f], [0, 1], [1, 0.2f], [0, 0], [0, 0]), 0.99, CancellationToken.None);

        found.Groups.Select(group => string.Join(' ', group.Members)).ShouldBe(
            ["0 2 4", "1 3"], "0 and 4 are alike through 2; zeros are like nothing");
        found.Pairs.ShouldBe(3);
        found.Groups[1].Closest.ShouldBe(1f, 1e-6);
    }

    [Fact]
    public void Nothing_has_no_duplicates() => NearDuplicates.Of([], 0.95, CancellationToken.None).Groups.ShouldBeEmpty();

    private static ReadOnlyMemory<float>[] Rows(params float[][] rows) => [.. rows.Select(row => (ReadOnlyMemory<float>)Unit(row))];

    private static float[] Unit(float[] row)
    {
        var length = Math.Sqrt(Dot(row, row));
        return length == 0 ? row : [.. row.Select(x => (float)(x / length))];
    }

    private static double Dot(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum();
}
