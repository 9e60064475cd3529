using System.Numerics.Tensors;

namespace EmbSync.Core.Jobs.Map;

/// <summary>Items whose vectors point almost the same way: every pair is compared, exactly.</summary>
/// <param name="Pairs">Pairs at or above the threshold.</param>
/// <param name="Groups">Items that such pairs connect, largest group first; numbers of rows, in order.</param>
internal sealed record NearDuplicates(long Pairs, IReadOnlyList<DuplicateGroup> Groups)
{
    /// <summary>Rows that stay in the processor's cache while others pass by.</summary>
    private const int Block = 64;

    /// <summary>What rounding may take from a cosine of single precision.</summary>
    private const float Rounding = 1e-5f;

    /// <param name="rows">Of equal dimension, of length 1; rows of zeros are like nothing.</param>
    /// <param name="threshold">Least cosine, above 0 to 1.</param>
    public static NearDuplicates Of(IReadOnlyList<ReadOnlyMemory<float>> rows, double threshold, CancellationToken cancellationToken)
    {
        var search = new Search([.. rows], (float)threshold);
        Parallel.For(0, (rows.Count + Block - 1) / Block, new ParallelOptions { CancellationToken = cancellationToken }, search.Compare);
        return search.Found();
    }

    /// <summary>One search: rows by number, and a forest in which those that belong together have one root.</summary>
    private sealed class Search
    {
        private readonly ReadOnlyMemory<float>[] _rows;
        private readonly float _threshold;
        private readonly int _head;
        private readonly float[] _tails;
        private readonly int[] _parents;
        private readonly float[] _closest;
        private readonly Lock _gate = new();
        private long _pairs;

        public Search(ReadOnlyMemory<float>[] rows, float threshold)
        {
            (_rows, _threshold) = (rows, threshold - Rounding);
            var dimension = rows.Length == 0 ? 0 : rows[0].Length;
            _head = Math.Min(dimension, Math.Max(32, dimension / 4));
            _tails = [.. rows.Select(row => TensorPrimitives.Norm(row.Span[_head..]))];
            _parents = [.. Enumerable.Range(0, rows.Length)];
            _closest = new float[rows.Length];
        }

        /// <summary>A block of rows with all that come after.</summary>
        public void Compare(int block)
        {
            var end = Math.Min(_rows.Length, (block + 1) * Block);
            for (var from = block * Block; from < _rows.Length; from += Block)
            {
                for (var i = block * Block; i < end; i++)
                {
                    for (var j = Math.Max(i + 1, from); j < Math.Min(_rows.Length, from + Block); j++)
                    {
                        Compare(i, j);
                    }
                }
            }
        }

        /// <summary>
        /// The first quarter of the dimensions decides for most pairs: what the rest can add is at most the product of its lengths.
        /// </summary>
        private void Compare(int i, int j)
        {
            var a = _rows[i].Span;
            var b = _rows[j].Span;
            var cosine = TensorPrimitives.Dot(a[.._head], b[.._head]);
            if (cosine + (_tails[i] * _tails[j]) < _threshold || (cosine += TensorPrimitives.Dot(a[_head..], b[_head..])) < _threshold)
            {
                return;
            }

            lock (_gate)
            {
                _pairs++;
                _parents[Root(i)] = Root(j);
                (_closest[i], _closest[j]) = (Math.Max(_closest[i], cosine), Math.Max(_closest[j], cosine));
            }
        }

        public NearDuplicates Found() => new(_pairs, [.. Enumerable.Range(0, _rows.Length).GroupBy(Root)
            .Select(group => group.ToList())
            .Where(group => group.Count > 1)
            .Select(group => new DuplicateGroup(group, Math.Min(1, group.Max(i => _closest[i]))))
            .OrderByDescending(group => group.Members.Count).ThenBy(group => group.Members[0])]);

        private int Root(int i)
        {
            while (_parents[i] != i)
            {
                i = _parents[i] = _parents[_parents[i]];
            }

            return i;
        }
    }
}

/// <param name="Closest">Greatest cosine of two of them.</param>
internal sealed record DuplicateGroup(IReadOnlyList<int> Members, float Closest);
