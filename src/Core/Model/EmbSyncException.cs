namespace EmbSync.Core.Model;

/// <summary>The tool's exit codes; one place for all commands.</summary>
public enum ExitCode
{
    Done = 0,
    Failed = 1,
    Usage = 2,
    Partial = 3,
    Drift = 4,
    Guard = 5,
    Refused = 6,
    Locked = 7,
    Interrupted = 130,
}

/// <summary>
/// A run can't go on. The message says what happened, to what, and what to do next, and carries no secret. Bad items are not
/// exceptions: they are <see cref="ItemProblem"/> values.
/// </summary>
public abstract class EmbSyncException(string message, ExitCode exitCode, Exception? inner = null) : Exception(message, inner)
{
    public ExitCode ExitCode { get; } = exitCode;
}

/// <summary>Flags, environment or configuration can't be used.</summary>
public sealed class UsageException(string message, Exception? inner = null) : EmbSyncException(message, ExitCode.Usage, inner);

/// <summary>A git question has no answer: no such ref, no merge base, a repository that can't be opened.</summary>
public sealed class GitException(string message, Exception? inner = null) : EmbSyncException(message, ExitCode.Usage, inner);

/// <summary>The store can't be reached, read or written.</summary>
public sealed class StoreException(string message, Exception? inner = null) : EmbSyncException(message, ExitCode.Failed, inner)
{
    /// <summary>The store itself is gone, and all that the run had put into it.</summary>
    public bool IsLost { get; init; }
}

/// <summary>The store belongs to another project, has a newer schema, or lacks what it needs: nothing was written.</summary>
public sealed class StoreRefusedException(string message, Exception? inner = null) : EmbSyncException(message, ExitCode.Usage, inner);

/// <summary>A source could not be read at all.</summary>
public sealed class SourceException(string message, Exception? inner = null) : EmbSyncException(message, ExitCode.Failed, inner);

/// <summary>A guard (budget, deletions) stopped the run before anything was begun.</summary>
public sealed class GuardException(string message) : EmbSyncException(message, ExitCode.Guard);

/// <summary>The provider refuses all requests: key, quota, model, permission.</summary>
public sealed class ProviderRefusedException(string message, Exception? inner = null) : EmbSyncException(message, ExitCode.Refused, inner);

/// <summary>The provider could not be reached, or kept failing beyond all retries.</summary>
public sealed class ProviderFailedException(string message, Exception? inner = null) : EmbSyncException(message, ExitCode.Failed, inner);

/// <summary>Another run holds the writer's lock, or took it over.</summary>
public sealed class LockedException(string message) : EmbSyncException(message, ExitCode.Locked);

/// <summary>A git hook can't be written or taken away without touching what somebody else wrote.</summary>
public sealed class HookException(string message, Exception? inner = null) : EmbSyncException(message, ExitCode.Failed, inner);
