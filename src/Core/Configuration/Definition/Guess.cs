using EmbSync.Core.Configuration.Parsing;
using EmbSync.Core.Model;

namespace EmbSync.Core.Configuration.Definition;

/// <summary>What somebody may have meant by a word that is not known.</summary>
public static class Guess
{
    /// <summary>The end of a sentence that has none yet: <c>. Did you mean 'include'?</c>; empty when nothing is near.</summary>
    public static string Hint(string given, IEnumerable<string> known) =>
        Nearest(given, known) is { } near ? $". Did you mean {Quoting.Quote(near)}?" : "";

    /// <summary>What there is instead of a name that isn't there: <c>there is 'docs', 'tasks'. Did you mean 'tasks'?</c></summary>
    public static string ThereIs(string given, IEnumerable<string> known)
    {
        ArgumentNullException.ThrowIfNull(known);
        List<string> all = [.. known];
        List<string> listed = [.. Near(given, all).Concat(all).Distinct(StringComparer.Ordinal)];
        return all.Count == 0 ? "there is none"
            : $"there is {string.Join(", ", listed.Take(Listed).Select(Quoting.Quote))}{(listed.Count > Listed ? Text.Of($" and {listed.Count - Listed:N0} more") : "")}{Hint(given, all)}";
    }

    /// <summary>What to use instead of a word that is none of a few: <c>use one of text, json, markdown. Did you mean 'json'?</c></summary>
    public static string Use(string given, IReadOnlyList<string> choices)
    {
        ArgumentNullException.ThrowIfNull(choices);
        return $"use {(choices.Count > 2 ? "one of " : "")}{string.Join(choices.Count == 2 ? " or " : ", ", choices)}{Hint(given, choices)}";
    }

    /// <summary><c>did you mean 'include'?</c>, or null when nothing is near.</summary>
    public static string? DidYouMean(string given, IEnumerable<string> known) =>
        Nearest(given, known) is { } near ? $"did you mean {Quoting.Quote(near)}?" : null;

    /// <summary>Letters of a beginning that tell something.</summary>
    private const int Beginning = 3;

    /// <summary>Names that a message lists.</summary>
    private const int Listed = 12;

    /// <summary>
    /// The nearest known word within a third of its length (at least one edit), or one that begins so; spelling with other case or dashes
    /// is nearest of all.
    /// </summary>
    public static string? Nearest(string given, IEnumerable<string> known) => Near(given, known) is [var nearest, ..] ? nearest : null;

    /// <summary>All that are so near, the nearest first.</summary>
    public static IReadOnlyList<string> Near(string given, IEnumerable<string> known)
    {
        ArgumentNullException.ThrowIfNull(given);
        ArgumentNullException.ThrowIfNull(known);

        // Words of a configuration are short; a long one is no slip of the finger, and comparing costs the product of the lengths.
        if (given.Length > 40)
        {
            return [];
        }

        var plain = Plain(given);
        return [.. known.Distinct(StringComparer.Ordinal).Select(word => (Word: word, Plain: Plain(word))).Where(
            word => MayBeNear(plain, word.Plain))
            .Select(word => (word.Word, word.Plain, Distance: Distance(plain, word.Plain)))
            .Where(near => IsNear(plain, near.Plain, near.Distance))
            .OrderBy(near => near.Distance).ThenBy(near => near.Word, StringComparer.Ordinal)
            .Select(near => near.Word)];
    }

    /// <summary>By their lengths and beginnings: spares most of the work where many words are known.</summary>
    private static bool MayBeNear(string given, string word) =>
        Math.Abs(given.Length - word.Length) <= Math.Max(1, word.Length / 3) || word.StartsWith(given, StringComparison.Ordinal);

    private static bool IsNear(string given, string word, int distance) =>
        (distance <= Math.Max(1, word.Length / 3) && distance < word.Length)
            || (given.Length >= Beginning && word.StartsWith(given, StringComparison.Ordinal));

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
