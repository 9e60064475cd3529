using System.Text;
using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Model;

namespace EmbSync.Core.Reporting;

/// <summary>The status as people read it on a terminal.</summary>
public static class StatusText
{
    public static string Of(StatusReport report, Ink ink)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(ink);
        var text = new StringBuilder();
        text.Append(ink.Bold(Plain.Line(report.Project)))
            .Append(report.Commit is { } commit ? $" at {commit[..Math.Min(10, commit.Length)]}" : "").Append('\n');
        text.Append("store  ").Append(Plain.Line(report.Store)).Append('\n');
        foreach (var space in report.Spaces)
        {
            text.Append("space  ").Append(Text.Of($"{space.Name}: {Plain.Line(space.Provider)} {Plain.Line(space.Model)}, {Text.Count(space.Dimension, "dimension")}")).Append(report.Spaces.Count > 1 ? $", {Figures.Percent(space.Coverage)}" : "").Append('\n');
        }

        text.Append('\n').Append(Sources(report).Render(ink));
        if (report.Types.Count > 1)
        {
            text.Append('\n').Append(Types(report).Render(ink));
        }

        if (report.Runs.Count > 0)
        {
            text.Append('\n').Append(Runs(report).Render(ink));
        }

        text.Append('\n').Append(Text.Of($"{report.Chunks.Embedded:N0} of {Text.Count(report.Chunks.Total, "chunk")} embedded; "));
        var estimate = report.Estimate;
        text.Append(Figures.Purchase(estimate.Chunks, estimate.Requests, estimate.Tokens, estimate.Cost, estimate.PriceFrom,
            estimate.CalibratedBy, estimate.Seconds)).Append('\n');
        AppendDrift(text, report, ink);
        WarningText.AppendList(text, report.Warnings, ink);
        text.Append('\n').Append(Verdict(report, ink)).Append('\n');
        return text.ToString();
    }

    internal static PlainTable Sources(StatusReport report)
    {
        var table = new PlainTable("source", "total>", "current>", "missing>", "stale>", "orphaned>", "blocked>", "coverage>");
        foreach (var s in report.Sources)
        {
            table.Add(Plain.Line(s.Name), Text.Number(s.Total), Text.Number(s.Current), Text.Number(s.Missing), Text.Number(s.Stale),
                Text.Number(s.Orphaned), Text.Number(s.Blocked), Figures.Percent(s.Coverage));
        }

        return table;
    }

    internal static PlainTable Types(StatusReport report)
    {
        var table = new PlainTable("type", "total>", "with embeddings>", "pending>", "coverage>");
        foreach (var t in report.Types)
        {
            table.Add(Plain.Line(t.Type), Text.Number(t.Total), Text.Number(t.Embedded), Text.Number(t.Pending), Figures.Percent(
                t.Coverage));
        }

        return table;
    }

    private static PlainTable Runs(StatusReport report)
    {
        var table = new PlainTable("run>", "command", "status", "items>", "processed>", "started (UTC)", "completed (UTC)");
        foreach (var run in report.Runs)
        {
            table.Add(Text.Number(run.Id), Plain.Line(run.Command), run.Status, Text.Number(run.ItemsTotal), Text.Number(
                run.ItemsProcessed),
                RunsText.Time(run.Started), run.Completed is { } end ? RunsText.Time(end) : "-");
        }

        return table;
    }

    private static void AppendDrift(StringBuilder text, StatusReport report, Ink ink)
    {
        text.Append(report.Drift.Any(drift => drift.State != "blocked") ? "\n" : "");
        foreach (var drift in report.Drift.Where(drift => drift.State != "blocked"))
        {
            text.Append(ink.Warn(drift.State.PadRight(9))).Append(' ').Append(Plain.Place(drift.Source, drift.Id, drift.Path));
            text.Append(drift.Line is { } line ? Text.Of($":{line}") : "");
            text.Append(drift.Path is not null && drift.Id != drift.Path ? " " + ink.Dim($"[{Plain.Line(drift.Id)}]") : "");
            text.Append(drift.Title.Length > 0 ? " " + Plain.Line(drift.Title) : "");
            text.Append(drift.Reasons.Count > 0 ? " " + ink.Dim($"({string.Join(", ", drift.Reasons)})") : "").Append('\n');
        }

        BlockedText.AppendList(text, report, ink);
        var hidden = report.Items.Missing + report.Items.Stale + report.Items.Orphaned + report.Items.Blocked - report.Drift.Count;
        text.Append(hidden > 0 ? ink.Dim($"and {Text.Number(hidden)} more; raise --limit to list them") + "\n" : "");
    }

    private static string Verdict(StatusReport report, Ink ink)
    {
        var items = report.Items;
        if (!report.HasDrift && items.Metadata == 0)
        {
            return items.Total == 0 ? ink.Warn("No items found.") : ink.Good("In step.");
        }

        if (report.HasUnmatched && items.Missing + items.Stale + items.Orphaned + items.Metadata + items.Blocked == 0)
        {
            return ink.Warn(items.Total == 0 ? "No items found: correct the patterns named above."
                : "In step, but for the patterns named above.");
        }

        var pending = items.Missing + items.Stale + items.Orphaned + items.Metadata;
        return (pending > 0 ? "Next: embsync sync --dry-run, then embsync sync" : "")
            + (pending > 0 && items.Blocked > 0 ? ". " : "")
            + (items.Blocked > 0 ? $"{Text.Count(items.Blocked, "blocked item")}: mend what is named above, exclude it, or accept it in the configuration" : "");
    }
}
