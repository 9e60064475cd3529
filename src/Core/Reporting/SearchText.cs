using System.Text;
using EmbSync.Core.Jobs.Search;
using EmbSync.Core.Model;

namespace EmbSync.Core.Reporting;

/// <summary>Search results as people read them on a terminal.</summary>
public static class SearchText
{
    /// <summary>Characters of a snippet that are shown; JSON carries all of it.</summary>
    private const int SnippetLength = 160;

    public static string Of(SearchReport report, Ink ink)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(ink);
        var text = new StringBuilder();
        foreach (var result in report.Results)
        {
            text.Append(ink.Bold(Text.Of($"{result.Score:0.000}"))).Append("  ").Append(Plain.Place(result.Source, result.Id, result.Path));
            text.Append(result.Lines is { } lines && result.Path is not null ? Text.Of($":{lines.Start}") : "");
            text.Append(result.Path is not null && result.Path != result.Id ? "  " + ink.Dim($"[{Plain.Line(result.Id)}]") : "");
            text.Append("  ").Append(ink.Good(Plain.Line(result.Title)));
            text.Append(result.Heading.Length > 0 && result.Heading != result.Title ? ink.Dim("  " + Plain.Line(result.Heading)) : "")
                .Append('\n');
            if (result.Snippet is { Length: > 0 } snippet)
            {
                text.Append("       ").Append(Shortened(Plain.Line(snippet))).Append('\n');
            }
        }

        return text.ToString();
    }

    /// <summary>Who answered, and how much of the sources is known to the index.</summary>
    public static string Status(SearchReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var blocked = report.Items is { Blocked: > 0 and var number } ? $", {Text.Number(number)} blocked" : "";
        var stale = report.Stale switch
        {
            null => "; what is out of step can't be told now: 'embsync status' says it",
            0 => "",
            var items => $", {Text.Count(items.Value, "item")} not in step: run 'embsync sync'",
        };
        return $"{(report.Results.Count == 0 ? "nothing found; " : "")}{report.Model}, coverage {Figures.Percent(report.Coverage)}{blocked}{stale}";
    }

    private static string Shortened(string snippet)
    {
        if (snippet.Length <= SnippetLength)
        {
            return snippet;
        }

        var end = snippet.LastIndexOf(' ', SnippetLength);
        end = end > SnippetLength / 2 ? end : SnippetLength;
        return snippet[..(char.IsHighSurrogate(snippet[end - 1]) ? end - 1 : end)] + " …";
    }
}
