using System.Text;
using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Model;

namespace EmbSync.Core.Reporting;

/// <summary>Drift in MSBuild's canonical form, <c>path(line,column): warning CODE: text</c>, which builds show as warnings.</summary>
public static class MsBuildText
{
    private static readonly HashSet<(string, string, string)> NoneTold = [];

    /// <summary>The same as in the package's task, which shares no code with this.</summary>
    private const string UnknownCode = "EMB1304";

    public static string Of(StatusReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var text = new StringBuilder();
        foreach (var drift in report.Drift.Where(drift => drift.State != "blocked"))
        {
            text.Append(Text.Of($"{Plain.Line(drift.Path ?? "embsync")}({drift.Line ?? 1},1): warning {drift.Code}: {Plain.Line(drift.Sentence)}\n"));
        }

        BlockedText.AppendAnnotations(text, report.BlockedEntries, NoneTold, null, error => Append(text, error));
        var hidden = report.Items.Missing + report.Items.Stale + report.Items.Orphaned + report.Items.Blocked - report.Drift.Count;
        text.Append(hidden > 0 ? Text.Of($"embsync: and {hidden:N0} more that are out of step\n") : "");
        WarningText.AppendForBuild(text, report.Warnings);
        return text.ToString();
    }

    /// <summary>What a sync by itself did, could not do, or left to somebody who asks.</summary>
    public static string Of(SyncReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var text = new StringBuilder();
        BlockedText.AppendAnnotations(text, report.Errors, report.Told, report.RunId, error => Append(text, error));
        WarningText.AppendForBuild(text, report.Warnings);
        text.Append("embsync: ").Append(SyncText.Of(report, Ink.Plain).Split('\n')[0]).Append('\n');
        return text.Append(report.Remaining > 0
            ? Text.Of($"embsync: {Text.Count(report.Remaining, "item")} left, as embeddings.autoIndex says; 'embsync sync' embeds them\n")
            : "").ToString();
    }

    private static void Append(StringBuilder text, SyncError error) =>
        text.Append(Text.Of($"{Plain.Line(error.Path ?? "embsync")}({error.Line ?? 1},1): warning {error.Code}: {Plain.Line(error.Message)}\n"));

    /// <summary>
    /// Store or source can't be read, or another run writes: a line that the package's task knows, and lets a build go on with unless drift
    /// is to fail it.
    /// </summary>
    public static string Unknown(Exception failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return $"embsync: {UnknownCode}: what is out of step is not known: {Plain.Line(failure.Message)}\n";
    }
}
