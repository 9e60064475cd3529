using System.Numerics.Tensors;

namespace EmbSync.Core.Jobs.Map;

/// <summary>
/// The two directions in which vectors differ most. Found by a block Krylov method: a few passes over the rows, whatever their number, and
/// no
/// matrix of dimension by dimension. The same rows and seed give the same axes; the largest entry of an axis is positive.
/// </summary>
public sealed class PrincipalComponents
{
    public const int Count = 2;

    /// <summary>More than <see cref="Count"/>, so that directions of equal variance are told apart.</summary>
    private const int BlockSize = 4;

    /// <summary>Bounds the work where no direction stands out: what is found then is as good as any other.</summary>
    private const int MostDirections = 128;

    /// <summary>Directions between two looks at what there is: a look costs the cube of their number.</summary>
    private const int LookEvery = 16;

    /// <summary>Length of what an axis lacks to be one, against the largest variance.</summary>
    private const double Tolerance = 1e-7;

    private readonly double[] _centred;

    private PrincipalComponents(double[] mean, double[][] axes, double[] variances, double totalVariance)
    {
        (Mean, Axes, Variances, TotalVariance) = (mean, axes, variances, totalVariance);
        _centred = new double[mean.Length];
    }

    /// <summary>Of each dimension.</summary>
    public IReadOnlyList<double> Mean { get; }

    /// <summary>
    /// Two vectors of length 1 at right angles, by falling variance; zeros where the rows differ in no further direction.
    /// </summary>
    public IReadOnlyList<double[]> Axes { get; }

    /// <summary>Along each axis: mean square of the distance from the mean.</summary>
    public IReadOnlyList<double> Variances { get; }

    /// <summary>Over all dimensions.</summary>
    public double TotalVariance { get; }

    /// <param name="rows">Of equal length; none are answered by axes of zeros.</param>
    /// <param name="seed">Of the directions that the search begins with.</param>
    public static PrincipalComponents Of(IReadOnlyList<ReadOnlyMemory<float>> rows, int seed, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var dimension = rows.Count == 0 ? 0 : rows[0].Length;
        var covariance = new Covariance(rows, dimension, cancellationToken);
        var basis = new List<double[]>();
        var images = new List<double[]>();
        var random = new Random(seed);
        var block = Enumerable.Range(0, BlockSize).Select(
            _ => Enumerable.Range(0, dimension).Select(_ => random.NextDouble() - 0.5).ToArray()).ToList();
        var best = new Ritz([], [], 0);
        while (covariance.Total > 0 && basis.Count < Math.Min(dimension, MostDirections) && Orthonormal(block, basis) is
            { Count: > 0 } next)
        {
            basis.AddRange(next);
            block = covariance.Apply(next);
            images.AddRange(block);
            block = [.. block.Select(image => (double[])image.Clone())];
            if (basis.Count % LookEvery == 0)
            {
                best = Ritz.Of(basis, images);
                if (best.Residual <= Tolerance * best.Values[0])
                {
                    break;
                }
            }
        }

        if (basis.Count % LookEvery != 0)
        {
            best = Ritz.Of(basis, images);
        }

        var axes = best.Vectors.Concat(Enumerable.Range(0, Count - best.Vectors.Count).Select(_ => new double[dimension])).ToArray();
        var values = best.Values.Concat(Enumerable.Repeat(0.0, Count - best.Values.Count)).ToArray();
        for (var i = 0; i < Count; i++)
        {
            // Rounding leaves a trace of a direction where there is none.
            axes[i] = values[i] > 1e-12 * covariance.Total ? Signed(axes[i]) : new double[dimension];
        }

        return new(covariance.Mean, axes, [.. values.Select(value => Math.Max(0, value))], covariance.Total);
    }

    /// <summary>Coordinates of a row along both axes. Not for two threads at once.</summary>
    public (double X, double Y) Project(ReadOnlySpan<float> row)
    {
        Covariance.Centre(row, (double[])Mean, _centred);
        return (TensorPrimitives.Dot<double>(_centred, Axes[0]), TensorPrimitives.Dot<double>(_centred, Axes[1]));
    }

    /// <summary>
    /// What of the vectors lies in no direction of the basis, at right angles and of length 1. Twice over: once leaves rounding.
    /// </summary>
    private static List<double[]> Orthonormal(List<double[]> vectors, List<double[]> basis)
    {
        var kept = new List<double[]>();
        foreach (var vector in vectors)
        {
            var before = TensorPrimitives.Norm<double>(vector);
            for (var pass = 0; pass < 2; pass++)
            {
                foreach (var known in basis.Concat(kept))
                {
                    TensorPrimitives.MultiplyAdd<double>(known, -TensorPrimitives.Dot<double>(vector, known), vector, vector);
                }
            }

            var length = TensorPrimitives.Norm<double>(vector);
            if (length > 1e-10 * before && basis.Count + kept.Count < vector.Length)
            {
                TensorPrimitives.Divide(vector, length, vector);
                kept.Add(vector);
            }
        }

        return kept;
    }

    private static double[] Signed(double[] axis)
    {
        if (axis[TensorPrimitives.IndexOfMaxMagnitude<double>(axis)] < 0)
        {
            TensorPrimitives.Negate<double>(axis, axis);
        }

        return axis;
    }

    /// <summary>The best axes within the directions tried so far.</summary>
    /// <param name="Residual">Length of what the worst of them lacks.</param>
    private sealed record Ritz(IReadOnlyList<double> Values, IReadOnlyList<double[]> Vectors, double Residual)
    {
        public static Ritz Of(List<double[]> basis, List<double[]> images)
        {
            double[][] small = [.. basis.Select(_ => new double[basis.Count])];
            for (var i = 0; i < basis.Count; i++)
            {
                for (var j = 0; j <= i; j++)
                {
                    small[i][j] = small[j][i] = TensorPrimitives.Dot<double>(basis[i], images[j]);
                }
            }

            var (values, weights) = SymmetricEigen.Of(small);
            var count = Math.Min(Count, basis.Count);
            double[][] vectors = [.. weights.Take(count).Select(weight => Sum(basis, weight))];
            var residual = Enumerable.Range(0, count).Max(
                i => TensorPrimitives.Distance<double>(Sum(images, weights[i]), Scaled(vectors[i], values[i])));
            return new([.. values.Take(count)], vectors, residual);
        }

        private static double[] Sum(List<double[]> vectors, double[] weights)
        {
            var sum = new double[vectors[0].Length];
            for (var i = 0; i < weights.Length; i++)
            {
                TensorPrimitives.MultiplyAdd<double>(vectors[i], weights[i], sum, sum);
            }

            return sum;
        }

        private static double[] Scaled(double[] vector, double factor)
        {
            var scaled = new double[vector.Length];
            TensorPrimitives.Multiply(vector, factor, scaled);
            return scaled;
        }
    }
}
