using System.Text;
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
            text.Append(ink.Bold(Text.Of($"{result.Score:0.000}"))).Append("  ").Append(Plain.Line(result.Path ?? result.Id));
            text.Append(result.Lines is { } lines ? Text.Of($":{lines.Start}") : "");
            text.Append("  ").Append(ink.Good(Plain.Line(result.Title)));
            text.Append(result.Heading.Length > 0 && result.Heading != result.Title ? ink.Dim("  " + Plain.Line(result.Heading)) : "").Append('\n');
            if (result.Snippet is { Length: > 0 } snippet)
            {
                text.Append("       ").Append(Shortened(Plain.Line(snippet))).Append('\n');
            }
        }

        text.Append(report.Results.Count == 0 ? "Nothing found.\n" : "");
        text.Append(ink.Dim($"{Plain.Line(report.Model)}, coverage {Figures.Percent(report.Coverage)}"
            + (report.Stale is > 0 and var stale ? $", {Text.Count(stale, "item")} not in step: run 'embsync sync'" : ""))).Append('\n');
        return text.ToString();
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
