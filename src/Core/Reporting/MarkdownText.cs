using System.Text;
using EmbSync.Core.Jobs;
using EmbSync.Core.Jobs.Doctor;
using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Model;

namespace EmbSync.Core.Reporting;

/// <summary>Reports as Markdown, for job summaries and comments.</summary>
public static class MarkdownText
{
    /// <summary>Rows of a list: a job summary ends at 1 MiB, a comment much earlier. Counts are always whole.</summary>
    private const int Listed = 200;

    public static string Of(StatusReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var text = new StringBuilder();
        text.Append("### embsync status: ").Append(Plain.Markdown(report.Project)).Append("\n\n");
        if (report.Against is { } reference)
        {
            text.Append("If the index held ").Append(Plain.Markdown(reference)).Append(":\n\n");
        }

        text.Append("| source | total | current | missing | stale | orphaned | blocked | coverage |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
        foreach (var s in report.Sources)
        {
            text.Append(Text.Of($"| {Plain.Markdown(s.Name)} | {s.Total:N0} | {s.Current:N0} | {s.Missing:N0} | {s.Stale:N0} | {s.Orphaned:N0} | {s.Blocked:N0} | {Figures.Percent(s.Coverage)} |\n"));
        }

        var e = report.Estimate;
        text.Append("\nA sync would have ")
            .Append(Figures.Purchase(e.Chunks, e.Requests, e.Tokens, e.Cost, e.PriceFrom, e.CalibratedBy, e.Seconds)).Append(".\n");
        var drifted = report.Drift.Where(drift => drift.State != "blocked").ToList();
        if (drifted.Count > 0)
        {
            text.Append("\n| state | where | what |\n| --- | --- | --- |\n");
            foreach (var drift in drifted.Take(Listed))
            {
                text.Append($"| {drift.State} | {Plain.Markdown(Plain.Place(drift.Source, drift.Id, drift.Path))} | {Plain.Markdown(drift.Sentence)} |\n");
            }

            var counts = report.Items;
            AppendRest(text, counts.Missing + counts.Stale + counts.Orphaned - Math.Min(drifted.Count, Listed));
        }

        BlockedText.AppendMarkdown(text, report.Blocked, report.BlockedEntries.Select(Row), Listed);
        WarningText.AppendMarkdown(text, report.Warnings);
        return text.ToString();
    }

    public static string Of(SyncReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var items = report.Items;
        var text = new StringBuilder();
        text.Append(report.DryRun ? "### embsync sync (dry run)\n\n" : $"### embsync sync: {report.Status}\n\n");
        text.Append("| total | new | changed | metadata | unchanged | deleted | blocked |\n| ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
        text.Append(Text.Of($"| {items.Total:N0} | {items.New:N0} | {items.Changed:N0} | {items.Metadata:N0} | {items.Unchanged:N0} | {items.Deleted:N0} | {items.Failed:N0} |\n\n"));
        text.Append(Text.Of($"{Text.Count(report.Chunks.Embedded, "chunk")} embedded, {report.Chunks.Reused:N0} reused, {Text.Count(report.Requests, "request")}. "));
        text.Append($"Cost {Figures.Cost(report.Cost.Estimated)} estimated, {(report.DryRun ? "nothing bought" : Figures.Cost(report.Cost.Actual) + " actual")}.\n");
        foreach (var refused in report.Refused)
        {
            text.Append("\nNot deleted: ").Append(Plain.Markdown(refused.Message)).Append(".\n");
        }

        BlockedText.AppendMarkdown(text, BlockedGroup.Of(report.Errors.Select(error => error.Code)), report.Errors.Select(Row), Listed);
        WarningText.AppendMarkdown(text, report.Warnings);
        return text.ToString();
    }

    public static string Of(DoctorReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var text = new StringBuilder();
        text.Append("### embsync doctor: ").Append(Plain.Markdown(report.Target)).Append("\n\n")
            .Append(Plain.Markdown(DoctorText.Verdict(report, Ink.Plain))).Append('\n');
        if (report.Columns.Count > 0)
        {
            text.Append("\n| column | rows | coverage | index | search |\n| --- | ---: | ---: | --- | --- |\n");
            foreach (var column in report.Columns)
            {
                text.Append($"| {Plain.Markdown(column.Table)}.{Plain.Markdown(column.Column)} | {DoctorText.Rows(column)} | {DoctorText.Coverage(column)} | {Plain.Markdown(DoctorText.Index(column))} | {DoctorText.Search(column)} |\n");
            }
        }

        if (report.Findings.Count > 0)
        {
            text.Append("\n| severity | code | where | what | mend |\n| --- | --- | --- | --- | --- |\n");
            foreach (var finding in report.Findings)
            {
                text.Append($"| {finding.Severity} | {finding.Code} | {Plain.Markdown(finding.Subject)} | {Plain.Markdown(finding.Problem)} | {Plain.Markdown(finding.Mend?.Text)} |\n");
            }
        }

        return text.ToString();
    }

    private static (string, string, string) Row(SyncError error) =>
        (error.Code, Plain.Place(error.Source, error.Id, error.Path) + (error.Line is { } line ? Text.Of($":{line}") : ""), error.Message);

    private static void AppendRest(StringBuilder text, int more) =>
        text.Append(more > 0 ? Text.Of($"\nand {more:N0} more\n") : "");
}
