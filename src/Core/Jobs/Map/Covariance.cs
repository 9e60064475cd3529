using System.Numerics.Tensors;

namespace EmbSync.Core.Jobs.Map;

/// <summary>How rows vary about their mean, as a thing that is applied to vectors and never written out.</summary>
internal sealed class Covariance
{
    private readonly IReadOnlyList<ReadOnlyMemory<float>> _rows;
    private readonly double[] _centred;
    private readonly CancellationToken _cancellationToken;

    /// <param name="rows">Each of <paramref name="dimension"/> numbers.</param>
    public Covariance(IReadOnlyList<ReadOnlyMemory<float>> rows, int dimension, CancellationToken cancellationToken)
    {
        (_rows, _centred, _cancellationToken) = (rows, new double[dimension], cancellationToken);
        Mean = new double[dimension];
        foreach (var row in rows)
        {
            TensorPrimitives.ConvertTruncating<float, double>(row.Span, _centred);
            TensorPrimitives.Add<double>(Mean, _centred, Mean);
        }

        TensorPrimitives.Divide(Mean, Math.Max(1.0, rows.Count), Mean);
        Total = rows.Sum(row =>
        {
            Centre(row.Span, Mean, _centred);
            return TensorPrimitives.SumOfSquares<double>(_centred);
        }) / Math.Max(1, rows.Count);
    }

    public double[] Mean { get; }

    /// <summary>Mean square of the distance from the mean.</summary>
    public double Total { get; }

    /// <summary>The covariance times each of the vectors, in one pass over the rows.</summary>
    public List<double[]> Apply(List<double[]> vectors)
    {
        var images = vectors.ConvertAll(vector => new double[vector.Length]);
        foreach (var row in _rows)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            Centre(row.Span, Mean, _centred);
            for (var i = 0; i < vectors.Count; i++)
            {
                TensorPrimitives.MultiplyAdd<double>(_centred, TensorPrimitives.Dot<double>(_centred, vectors[i]), images[i], images[i]);
            }
        }

        images.ForEach(image => TensorPrimitives.Divide(image, (double)_rows.Count, image));
        return images;
    }

    public static void Centre(ReadOnlySpan<float> row, double[] mean, double[] target)
    {
        TensorPrimitives.ConvertTruncating<float, double>(row, target);
        TensorPrimitives.Subtract<double>(target, mean, target);
    }
}
