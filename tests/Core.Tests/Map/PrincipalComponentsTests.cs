using EmbSync.Core.Jobs.Map;
using FsCheck;
using FsCheck.Fluent;

namespace EmbSync.Core.Tests.Map;

/// <summary>
/// The two directions in which vectors differ most, against cases known on paper and a full decomposition made otherwise.
/// </summary>
public sealed class PrincipalComponentsTests
{
    private const ulong Seed = 20261121;

    [Fact]
    public void Points_on_a_line_have_that_line_as_axis()
    {
        var found = PrincipalComponents.Of(Rows([1, 2, 5], [2, 4, 5], [3, 6, 5]), 1);

        found.Mean.ShouldBe([2.0, 4, 5]);
        Close(found.Axes[0], [1 / Math.Sqrt(5), 2 / Math.Sqrt(5), 0]);
        found.Axes[1].ShouldBe([0.0, 0, 0], "there is no second direction");
        found.Variances[0].ShouldBe(10.0 / 3, 1e-9);
        found.TotalVariance.ShouldBe(10.0 / 3, 1e-9);
        found.Project([3, 6, 5]).X.ShouldBe(Math.Sqrt(5), 1e-9);
        found.Project([3, 6, 5]).Y.ShouldBe(0);
    }

    [Fact]
    public void Axes_come_by_falling_variance_and_point_to_their_largest_entry()
    {
        var found = PrincipalComponents.Of(Rows([-3, 0, 0], [3, 0, 0], [0, -5, 0], [0, 5, 0], [0, 0, -1], [0, 0, 1]), 1);

        Close(found.Axes[0], [0, 1, 0]);
        Close(found.Axes[1], [1, 0, 0]);
        found.Variances[0].ShouldBe(50.0 / 6, 1e-9);
        found.Variances[1].ShouldBe(3, 1e-9);
    }

    [Fact]
    public void Directions_of_equal_variance_are_two_and_not_one()
    {
        var found = PrincipalComponents.Of(
            Rows([1, 0, 0, 0], [-1, 0, 0, 0], [0, 1, 0, 0], [0, -1, 0, 0], [0, 0, 0.5f, 0], [0, 0, -0.5f, 0]), 1);

        found.Variances.ShouldAllBe(variance => Math.Abs(variance - (1.0 / 3)) < 1e-9);
        Math.Abs(Dot(found.Axes[0], found.Axes[1])).ShouldBeLessThan(1e-9);
    }

    [Fact]
    public void Rows_that_do_not_differ_have_no_axes()
    {
        foreach (var rows in new[] { Rows(), Rows([1, 2]), Rows([1, 2], [1, 2]) })
        {
            var found = PrincipalComponents.Of(rows, 1);
            found.Variances.ShouldBe([0.0, 0]);
            found.Project(rows.Length == 0 ? [] : rows[0].Span).ShouldBe((0.0, 0.0));
        }
    }

    [Fact]
    public void The_same_rows_and_seed_give_the_same_axes()
    {
        var rows = Random(new Random(5), 300, 400);

        var first = PrincipalComponents.Of(rows, 1);
        PrincipalComponents.Of(rows, 1).Axes.SelectMany(axis => axis).ShouldBe(first.Axes.SelectMany(axis => axis));
        PrincipalComponents.Of(rows, 2).Variances[0].ShouldBe(
            first.Variances[0], 1e-6 * first.Variances[0], "the seed decides where the search begins, not what it finds");
    }

    [Fact]
    public void Random_matrices_agree_with_a_full_decomposition()
    {
        var matrices =
            from dimension in Gen.Choose(1, 9)
            from count in Gen.Choose(1, 14)
            from seed in Gen.Choose(0, int.MaxValue - 1)
            select (dimension, count, seed);

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300).WithReplay(Seed, 1), Prop.ForAll(matrices.ToArbitrary(), given =>
        {
            var rows = Random(new Random(given.seed), given.count, given.dimension);
            var covariance = CovarianceOf(rows);
            var expected = Eigenvalues(covariance);
            var found = PrincipalComponents.Of(rows, 1);
            for (var axis = 0; axis < PrincipalComponents.Count; axis++)
            {
                var value = axis < expected.Length ? expected[axis] : 0;
                var scale = 1e-6 * (expected[0] + 1e-9);
                found.Variances[axis].ShouldBe(value, scale);
                if (value > 1e-9 * (expected[0] + 1))
                {
                    // An eigenvector, of length 1, with the sign that was promised: vectors of nearly equal values may be any in their
                    // plane.
                    Distance(Times(covariance, found.Axes[axis]), [.. found.Axes[axis].Select(x => x * value)]).ShouldBeLessThan(
                        10 * scale);
                    Dot(found.Axes[axis], found.Axes[axis]).ShouldBe(1, 1e-9);
                    found.Axes[axis].MaxBy(Math.Abs).ShouldBePositive();
                }
            }

            Dot(found.Axes[0], found.Axes[1]).ShouldBe(0, 1e-9);
            found.TotalVariance.ShouldBe(Enumerable.Range(0, given.dimension).Sum(i => covariance[i][i]), 1e-6 * (1 + found.TotalVariance));
        }));
    }

    private static ReadOnlyMemory<float>[] Rows(params float[][] rows) => [.. rows.Select(row => (ReadOnlyMemory<float>)row)];

    /// <summary>Dimensions of very different spread, some of none.</summary>
    private static ReadOnlyMemory<float>[] Random(Random random, int count, int dimension)
    {
        var spread = Enumerable.Range(0, dimension).Select(
            _ => random.Next(5) == 0 ? 0 : Math.Pow(10, random.NextDouble() * 3 - 2)).ToArray();
        return [.. Enumerable.Range(0, count).Select(
            _ => (ReadOnlyMemory<float>)spread.Select(scale => (float)(scale * (random.NextDouble() - 0.3))).ToArray())];
    }

    private static double[][] CovarianceOf(ReadOnlyMemory<float>[] rows)
    {
        var n = rows[0].Length;
        var mean = Enumerable.Range(0, n).Select(i => rows.Average(row => (double)row.Span[i])).ToArray();
        double[][] covariance = [.. mean.Select(_ => new double[n])];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                covariance[i][j] = rows.Average(row => (row.Span[i] - mean[i]) * (row.Span[j] - mean[j]));
            }
        }

        return covariance;
    }

    /// <summary>
    /// From the largest down, by halving intervals: Sylvester's law counts the eigenvalues above a number by the signs of pivots.
    /// </summary>
    private static double[] Eigenvalues(double[][] matrix)
    {
        var n = matrix.Length;
        var most = Enumerable.Range(0, n).Sum(i => matrix[i][i]);
        return [.. Enumerable.Range(0, n).Select(rank =>
        {
            var (low, high) = (-1e-12, most + 1e-12);
            for (var step = 0; step < 100; step++)
            {
                var middle = (low + high) / 2;
                (low, high) = Above(matrix, middle) > rank ? (middle, high) : (low, middle);
            }

            return low;
        })];
    }

    private static int Above(double[][] matrix, double number)
    {
        var n = matrix.Length;
        double[][] a = [.. matrix.Select(row => (double[])row.Clone())];
        var count = 0;
        for (var i = 0; i < n; i++)
        {
            a[i][i] -= number;
        }

        for (var i = 0; i < n; i++)
        {
            var pivot = a[i][i] == 0 ? -1e-300 : a[i][i];
            count += pivot > 0 ? 1 : 0;
            for (var row = i + 1; row < n; row++)
            {
                for (var column = i + 1; column < n; column++)
                {
                    a[row][column] -= a[row][i] * a[i][column] / pivot;
                }
            }
        }

        return count;
    }

    private static double[] Times(double[][] matrix, double[] vector) =>
        [.. vector.Select((_, row) => vector.Select((x, column) => matrix[row][column] * x).Sum())];

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

    private static double Distance(double[] a, double[] b) => Math.Sqrt(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum());

    private static void Close(double[] found, double[] expected) => Distance(found, expected).ShouldBeLessThan(1e-9);
}
