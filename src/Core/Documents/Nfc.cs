using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace EmbSync.Core.Documents;

/// <summary>
/// Unicode normalisation form C (UAX 15). The runtime's own does nothing without ICU (invariant globalisation), and what it does with
/// ICU depends on the machine; hashes may not.
/// </summary>
internal static class Nfc
{
    private const int HangulS = 0xAC00, HangulL = 0x1100, HangulV = 0x1161, HangulT = 0x11A7;
    private const int CountL = 19, CountV = 21, CountT = 28;

    /// <summary>No character below has a class, composes with what is before it, or decomposes for good.</summary>
    private const char FirstUnsafe = '\u0300';

    private static readonly Lazy<Tables> Data = new(Tables.Read);

    public static string Normalize(string text)
    {
        if (text.AsSpan().IndexOfAnyExceptInRange('\0', (char)(FirstUnsafe - 1)) < 0)
        {
            return text;
        }

        var tables = Data.Value;
        StringBuilder? result = null;
        var copied = 0;
        var safe = 0;
        for (var i = 0; i < text.Length;)
        {
            var (point, length) = PointAt(text, i);
            if (!tables.IsUnsafe(point))
            {
                safe = i;
                i += length;
                continue;
            }

            // From the last safe character to the next one nothing outside has a say.
            var end = i + length;
            while (end < text.Length && PointAt(text, end) is var (next, size) && tables.IsUnsafe(next))
            {
                end += size;
            }

            result ??= new(text.Length);
            var start = Math.Max(safe, copied);
            result.Append(text, copied, start - copied);
            tables.AppendNormal(text.AsSpan(start, end - start), result);
            copied = safe = i = end;
        }

        return result?.Append(text, copied, text.Length - copied).ToString() ?? text;
    }

    /// <summary>
    /// Appends the canonical decomposition of one character, whole: itself where it has none. Marks stand in the order of the data.
    /// </summary>
    public static void Decompose(Rune rune, List<(int Point, int Class)> target) => Data.Value.Decompose(rune.Value, target);

    private static (int Point, int Length) PointAt(ReadOnlySpan<char> text, int index) =>
        Rune.DecodeFromUtf16(text[index..], out var rune, out var length) == System.Buffers.OperationStatus.Done
            ? (rune.Value, length)
            : (text[index], 1);

    private sealed record Tables(
        FrozenDictionary<int, (int First, int Second)> Decompositions,
        FrozenDictionary<long, int> Compositions,
        FrozenDictionary<int, int> Classes,
        FrozenSet<int> Unsafe)
    {
        public static Tables Read()
        {
            var decompositions = new Dictionary<int, (int, int)>();
            var compositions = new Dictionary<long, int>();
            var classes = new Dictionary<int, int>();
            var unsafePoints = new HashSet<int>();
            foreach (var entry in NfcData.Decompositions.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries))
            {
                var excluded = entry[0] == '-';
                var equals = entry.IndexOf('=', StringComparison.Ordinal);
                var plus = entry.IndexOf('+', StringComparison.Ordinal);
                var point = Hex(entry.AsSpan(excluded ? 1 : 0, equals - (excluded ? 1 : 0)));
                var first = Hex(entry.AsSpan(equals + 1, (plus < 0 ? entry.Length : plus) - equals - 1));
                var second = plus < 0 ? 0 : Hex(entry.AsSpan(plus + 1));
                decompositions.Add(point, (first, second));
                if (excluded)
                {
                    unsafePoints.Add(point);
                }
                else
                {
                    compositions.Add(Pair(first, second), point);
                    unsafePoints.Add(second);
                }
            }

            foreach (var entry in NfcData.CombiningClasses.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries))
            {
                var equals = entry.IndexOf('=', StringComparison.Ordinal);
                var tilde = entry.IndexOf('~', StringComparison.Ordinal);
                var point = Hex(entry.AsSpan(0, tilde < 0 ? equals : tilde));
                var more = tilde < 0 ? 0 : Hex(entry.AsSpan(tilde + 1, equals - tilde - 1));
                for (var i = point; i <= point + more; i++)
                {
                    classes.Add(i, int.Parse(entry.AsSpan(equals + 1), CultureInfo.InvariantCulture));
                    unsafePoints.Add(i);
                }
            }

            return new(decompositions.ToFrozenDictionary(), compositions.ToFrozenDictionary(), classes.ToFrozenDictionary(),
                unsafePoints.ToFrozenSet());
        }

        /// <summary>Its form or its neighbours' may change: a class, a second in a pair, or a composite that never stays.</summary>
        public bool IsUnsafe(int point) => point >= FirstUnsafe
            && (Unsafe.Contains(point) || point is >= HangulV and < HangulV + CountV or > HangulT and < HangulT + CountT);

        public void AppendNormal(ReadOnlySpan<char> text, StringBuilder target)
        {
            var points = new List<(int Point, int Class)>();
            foreach (var rune in text.EnumerateRunes())
            {
                Decompose(rune.Value, points);
            }

            Order(points);
            Compose(points);
            foreach (var (point, _) in points)
            {
                target.Append(char.ConvertFromUtf32(point));
            }
        }

        /// <summary>The first of a pair may decompose again, the second never does: depth is at most three.</summary>
        public void Decompose(int point, List<(int Point, int Class)> target)
        {
            var syllable = point - HangulS;
            if (syllable is >= 0 and < CountL * CountV * CountT)
            {
                target.Add((HangulL + (syllable / (CountV * CountT)), 0));
                target.Add((HangulV + (syllable % (CountV * CountT) / CountT), 0));
                if (syllable % CountT is > 0 and var tail)
                {
                    target.Add((HangulT + tail, 0));
                }
            }
            else if (Decompositions.TryGetValue(point, out var pair))
            {
                Decompose(pair.First, target);
                if (pair.Second != 0)
                {
                    Decompose(pair.Second, target);
                }
            }
            else
            {
                target.Add((point, Classes.GetValueOrDefault(point)));
            }
        }

        /// <summary>Sorts each run of marks by class; stable, and not quadratic in the length of a run.</summary>
        private static void Order(List<(int Point, int Class)> points)
        {
            for (var start = 0; start < points.Count;)
            {
                var end = start + 1;
                if (points[start].Class != 0)
                {
                    while (end < points.Count && points[end].Class != 0)
                    {
                        end++;
                    }

                    var run = points.GetRange(start, end - start).OrderBy(mark => mark.Class).ToList();
                    for (var i = 0; i < run.Count; i++)
                    {
                        points[start + i] = run[i];
                    }
                }

                start = end;
            }
        }

        private void Compose(List<(int Point, int Class)> points)
        {
            var starter = -1;
            var kept = 0;
            var lastClass = -1;
            for (var i = 0; i < points.Count; i++)
            {
                var (point, rank) = points[i];
                if (starter >= 0 && lastClass < rank + (lastClass < 0 ? 1 : 0) && TryPair(points[starter].Point, point, out var composite))
                {
                    points[starter] = (composite, 0);
                    continue;
                }

                if (rank == 0)
                {
                    starter = kept;
                    lastClass = -1;
                }
                else
                {
                    lastClass = rank;
                }

                points[kept++] = points[i];
            }

            points.RemoveRange(kept, points.Count - kept);
        }

        private bool TryPair(int first, int second, out int composite)
        {
            var lead = first - HangulL;
            var vowel = second - HangulV;
            if (lead is >= 0 and < CountL && vowel is >= 0 and < CountV)
            {
                composite = HangulS + (((lead * CountV) + vowel) * CountT);
                return true;
            }

            var syllable = first - HangulS;
            var tail = second - HangulT;
            if (syllable is >= 0 and < CountL * CountV * CountT && syllable % CountT == 0 && tail is > 0 and < CountT)
            {
                composite = first + tail;
                return true;
            }

            return Compositions.TryGetValue(Pair(first, second), out composite);
        }

        private static long Pair(int first, int second) => ((long)first << 32) | (uint)second;

        private static int Hex(ReadOnlySpan<char> digits) => int.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
