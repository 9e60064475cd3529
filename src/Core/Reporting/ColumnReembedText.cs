using System.Text;
using EmbSync.Core.Jobs.Columns;
using EmbSync.Core.Model;

namespace EmbSync.Core.Reporting;

/// <summary>A reembed of a column as people read it.</summary>
public static class ColumnReembedText
{
    public static string Of(ColumnReembedReport report, Ink ink)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(ink);
        var text = new StringBuilder();
        text.Append(Text.Of($"{Plain.Line(report.Table)}.{Plain.Line(report.Column)}: {(report.Current is { } current ? Plain.Line(current.ToString()) : "of a model that nobody recorded")}, {report.CurrentType}"));
        text.Append(Text.Of($" -> {Plain.Line(report.Target.ToString())}, {report.TargetType}{(report.TypeChanges ? " (its type changes)" : "")}\n"));
        text.Append(Text.Of($"{Text.Count(report.Rows.Total, "row")} with text, {report.Rows.Empty:N0} without; "));
        if (report.DryRun)
        {
            text.Append(Figures.Purchase((int)report.Rows.Due, report.Batches, report.Tokens.Estimated, report.Cost.Estimated,
                report.Cost.PriceFrom, 0, report.Seconds.Embedding).Replace("chunk", "row", StringComparison.Ordinal));
            text.Append(report.Mode switch
                { "shadow" => "; a column beside is filled and takes its place at the end", "relaxed" =>
                "; in place: searches mix models meanwhile", _ => "" });
        }
        else
        {
            text.Append(Text.Of($"{report.Rows.Updated:N0} updated, {Text.Count(report.Batches, "request")}; tokens {report.Tokens.Estimated:N0} estimated, {(report.Tokens.Billed is { } billed ? $"{Text.Number(billed)} billed" : "bill unknown")}; cost {Figures.Cost(report.Cost.Actual)}; "));
            text.Append(Text.Of($"{Figures.Seconds(report.Seconds.Embedding)} without the index{(report.Rows.Updated > 0 ? Text.Of($" ({Text.Rate(report.Rows.PerSecond, "row")})") : "")}"));
            text.Append(report.Indexes.Count > 0
                ? $", {Figures.Seconds(report.Seconds.Index)} for {string.Join(", ", report.Indexes.Select(Plain.Line))}" : "");
        }

        text.Append('\n');
        foreach (var error in report.Errors)
        {
            text.Append(ink.Bad(error.Code)).Append(' ').Append(Plain.Line(error.Id)).Append(": ").Append(Plain.Line(error.Message)).Append(
                '\n');
        }

        return text.Append(report.Status switch
        {
            "planned" => ink.Dim(report is { Mode: "inplace", Rows.Due: 0 } ? "Dry run: there is nothing to do."
                : "Dry run: nothing was bought or written."),
            "done" when report.Switched => ink.Good("Done: the column is of the new model."),
            "done" when report.Rows.Updated == 0 => ink.Good("Already in step."),
            "done" => ink.Good("In step."),
            "partial" => ink.Warn("Not switched: the rows named above have no vector of the new model. Change their text, then run this again."),
            "stopped" when report.Rows.Updated == 0 => ink.Bad("Stopped before anything was begun."),
            _ => ink.Bad($"Run {report.Status}: what was embedded is kept, and the next run goes on from here."),
        }).Append('\n').ToString();
    }
}
