using System.Globalization;
using System.Text;
using EmbSync.Core.Jobs.Runs;
using EmbSync.Core.Model;

namespace EmbSync.Core.Reporting;

/// <summary>Receipts as people read them: a table of many, the whole of one.</summary>
public static class RunsText
{
    public static string Of(RunsReport report, Ink ink)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(ink);
        if (report.Runs.Count == 0)
        {
            return $"no runs yet in {report.Store}\n";
        }

        var table = new PlainTable(
            "run>", "started (UTC)", "command", "status", "items>", "chunks bought>", "requests>", "tokens>", "cost>", "time>", "commit");
        foreach (var run in report.Runs)
        {
            table.Add(
                Number(run.Id), Time(run.StartedAt), Plain.Line(run.Command), run.Status,
                Text.Of($"{run.ItemsProcessed:N0}/{run.ItemsTotal:N0}"), Number(run.Chunks?.Embedded),
                Number(run.Requests), Number(run.TokensSpent), run.Cost is { } cost ? Figures.Cost(cost.Actual) : "-",
                run.Seconds is { } seconds ? Figures.Seconds(seconds) : "-", run.Commit is { } commit
                ? commit[..Math.Min(10, commit.Length)] : "-");
        }

        return table.Render(ink);
    }

    /// <summary>One run with all that its receipt says.</summary>
    public static string Of(RunEntry run, Ink ink)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(ink);
        var text = new StringBuilder();
        void Line(string name, string value) => text.Append(ink.Dim(name.PadRight(11))).Append(value).Append('\n');
        Line("run", Number(run.Id));
        Line("command", Plain.Line(run.Command));
        Line("status", run.Status + (run.Error is { } error ? ": " + Plain.Line(error) : ""));
        Line("commit", run.Commit ?? "-");
        Line("started", Time(run.StartedAt) + " UTC");
        Line("completed", run.CompletedAt is { } end ? $"{Time(end)} UTC, after {Figures.Seconds(run.Seconds!.Value)}" : "-");
        Line("model", run.Model is
            { } model ? Plain.Line(Text.Of($"{model} with {Text.Noun(run.Dimension ?? 0, $"{run.Dimension} dimension")}")) : "-");
        Line("items", Text.Of($"{run.ItemsProcessed:N0} of {run.ItemsTotal:N0}") + (run.Items is { } items
            ? Text.Of($": {items.New:N0} new, {items.Changed:N0} changed, {items.Metadata:N0} metadata, {items.Deleted:N0} deleted, {items.Failed:N0} blocked") : ""));
        Line("chunks", run.Chunks is { } chunks ? Text.Of($"{chunks.Embedded:N0} embedded, {chunks.Reused:N0} reused") : "-");
        Line("requests", run.Requests is { } requests ? Text.Of($"{requests:N0}, {run.Retries ?? 0:N0} of them again") : "-");
        Line("tokens", run.Tokens is { } tokens ? Text.Of($"{tokens.Estimated:N0} estimated, ")
            + (tokens.Billed is { } billed ? Text.Of($"{billed:N0} billed") : "bill unknown") : "-");
        Line("cost", run.Cost is { } cost ? $"{Figures.Cost(cost.Estimated)} estimated, {Figures.Cost(cost.Actual)} actual" : "-");
        foreach (var failure in run.Failures)
        {
            Line("blocked", ink.Bad(failure.Code) + " " + Plain.Line($"{failure.Source}/{failure.Id}: {failure.Message}"));
        }

        return text.ToString();
    }

    private static string Number(long? number) => number is { } known ? known.ToString("N0", CultureInfo.InvariantCulture) : "-";

    internal static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
