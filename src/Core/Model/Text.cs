using System.Globalization;

namespace EmbSync.Core.Model;

/// <summary>Text for people reads the same on every machine: invariant numbers and dates.</summary>
public static class Text
{
    public static string Of(FormattableString text) => FormattableString.Invariant(text);

    /// <summary>Thousands separated, no decimals.</summary>
    public static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A count with its noun: <c>1 item</c>, <c>2 items</c>, <c>0 entries</c>.</summary>
    /// <param name="noun">In the singular.</param>
    public static string Count(long value, string noun) => $"{Number(value)} {Noun(value, noun)}";

    /// <summary>The noun as it stands behind that number.</summary>
    public static string Noun(long value, string noun)
    {
        ArgumentNullException.ThrowIfNull(noun);
        return value == 1 ? noun
            : noun is [.., not ('a' or 'e' or 'i' or 'o' or 'u'), 'y'] ? noun[..^1] + "ies"
            : noun.EndsWith('s') || noun.EndsWith('x') || noun.EndsWith("ch", StringComparison.Ordinal)
                || noun.EndsWith("sh", StringComparison.Ordinal) ? noun + "es"
            : noun + "s";
    }

    /// <summary>So many in a second, which may be a part of one: <c>1 row a second</c>, <c>0.4 rows a second</c>.</summary>
    public static string Rate(double value, string noun) =>
        value is > 0 and < 0.95 ? Of($"{value:0.0} {Noun(2, noun)} a second") : $"{Count((long)Math.Round(value), noun)} a second";

    /// <summary>The word that agrees with a number: <c>is</c> or <c>are</c>.</summary>
    public static string Agreeing(long value, string one, string many) => value == 1 ? one : many;
}
