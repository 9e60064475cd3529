namespace EmbSync.Core.Documents.Chunking;

/// <summary>
/// The best border in any range, in logarithmic time: scanning would be quadratic on documents of a million words. Higher rank wins, then
/// the larger key, then the earlier border.
/// </summary>
internal sealed class BorderTree
{
    private const int None = -1;

    private readonly (int Rank, ulong Key)[] values;
    private readonly int[] best;
    private readonly int size;

    /// <param name="values">A negative rank is no border.</param>
    public BorderTree((int Rank, ulong Key)[] values)
    {
        this.values = values;
        size = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, values.Length));
        best = new int[2 * size];
        for (var i = 0; i < size; i++)
        {
            best[size + i] = i < values.Length && values[i].Rank >= 0 ? i : None;
        }

        for (var i = size - 1; i > 0; i--)
        {
            best[i] = Better(best[2 * i], best[(2 * i) + 1]);
        }
    }

    /// <summary>
    /// Index of the best border from <paramref name="first"/> to <paramref name="last"/>, both inclusive; null when there is none.
    /// </summary>
    public int? Best(int first, int last)
    {
        var result = None;
        var (low, high) = (first + size, last + size + 1);
        for (; low < high; (low, high) = (low / 2, high / 2))
        {
            if ((low & 1) == 1)
            {
                result = Better(result, best[low++]);
            }

            if ((high & 1) == 1)
            {
                result = Better(result, best[--high]);
            }
        }

        return result == None ? null : result;
    }

    private int Better(int left, int right)
    {
        if (left == None || right == None)
        {
            return left == None ? right : left;
        }

        var order = values[left].CompareTo(values[right]);
        return order > 0 || (order == 0 && left < right) ? left : right;
    }
}
