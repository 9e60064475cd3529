using EmbSync.Core.Model;
using EmbSync.Core.Planning;
using EmbSync.Core.Providers;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Jobs.Reembed;

/// <summary>What a reembed would do: a value, computed without side effects.</summary>
/// <param name="Active">What searches use now.</param>
/// <param name="Existing">The generation of the target's signature, in whatever state; null when it must be made.</param>
/// <param name="Configured">What the configuration says.</param>
public sealed record ReembedPlan(
    string Space, Generation Active, EmbeddingSignature Target, Generation? Existing, EmbeddingSignature Configured, Backlog Backlog,
    PurchaseEstimate Purchase, IReadOnlyList<string> Notes)
{
    /// <summary>What the estimate is reckoned by.</summary>
    public required PurchaseTerms Terms { get; init; }

    /// <summary>Searches would use another generation afterwards.</summary>
    public bool Switches => Active.Signature.Fingerprint != Target.Fingerprint;

    /// <summary>The target departs from the configuration: syncs keep it all the same.</summary>
    public bool Pins => Target.Fingerprint != Configured.Fingerprint;

    /// <summary>Vectors of the new generation are of another length, so of another type in PostgreSQL.</summary>
    public bool TypeChanges => Active.Signature.Dimension != Target.Dimension;

    /// <summary>Provider, model, dimension and every hash match already, and so does the pin.</summary>
    public bool IsNothing => !Switches && Backlog.Missing == 0 && Active.IsPinned == Pins;

    public int Reused => Backlog.Chunks - Backlog.Missing;

    /// <summary>
    /// The generation to go back to: the one that was searched last before this one, also when going back was begun already and not
    /// finished.
    /// </summary>
    /// <exception cref="UsageException">There is none.</exception>
    public static Generation RollbackOf(StoreHead head, string space)
    {
        ArgumentNullException.ThrowIfNull(head);
        return head.Generations.Where(one => one.Space == space && one is { State: not GenerationState.Active, ActivatedAt: not null })
            .OrderByDescending(one => one.State == GenerationState.Building).ThenByDescending(one => one.RetiredAt).FirstOrDefault()
            ?? throw new UsageException($"there is no earlier generation of space '{space}' to go back to: none was ever replaced, or 'embsync repair' has dropped it after its grace time");
    }
}
