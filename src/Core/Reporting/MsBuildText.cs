using System.Text;
using EmbSync.Core.Model;

namespace EmbSync.Core.Reporting;

/// <summary>Drift in MSBuild's canonical form, <c>path(line,column): warning CODE: text</c>, which builds show as warnings.</summary>
public static class MsBuildText
{
    public static string Of(StatusReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var text = new StringBuilder();
        foreach (var drift in report.Drift)
        {
            text.Append(Text.Of($"{Plain.Line(drift.Path ?? "embsync")}({drift.Line ?? 1},1): warning {drift.Code}: {Plain.Line(drift.Sentence)}\n"));
        }

        return text.ToString();
    }
}
