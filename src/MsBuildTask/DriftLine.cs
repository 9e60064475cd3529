using System.Text.RegularExpressions;

namespace EmbSync.MsBuildTask;

/// <summary>A line in MSBuild's canonical form that names an item out of step: codes EMB1001 to EMB1003.</summary>
internal static class DriftLine
{
    private static readonly Regex Warning = new(@"\): warning (?=EMB100[1-3]: )", RegexOptions.CultureInvariant);

    /// <summary>The tool could not look: store or source can't be reached, or another run writes.</summary>
    public static bool IsUnknown(string line) => line.StartsWith("embsync: EMB1304: ", System.StringComparison.Ordinal);

    /// <summary>The same line as an error; other lines as they are.</summary>
    public static string AsError(string line) => Warning.Replace(line, "): error ", 1);
}
