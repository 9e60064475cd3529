using EmbSync.Core.Model;

namespace EmbSync.Core.Planning;

/// <summary>How a run ended: as receipts and reports say it, and as the process exits.</summary>
internal readonly record struct Verdict(string Status, ExitCode ExitCode)
{
    /// <param name="stopped">Why it ended early; null when it was walked to its end.</param>
    /// <param name="hasFailures">Some items were set aside or failed.</param>
    public static Verdict Of(Exception? stopped, bool hasFailures) => stopped switch
    {
        null when hasFailures => new("partial", ExitCode.Partial),
        null => new("done", ExitCode.Done),
        OperationCanceledException => new("interrupted", ExitCode.Interrupted),
        StoreException { IsLost: true } => new("lost", ExitCode.Failed),
        GuardException guard => new("stopped", guard.ExitCode),
        EmbSyncException exception => new("failed", exception.ExitCode),
        _ => new("failed", ExitCode.Failed),
    };
}
