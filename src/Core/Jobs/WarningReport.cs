using EmbSync.Core.Model;
using EmbSync.Core.Planning;

namespace EmbSync.Core.Jobs;

/// <summary>Details that cost no item and no exit code, grouped by code.</summary>
/// <param name="Total">All of them.</param>
/// <param name="Groups">By code; the counts are whole.</param>
/// <param name="Items">One by one, as many as are listed.</param>
public sealed record WarningReport(int Total, IReadOnlyList<WarningGroup> Groups, IReadOnlyList<WarningEntry> Items)
{
    public static readonly WarningReport None = new(0, [], []);

    /// <summary>So many of each code are listed where nobody says how many: receipts and job summaries keep the list.</summary>
    internal const int Listed = 20;

    /// <param name="limit">Entries at most; null for the first ones of each code.</param>
    internal static WarningReport Of(IEnumerable<SourceWarning> warnings, int? limit)
    {
        var all = warnings.ToList();
        if (all.Count == 0)
        {
            return None;
        }

        var groups = all.GroupBy(warning => warning.Code, StringComparer.Ordinal).OrderBy(
            group => group.Key, StringComparer.Ordinal).ToList();
        return new(
            all.Count,
            [.. groups.Select(group => new WarningGroup(
            group.Key, group.DistinctBy(warning => (warning.Source, warning.Id)).Count(), Meaning(group.Key)))],
            [.. (limit is { } most ? all.Take(most) : groups.SelectMany(group => group.Take(Listed)))
                .Select(warning => new WarningEntry(
                    warning.Source, warning.Id, warning.Code, warning.Message, warning.Path, warning.Line))]);
    }

    /// <summary>Of two parts of one run.</summary>
    internal WarningReport And(WarningReport next) => next.Total == 0 ? this : Total == 0 ? next : new(
        Total + next.Total,
        [.. Groups.Concat(next.Groups).GroupBy(group => group.Code, StringComparer.Ordinal).OrderBy(
        group => group.Key, StringComparer.Ordinal)
            .Select(group => group.First() with { Items = group.Sum(one => one.Items) })],
        [.. Items.Concat(next.Items).GroupBy(entry => entry.Code, StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal).SelectMany(group => group.Take(Listed))]);

    /// <summary>What a code says, as the end of a sentence that begins with the items.</summary>
    internal static string Meaning(string code) => code switch
    {
        ProblemCodes.FrontMatterTooDeep => "front matter is nested too deep to be read whole",
        ProblemCodes.FrontMatterAlias => "front matter has YAML aliases or tags that were read as text",
        ProblemCodes.FrontMatterInvalid => "front matter is not valid, and was read as well as it can be",
        ProblemCodes.NestedTooDeep => "Markdown is nested too deep, and is embedded as plain paragraphs",
        ProblemCodes.DuplicateId => "an id is claimed by several files; all are kept",
        ProblemCodes.ConflictMarkers => "conflict markers of an unfinished merge are left out, both sides are embedded",
        ProblemCodes.InvalidId => "the id key gives no id, so the path is the id",
        ProblemCodes.NotText => "data without words is left out",
        ProblemCodes.ManyChunks => "the text makes very many chunks",
        ProblemCodes.NoMatch => "a pattern matches no file",
        ProblemCodes.OtherEncoding => "the text is not UTF-8, and was read as another encoding",
        _ => "a detail could not be taken as it stands",
    };
}

/// <param name="Items">Items with this warning.</param>
/// <param name="Meaning">In a few words.</param>
public sealed record WarningGroup(string Code, int Items, string Meaning)
{
    /// <summary>The group in one line.</summary>
    internal string Line => $"{Code}: {Text.Count(Items, Code == ProblemCodes.NoMatch ? "pattern" : "item")}: {Meaning}";
}

public sealed record WarningEntry(string Source, string Id, string Code, string Message, string? Path, int? Line)
{
    /// <summary>Where it is, as editors read it.</summary>
    internal string Place => Plain.Line(Path ?? Id) + (Line is { } line ? Text.Of($":{line}") : "");
}
