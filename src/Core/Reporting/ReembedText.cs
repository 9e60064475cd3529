using System.Text;
using EmbSync.Core.Jobs.Reembed;
using EmbSync.Core.Model;

namespace EmbSync.Core.Reporting;

/// <summary>The result of a reembed as people read it on a terminal.</summary>
public static class ReembedText
{
    public static string Of(ReembedReport report, Ink ink)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(ink);
        var text = new StringBuilder();
        text.Append(Text.Of($"space {Plain.Line(report.Space)}: {Plain.Line(report.Current.ToString())}"));
        text.Append(report.Current == report.Target ? "\n"
            : $" -> {Plain.Line(report.Target.ToString())}{(report.TypeChanges ? " (the type of its vectors changes)" : "")}\n");
        text.Append(report.DryRun ? Planned(report) : Executed(report)).Append('\n');
        foreach (var error in report.Errors)
        {
            text.Append(ink.Bad(error.Code)).Append(' ').Append(Plain.Line(error.Id)).Append(": ").Append(Plain.Line(error.Message)).Append(
                '\n');
        }

        return text.Append(Verdict(report, ink)).Append('\n').ToString();
    }

    private static string Planned(ReembedReport report) =>
        Text.Of($"{Text.Count(report.Chunks.Total, "chunk")}: {report.Chunks.Reused:N0} reused; ")
        + Figures.Purchase(report.Chunks.Missing, report.Requests, report.Tokens.Estimated, report.Cost.Estimated, report.Cost.PriceFrom,
            report.Tokens.CalibratedBy, report.Seconds.Embedding);

    private static string Executed(ReembedReport report)
    {
        var text = new StringBuilder(Text.Of($"{Text.Count(report.Chunks.Total, "chunk")}: {report.Chunks.Embedded:N0} embedded, {report.Chunks.Reused:N0} reused; {Text.Count(report.Requests, "request")}"));
        if (report.Requests > 0)
        {
            text.Append(report.Retries > 0 ? Text.Of($" ({report.Retries:N0} of them again)") : "").Append(
                Text.Of($"; tokens {report.Tokens.Estimated:N0} estimated, "))
                .Append(report.Tokens.Billed is { } billed ? Text.Of($"{billed:N0} billed") : "bill unknown")
                .Append($"; cost {Figures.Cost(report.Cost.Estimated)} estimated, {Figures.Cost(report.Cost.Actual)} actual");
        }

        text.Append(Text.Of($"; {Figures.Seconds(report.Seconds.Embedding)} without the index"));
        text.Append(report.Chunks.Embedded > 0 ? Text.Of($" ({Text.Rate(report.Chunks.PerSecond, "chunk")})") : "");
        text.Append(report.IndexBuilt ? $", {Figures.Seconds(report.Seconds.Index)} for building and checking the index" : "");
        text.Append(report.Recall is { } recall ? Text.Of($"; recall {recall.Recall:0.000} at {recall.Nearest}") : "");
        return text.ToString();
    }

    private static string Verdict(ReembedReport report, Ink ink)
    {
        var pinned = report is { Pinned: true, Switched: true }
            ? " It departs from the configuration: syncs keep it until the configuration agrees, or 'embsync reembed --unpin'." : "";
        return report.Status switch
        {
            "planned" when report is { Switched: false, Chunks.Missing: 0 } => ink.Dim("Dry run: there is nothing to do."),
            "planned" => ink.Dim("Dry run: nothing was bought or written."),
            "done" when report.LeftToAnother => ink.Good("Done: another process of this reembed builds the index and switches."),
            "done" when report.Switched => ink.Good("Switched: searches use it now.") + pinned + " Back with 'embsync reembed --rollback'.",
            "done" when report.Unpinned => ink.Good("Unpinned: the next sync follows the configuration."),
            "done" when report.Chunks.Embedded == 0 => ink.Good("Nothing to embed."),
            "done" => ink.Good("In step."),
            "partial" => ink.Warn("Not switched: the texts named above have no vector of the new model. Mend or exclude them, run 'embsync sync', then run this again."),
            "interrupted" => ink.Warn(
            "Interrupted: what was bought is kept, and the next run goes on from here. Searches stay as they were."),
            "stopped" when report.Chunks.Embedded == 0 && report.RunId is null => ink.Bad("Stopped before anything was begun."),
            "lost" => ink.Bad("Run failed: the store went away under it, with all that was in it."),
            _ => ink.Bad($"Run {report.Status}: what was bought is kept, and the next run goes on from here. Searches stay as they were."),
        };
    }
}
