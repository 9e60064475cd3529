using System.Globalization;
using System.Text.RegularExpressions;
using EmbSync.Core.Model;

namespace EmbSync.Core.Sources.Rows;

/// <summary>
/// Priority and time of change of a row, of whatever type its column is, read from their text. They only order work: what lies beyond what
/// stores can hold counts as
/// the last that they can, and what can't be read counts as none. Neither ever keeps a row, or a run, from being done.
/// </summary>
internal static partial class RowOrder
{
    /// <summary>
    /// A day from the ends of the calendar: PostgreSQL's driver takes those for infinity, and time zones lead beyond them.
    /// </summary>
    public static readonly DateTimeOffset Earliest = new(1, 1, 2, 0, 0, 0, TimeSpan.Zero);

    /// <inheritdoc cref="Earliest"/>
    public static readonly DateTimeOffset Latest = new(9999, 12, 30, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Null for none, and for what is no number.</summary>
    public static int? PriorityOf(string? written) => written?.Trim() switch
    {
        null or "" => null,
        "true" or "t" => 1,
        "false" or "f" => 0,
        var text => Number(text) is { } number
        ? (int)Math.Clamp(Math.Round(number, MidpointRounding.AwayFromZero), int.MinValue, int.MaxValue) : null,
    };

    /// <summary>
    /// Null for none, and for what is no time. A number is one since 1970, in seconds, or by its size in milli-, micro- or nanoseconds.
    /// </summary>
    public static DateTimeOffset? TimeOf(string? written)
    {
        var text = written?.Trim();
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        if (Number(text) is { } number)
        {
            return OfSeconds(number / Scale(Math.Abs(number)));
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? Within(time)
            : BeforeChrist().IsMatch(text) ? Earliest
            : BeyondYear9999().IsMatch(text) ? Latest
            : null;
    }

    /// <summary>Both, with what people should know where one could not be read.</summary>
    public static (int? Priority, DateTimeOffset? UpdatedAt, IReadOnlyList<ItemWarning> Warnings) Read(string? priority, string? updatedAt)
    {
        var (rank, time) = (PriorityOf(priority), TimeOf(updatedAt));
        var warnings = new List<ItemWarning>();
        if (rank is null && !string.IsNullOrWhiteSpace(priority))
        {
            warnings.Add(new(ProblemCodes.UnreadableOrder, null,
                $"its priority '{Shown(priority)}' is no number: the source's priority is taken. Make it a number"));
        }

        if (time is null && !string.IsNullOrWhiteSpace(updatedAt))
        {
            warnings.Add(new(ProblemCodes.UnreadableOrder, null,
                $"its time of change '{Shown(updatedAt)}' is no time such as 2025-01-31T12:00:00Z: it is taken as unknown"));
        }

        return (rank, time, warnings);
    }

    /// <summary>Infinities too; not what is no number at all.</summary>
    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && !double.IsNaN(number) ? number : null;

    private static double Scale(double size) => size switch
    {
        >= 1e17 => 1e9,
        >= 1e14 => 1e6,
        >= 1e11 => 1e3,
        _ => 1,
    };

    private static DateTimeOffset OfSeconds(double seconds) =>
        DateTimeOffset.UnixEpoch.AddTicks(
            (long)(Math.Clamp(seconds, (Earliest - DateTimeOffset.UnixEpoch).TotalSeconds,
            (Latest - DateTimeOffset.UnixEpoch).TotalSeconds) * TimeSpan.TicksPerSecond));

    private static DateTimeOffset Within(DateTimeOffset time) => time < Earliest ? Earliest : time > Latest ? Latest : time;

    private static string Shown(string text) => text.Trim() is { Length: > 40 } trimmed ? trimmed[..40] + "..." : text.Trim();

    /// <summary>As PostgreSQL and ISO 8601 write it, and what is before the first moment in a time zone.</summary>
    [GeneratedRegex(@"^(-\d+-\d|0001-01-01\b)|\bBC$", RegexOptions.IgnoreCase)]
    private static partial Regex BeforeChrist();

    [GeneratedRegex(@"^(\+?\d{5,}-\d|9999-12-31\b)")]
    private static partial Regex BeyondYear9999();
}
