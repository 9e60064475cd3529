using System.Text;
using EmbSync.Core.Jobs.Backfill;
using EmbSync.Core.Model;

namespace EmbSync.Core.Reporting;

/// <summary>A backfill as people read it on a terminal.</summary>
public static class BackfillText
{
    public static string Of(BackfillReport report, Ink ink)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(ink);
        var text = new StringBuilder();
        if (report.DryRun)
        {
            text.Append(Text.Of($"{report.Items.Left:N0} of {Text.Count(report.Items.Total, "item")} {Text.Agreeing(report.Items.Left, "lacks", "lack")} vectors; "))
                .Append(Figures.Purchase(report.Chunks, report.Requests, report.Tokens.Estimated, report.Cost.Estimated,
                    report.Cost.PriceFrom, report.Tokens.CalibratedBy, report.Seconds)).Append('\n')
                .Append(Text.Of($"{Text.Count(report.Rounds.Asked, "round")} of {report.Rounds.Limit:N0}, {report.Rounds.PauseSeconds:0.###} s between")).Append('\n');
        }
        else
        {
            text.Append(Text.Of($"{Text.Count(report.Rounds.Done, "round")}: {Text.Count(report.Items.Done, "item")} done, {report.Items.Left:N0} left, {report.Items.Failed:N0} blocked")).Append('\n')
                .Append(Text.Of($"{Text.Count(report.Chunks, "chunk")} embedded here, {Text.Count(report.Requests, "request")}"))
                .Append(report.Requests > 0 ? Text.Of($"; tokens {report.Tokens.Estimated:N0} estimated for all, ")
                    + (report.Tokens.Billed is { } billed ? Text.Of($"{billed:N0} billed here") : "bill unknown")
                    + $"; cost {Figures.Cost(report.Cost.Estimated)} estimated for all, {Figures.Cost(report.Cost.Actual)} actual here"
                        : "")
                .Append("; ").Append(Figures.Seconds(report.Seconds)).Append('\n');
        }

        BlockedText.AppendGroups(text, report.Errors, report.Told, report.RunId, ink);
        return text.Append(Verdict(report, ink)).Append('\n').ToString();
    }

    /// <summary>A line for every few rounds.</summary>
    public static string Of(BackfillProgress progress) =>
        Text.Of($"round {progress.Round:N0} of {progress.Rounds:N0}: {progress.Done:N0} of {Text.Count(progress.Total, "item")} done, {progress.Total - progress.Done:N0} left, {progress.Failed:N0} blocked; ")
        + Text.Of($"{Text.Count(progress.Embedded, "chunk")} here, {Figures.Cost(progress.Cost)} so far")
        + (progress.Left is { } left ? $"; at this pace {Figures.Seconds(left.TotalSeconds)} and {Figures.Cost(progress.CostLeft)} more"
            : "");

    private static string Verdict(BackfillReport report, Ink ink) => report.Status switch
    {
        "planned" => "Dry run: nothing was bought or written.",
        "done" when report.QueueEmpty => ink.Good("Queue empty."),
        "done" => "The rounds are done; run it again to go on.",
        "partial" when report.QueueEmpty => ink.Warn("Queue empty, but for the blocked items."),
        "partial" => ink.Warn("The rounds are done, but for the blocked items; run it again to go on."),
        "stopped" => ink.Warn(report.Rounds.Done == 0 ? "Stopped before anything was begun."
        : "Stopped by a limit: what was done is kept, and the next run goes on from here."),
        "interrupted" => ink.Warn("Interrupted: what was done is kept, and the next run goes on from here."),
        "lost" => ink.Bad("Backfill failed: the store went away under it, with all that was in it."),
        _ => ink.Bad("Backfill failed: what was done is kept, and the next run goes on from here."),
    };
}
