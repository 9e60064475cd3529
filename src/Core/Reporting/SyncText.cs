using System.Text;
using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Model;

namespace EmbSync.Core.Reporting;

/// <summary>The result of a sync as people read it on a terminal.</summary>
public static class SyncText
{
    public static string Of(SyncReport report, Ink ink)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(ink);
        var text = new StringBuilder();
        var items = report.Items;
        var deleted = report.DryRun ? "to delete" : "deleted";
        text.Append(Text.Of($"{Text.Count(items.Total, "item")}: {items.New:N0} new, {items.Changed:N0} changed, {items.Metadata:N0} metadata, {items.Unchanged:N0} unchanged, {items.Deleted:N0} {deleted}"));
        text.Append(items.Refused > 0 ? ink.Bad(Text.Of($" ({items.Refused:N0} refused)")) : "").Append(", ");
        text.Append(items.Failed > 0 ? ink.Bad(Text.Of($"{items.Failed:N0} blocked")) : "0 blocked").Append('\n');
        text.Append(report.DryRun ? Planned(report) : Executed(report)).Append('\n');
        foreach (var source in report.Sources.Count > 1 || report.Sources.Any(source => source.Type != "markdown") ? report.Sources : [])
        {
            text.Append(Text.Of($"  {Plain.Line(source.Name)}: {source.New:N0} new, {source.Stale:N0} stale, {source.Unchanged:N0} unchanged"))
                .Append(source.Orphaned > 0 ? Text.Of($", {source.Orphaned:N0} gone") : "")
                    .Append(source.Blocked > 0 ? Text.Of($", {source.Blocked:N0} blocked") : "").Append('\n');
        }

        foreach (var space in report.Spaces.Count > 1 ? report.Spaces : [])
        {
            text.Append(Text.Of($"  {space.Name}: {Plain.Line(space.Model)}, {Text.Count(space.Dimension, "dimension")}: {Text.Count(space.Chunks, "chunk")}, {Text.Count(space.Requests, "request")}, {Figures.Cost(report.DryRun ? space.Cost.Estimated : space.Cost.Actual)}\n"));
        }

        BlockedText.AppendGroups(text, report.Errors, report.Told, report.RunId, ink);
        WarningText.AppendGroups(text, report.Warnings, ink);
        if (report.Held.Count > 0)
        {
            text.Append(Text.Count(report.Held.Count, "item")).Append(" left as embeddings.autoIndex says\n");
        }

        if (report.Remaining > report.Held.Count)
        {
            text.Append(Text.Count(report.Remaining - report.Held.Count, "item")).Append(" left for the next run\n");
        }

        text.Append(Verdict(report, ink)).Append('\n');
        return text.ToString();
    }

    private static string Planned(SyncReport report) =>
        Figures.Purchase(report.Chunks.Embedded, report.Requests, report.Tokens.Estimated, report.Cost.Estimated, report.Cost.PriceFrom,
            report.Tokens.CalibratedBy, report.Seconds)
        + (report.Chunks.Reused > 0 ? $"; {Text.Count(report.Chunks.Reused, "chunk")} reused" : "");

    private static string Executed(SyncReport report)
    {
        var line = new StringBuilder(Text.Of($"{Text.Count(report.Chunks.Embedded, "chunk")} embedded, {report.Chunks.Reused:N0} reused, {Text.Count(report.Requests, "request")}"));
        if (report.Requests > 0)
        {
            line.Append(report.Retries > 0 ? Text.Of($" ({report.Retries:N0} of them again)") : "").Append(
                Text.Of($"; tokens {report.Tokens.Estimated:N0} estimated, "))
                .Append(report.Tokens.Billed is { } billed ? Text.Of($"{billed:N0} billed") : "bill unknown")
                .Append($"; cost {Figures.Cost(report.Cost.Estimated)} estimated, {Figures.Cost(report.Cost.Actual)} actual");
        }

        return line.Append($"; {Figures.Seconds(report.Seconds)}").ToString();
    }

    private static string Verdict(SyncReport report, Ink ink) => report.Status switch
    {
        "planned" => ink.Dim("Dry run: nothing was bought or written."),
        "done" when report.Held.Count > 0 && report.Remaining == report.Held.Count =>
        ink.Warn("Done as far as a run by itself may; 'embsync sync' does the rest."),
        "done" when report.Remaining > 0 => ink.Warn("Done for now; run again for the rest."),
        "done" when report.Items.New + report.Items.Changed + report.Items.Metadata + report.Items.Deleted == 0 =>
        ink.Good("Already in step."),
        "done" => ink.Good("In step."),
        "partial" when report.Refused.Count > 0 =>
        ink.Warn(report.Errors.Count > 0 ? "Done, but for the blocked items and the deletions." : "Done, but for the deletions."),
        "partial" => ink.Warn("Done, but for the blocked items."),
        "stopped" when report.Items.New + report.Items.Changed + report.Items.Metadata + report.Items.Deleted
        + report.Chunks.Embedded == 0 =>
            ink.Bad("Stopped before anything was begun."),
        "interrupted" => ink.Warn("Interrupted: what was done is kept, and the next run goes on from here."),
        "lost" => ink.Bad("Run failed: the store went away under it, with all that was in it."),
        _ => ink.Bad($"Run {report.Status}: what was done is kept, and the next run goes on from here."),
    };
}
