using EmbSync.Core.Model;

namespace EmbSync.Core.Storage;

/// <summary>
/// Receipts of builds: they run beside the writer, so the writer's rule that open receipts are left-overs doesn't hold for them.
/// </summary>
public static class BuildRuns
{
    /// <summary>What the commands of a reembed begin with.</summary>
    public const string Prefix = "reembed";

    /// <summary>Several processes may run one.</summary>
    public const string Backfill = "backfill";

    public static bool IsOne(string command) => command == Backfill || command.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>One builder's receipts of one space; those still open when nobody builds there were left behind.</summary>
    public static string CommandOf(string space) => space == Generation.DefaultSpace ? Prefix : $"{Prefix} --space {space}";
}
