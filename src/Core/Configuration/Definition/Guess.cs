using EmbSync.Core.Configuration.Parsing;

namespace EmbSync.Core.Configuration.Definition;

/// <summary>What somebody may have meant by a word that is not known.</summary>
internal static class Guess
{
    /// <summary><c>did you mean 'include'?</c>, or null when nothing is near.</summary>
    public static string? DidYouMean(string given, IEnumerable<string> known) =>
        Nearest(given, known) is { } near ? $"did you mean {Quoting.Quote(near)}?" : null;

    /// <summary>The nearest known word within a third of its length (at least one edit); spelling with other case or dashes is nearest of all.</summary>
    public static string? Nearest(string given, IEnumerable<string> known)
    {
        // Words of a configuration are short; a long one is no slip of the finger, and comparing costs the product of the lengths.
        if (given.Length > 40)
        {
            return null;
        }

        var plain = Plain(given);
        return known.Select(word => (Word: word, Distance: Distance(plain, Plain(word))))
            .Where(near => near.Distance <= Math.Max(1, Plain(near.Word).Length / 3) && near.Distance < Plain(near.Word).Length)
            .OrderBy(near => near.Distance).ThenBy(near => near.Word, StringComparer.Ordinal)
            .Select(near => near.Word).FirstOrDefault();
    }

    private static string Plain(string word) =>
        word.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();

    // Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours.
    private static int Distance(string a, string b)
    {
        var (before, previous, current) = (new int[b.Length + 1], new int[b.Length + 1], new int[b.Length + 1]);
        for (var j = 0; j <= b.Length; j++)
        {
            previous[j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                current[j] = Math.Min(Math.Min(current[j - 1], previous[j]) + 1, previous[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    current[j] = Math.Min(current[j], before[j - 2] + 1);
                }
            }

            (before, previous, current) = (previous, current, before);
        }

        return previous[b.Length];
    }
}
