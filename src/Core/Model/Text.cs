using System.Globalization;

namespace EmbSync.Core.Model;

/// <summary>Text for people reads the same on every machine: invariant numbers and dates.</summary>
public static class Text
{
    public static string Of(FormattableString text) => FormattableString.Invariant(text);

    /// <summary>Thousands separated, no decimals.</summary>
    public static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A count with its noun: <c>1 item</c>, <c>2 items</c>.</summary>
    public static string Count(long value, string noun) => $"{Number(value)} {noun}{(value == 1 ? "" : "s")}";
}
