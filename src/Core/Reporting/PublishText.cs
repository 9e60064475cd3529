using System.Text;
using EmbSync.Core.Jobs.Publish;
using EmbSync.Core.Model;

namespace EmbSync.Core.Reporting;

/// <summary>A publication as people read it.</summary>
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
