using System.Text;
using EmbSync.Core.Columns;
using EmbSync.Core.Model;

namespace EmbSync.Core.Reporting;

/// <summary>What <c>reembed --table</c> says, dry or not; its members are the JSON, version 1.</summary>
/// <param name="Status"><c>planned</c> (dry run), <c>done</c>, <c>partial</c> (some texts failed), <c>stopped</c>, <c>failed</c>, <c>interrupted</c>.</param>
/// <param name="Current">What made the vectors that are there; null where nobody knows.</param>
/// <param name="Mode"><c>inplace</c>, <c>shadow</c> or <c>relaxed</c>.</param>
/// <param name="Batches">Requests, and statements that write.</param>
/// <param name="Indexes">Built, or to be built.</param>
/// <param name="Switched">The new vectors are in the column's place.</param>
public sealed record ColumnReembedReport(
    int SchemaVersion, bool DryRun, string Status, string Table, string Column, SignatureReport? Current, SignatureReport Target, string CurrentType, string TargetType, bool TypeChanges,
    string Mode, ColumnReembedRows Rows, int Batches, TokenReport Tokens, CostReport Cost, ReembedSeconds Seconds, IReadOnlyList<string> Indexes, bool Switched, IReadOnlyList<SyncError> Errors,
    IReadOnlyList<string> Notes)
{
    public static ColumnReembedReport Planned(ColumnPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var purchase = plan.Purchase;
        return new(1, true, "planned", plan.Table, plan.Column, plan.Current is null ? null : SignatureReport.Of(plan.Current), SignatureReport.Of(plan.Target), plan.CurrentType, plan.TargetType,
            plan.TypeChanges, plan.Mode.ToString().ToLowerInvariant(), new(plan.Rows, plan.Due, 0, plan.Empty, 0), purchase.Requests, new(purchase.Tokens, null),
            new("USD", purchase.Cost, null) { PriceFrom = purchase.PriceFrom }, new(purchase.Seconds, 0, purchase.Seconds), [], false, [], []);
    }

    public static ColumnReembedReport Executed(ColumnPlan plan, ColumnOutcome outcome, TimeSpan elapsed, string status)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(outcome);
        var seconds = Math.Round(outcome.EmbeddingTime.TotalSeconds, 2);
        return Planned(plan) with
        {
            DryRun = false,
            Status = status,
            Rows = new(plan.Rows, plan.Due, outcome.Updated, plan.Empty, seconds > 0 ? Math.Round(outcome.Updated / seconds, 1) : 0),
            Batches = outcome.Bought.Requests,
            Tokens = new(plan.Purchase.Tokens, outcome.Bought.Billed) { Covered = outcome.Bought.Covered },
            Cost = new("USD", plan.Purchase.Cost, plan.Terms.CostOf(outcome.Bought.Tokens)) { PriceFrom = plan.Purchase.PriceFrom },
            Seconds = new(seconds, Math.Round(outcome.IndexTime.TotalSeconds, 2), Math.Round(elapsed.TotalSeconds, 2)),
            Indexes = outcome.Indexes,
            Switched = outcome.Switched,
            Errors = [.. outcome.Bought.Failures.Select(SyncError.Of)],
        };
    }
}

/// <param name="Total">With text.</param>
/// <param name="Due">Of these: without a vector of the target when it began.</param>
/// <param name="Empty">Without text: without a vector afterwards.</param>
/// <param name="PerSecond">Updated in a second, without the index.</param>
public sealed record ColumnReembedRows(long Total, long Due, long Updated, long Empty, double PerSecond);

/// <summary>The same for people.</summary>
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
            text.Append(Figures.Purchase((int)report.Rows.Due, report.Batches, report.Tokens.Estimated, report.Cost.Estimated, report.Cost.PriceFrom, 0, report.Seconds.Embedding).Replace("chunk", "row", StringComparison.Ordinal));
            text.Append(report.Mode switch { "shadow" => "; a column beside is filled and takes its place at the end", "relaxed" => "; in place: searches mix models meanwhile", _ => "" });
        }
        else
        {
            text.Append(Text.Of($"{report.Rows.Updated:N0} updated, {Text.Count(report.Batches, "request")}; tokens {report.Tokens.Estimated:N0} estimated, {(report.Tokens.Billed is { } billed ? $"{Text.Number(billed)} billed" : "bill unknown")}; cost {Figures.Cost(report.Cost.Actual)}; "));
            text.Append(Text.Of($"{Figures.Seconds(report.Seconds.Embedding)} without the index{(report.Rows.Updated > 0 ? Text.Of($" ({Text.Rate(report.Rows.PerSecond, "row")})") : "")}"));
            text.Append(report.Indexes.Count > 0 ? $", {Figures.Seconds(report.Seconds.Index)} for {string.Join(", ", report.Indexes.Select(Plain.Line))}" : "");
        }

        text.Append('\n');
        foreach (var error in report.Errors)
        {
            text.Append(ink.Bad(error.Code)).Append(' ').Append(Plain.Line(error.Id)).Append(": ").Append(Plain.Line(error.Message)).Append('\n');
        }

        return text.Append(report.Status switch
        {
            "planned" => ink.Dim(report is { Mode: "inplace", Rows.Due: 0 } ? "Dry run: there is nothing to do." : "Dry run: nothing was bought or written."),
            "done" when report.Switched => ink.Good("Done: the column is of the new model."),
            "done" when report.Rows.Updated == 0 => ink.Good("Already in step."),
            "done" => ink.Good("In step."),
            "partial" => ink.Warn("Not switched: the rows named above have no vector of the new model. Change their text, then run this again."),
            "stopped" when report.Rows.Updated == 0 => ink.Bad("Stopped before anything was begun."),
            _ => ink.Bad($"Run {report.Status}: what was embedded is kept, and the next run goes on from here."),
        }).Append('\n').ToString();
    }
}
