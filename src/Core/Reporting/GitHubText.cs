using System.Text;
using EmbSync.Core.Jobs;
using EmbSync.Core.Jobs.Doctor;
using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Model;

namespace EmbSync.Core.Reporting;

/// <summary>Annotations as the GitHub Actions runner reads them: workflow commands with their data encoded.</summary>
public static class GitHubText
{
    private static readonly HashSet<(string, string, string)> NoneTold = [];

    public static string Of(StatusReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var text = new StringBuilder();
        foreach (var drift in report.Drift.Where(drift => drift.State != "blocked"))
        {
            Append(text, "warning", drift.Path, drift.Line, drift.Code, drift.Sentence);
        }

        BlockedText.AppendAnnotations(
            text, report.BlockedEntries, NoneTold, null, error => Append(text, "error", error.Path, error.Line, error.Code, error.Message));

        WarningText.AppendAnnotations(
            text, report.Warnings, entry => Append(text, "notice", entry.Path, entry.Line, entry.Code, entry.Message));
        var items = report.Items;
        text.Append("embsync: ").Append(Text.Of($"{items.Current:N0} of {Text.Count(items.Total, "item")} current, {items.Missing:N0} missing, {items.Stale:N0} stale, {items.Orphaned:N0} orphaned, {items.Blocked:N0} blocked; "));
        text.Append(Text.Of($"about {Text.Count(report.Estimate.Tokens, "token")}, ")).Append(Figures.Cost(report.Estimate.Cost)).Append(
            '\n');
        return text.ToString();
    }

    public static string Of(SyncReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var text = new StringBuilder();
        BlockedText.AppendAnnotations(text, report.Errors, report.Told, report.RunId, error => Append(
            text, "error", error.Path, error.Line, error.Code, error.Message));
        foreach (var refused in report.Refused)
        {
            Append(text, "error", null, null, "deletions", refused.Message);
        }

        WarningText.AppendAnnotations(
            text, report.Warnings, entry => Append(text, "notice", entry.Path, entry.Line, entry.Code, entry.Message));
        return text.Append("embsync: ").Append(SyncText.Of(report with { Errors = [], Warnings = WarningReport.None }, Ink.Plain))
            .ToString();
    }

    public static string Of(DoctorReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var text = new StringBuilder();
        foreach (var finding in report.Findings)
        {
            var level = finding.Severity == "info" ? "notice" : finding.Severity;
            Append(text, level, null, null, finding.Code,
                $"{finding.Subject}: {finding.Problem}{(finding.Mend is { } mend ? $" Mend: {mend.Text}" : "")}");
        }

        return text.Append("embsync: ").Append(DoctorText.Verdict(report, Ink.Plain)).Append('\n').ToString();
    }

    private static void Append(StringBuilder text, string level, string? path, int? line, string code, string message)
    {
        text.Append("::").Append(level).Append(' ');
        text.Append(path is null ? "" : $"file={Plain.CommandProperty(Plain.Line(path))},line={line ?? 1},");
        text.Append("title=embsync ").Append(code).Append("::").Append(Plain.CommandData(Plain.Line(message))).Append('\n');
    }
}
