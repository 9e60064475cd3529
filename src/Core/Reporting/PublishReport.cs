using System.Text;
using EmbSync.Core.Model;

namespace EmbSync.Core.Reporting;

/// <summary>What <c>publish</c> says, dry or not; its members are the JSON, version 1.</summary>
public sealed record PublishReport(int SchemaVersion, bool DryRun, IReadOnlyList<PublishedSource> Sources, double Seconds)
{
    /// <summary>What people should know beside the figures.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <param name="Target">Table and columns.</param>
/// <param name="Written">Rows that got vectors, or would.</param>
/// <param name="Unchanged">Rows that show them already, or aren't there.</param>
/// <param name="Waiting">Items that lack a vector: a sync brings them.</param>
/// <param name="Withdrawn">Rows whose vectors were taken away, as they are no longer stored.</param>
public sealed record PublishedSource(string Source, string Target, int Written, int Unchanged, int Waiting, int Withdrawn);

/// <summary>The same as people read it.</summary>
public static class PublishText
{
    public static string Of(PublishReport report, Ink ink)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(ink);
        var text = new StringBuilder();
        foreach (var source in report.Sources)
        {
            text.Append(Text.Of($"{Plain.Line(source.Source)} -> {Plain.Line(source.Target)}: {source.Written:N0} written, {source.Unchanged:N0} unchanged, {source.Withdrawn:N0} taken away"))
                .Append(source.Waiting > 0 ? Text.Of($"; {source.Waiting:N0} wait for their vectors ('embsync sync')") : "").Append('\n');
        }

        return text.Append(report.DryRun ? "Dry run: nothing was written." : ink.Good("Published.")).Append('\n').ToString();
    }
}
