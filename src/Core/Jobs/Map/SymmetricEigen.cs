namespace EmbSync.Core.Jobs.Map;

/// <summary>Eigenvalues and vectors of a small symmetric matrix by Jacobi's rotations: exact to rounding, cubic in its size.</summary>
internal static class SymmetricEigen
{
    private const int MostSweeps = 60;

    /// <param name="matrix">Symmetric, n by n; left alone.</param>
    /// <returns>Values from the largest down, and for each the vector of length 1 that belongs to it.</returns>
    public static (double[] Values, double[][] Vectors) Of(double[][] matrix)
    {
        var n = matrix.Length;
        double[][] a = [.. matrix.Select(row => (double[])row.Clone())];
        double[][] v = [.. Enumerable.Range(0, n).Select(i => Enumerable.Range(0, n).Select(j => i == j ? 1.0 : 0).ToArray())];

        for (var sweep = 0; sweep < MostSweeps && OffDiagonal(a) > 1e-15 * Norm(a); sweep++)
        {
            for (var p = 0; p < n; p++)
            {
                for (var q = p + 1; q < n; q++)
                {
                    Rotate(a, v, p, q);
                }
            }
        }

        int[] order = [.. Enumerable.Range(0, n).OrderByDescending(i => a[i][i])];
        return ([.. order.Select(i => a[i][i])], [.. order.Select(i => Enumerable.Range(0, n).Select(row => v[row][i]).ToArray())]);
    }

    /// <summary>Makes the entry at p, q zero.</summary>
    private static void Rotate(double[][] a, double[][] v, int p, int q)
    {
        if (a[p][q] == 0)
        {
            return;
        }

        var theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
        var t = (theta >= 0 ? 1 : -1) / (Math.Abs(theta) + Math.Sqrt((theta * theta) + 1));
        var c = 1 / Math.Sqrt((t * t) + 1);
        var s = t * c;
        var n = a.Length;
        for (var k = 0; k < n; k++)
        {
            (a[k][p], a[k][q]) = ((c * a[k][p]) - (s * a[k][q]), (s * a[k][p]) + (c * a[k][q]));
        }

        for (var k = 0; k < n; k++)
        {
            (a[p][k], a[q][k]) = ((c * a[p][k]) - (s * a[q][k]), (s * a[p][k]) + (c * a[q][k]));
            (v[k][p], v[k][q]) = ((c * v[k][p]) - (s * v[k][q]), (s * v[k][p]) + (c * v[k][q]));
        }
    }

    private static double OffDiagonal(double[][] a) => Length(a, (i, j) => i != j);

    private static double Norm(double[][] a) => Length(a, (_, _) => true);

    private static double Length(double[][] a, Func<int, int, bool> counts)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
        {
            for (var j = 0; j < a.Length; j++)
            {
                sum += counts(i, j) ? a[i][j] * a[i][j] : 0;
            }
        }

        return Math.Sqrt(sum);
    }
}
