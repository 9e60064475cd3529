using EmbSync.Core.Model;
using EmbSync.Core.Providers;

namespace EmbSync.Core.Planning;

/// <summary>Where vectors go.</summary>
/// <param name="Active">The generation that searches use now; null before the first sync.</param>
/// <param name="Existing">The generation of the configured signature, in whatever state; null when it must be made.</param>
public sealed record GenerationTarget(string Space, EmbeddingSignature Signature, Generation? Active, Generation? Existing)
{
    /// <summary>What the configuration says, where the space is pinned to something else; null where it is not.</summary>
    public EmbeddingSignature? PinnedAgainst { get; init; }

    /// <summary>The configured model or dimension is not that of the active generation.</summary>
    public bool ModelChanged => Active is not null && Active.Signature.Fingerprint != Signature.Fingerprint;

    /// <summary>Nothing was ever searched in this space, though other spaces have been.</summary>
    public bool IsAdded { get; init; }

    /// <summary>All may be bought already, and the generation is not searched yet.</summary>
    public bool IsOutstanding => Existing is not null && (ModelChanged || Active is null);

    /// <summary>The configuration agrees with what was pinned against an earlier one.</summary>
    public bool PinIsOver => Active is { IsPinned: true } && PinnedAgainst is null;

    public StaleReasons Reasons =>
        !ModelChanged ? StaleReasons.None
        : (Active!.Signature with { Dimension = Signature.Dimension } != Signature ? StaleReasons.Model : StaleReasons.None)
            | (Active.Signature.Dimension != Signature.Dimension ? StaleReasons.Dimension : StaleReasons.None);
}

/// <summary>One item that a sync writes, or would.</summary>
/// <param name="Buy">Hashes without a vector, in one space or more, that this item is the first in the plan to need.</param>
public sealed record PlannedItem(ReadItem Item, ItemChange Change, ItemState State, StaleReasons Reasons, IReadOnlyList<ContentHash> Buy)
{
    public ItemKey Key => Item.Key;

    /// <summary>The row that this item had under another id; it goes when this one is written.</summary>
    public ItemKey? Replaces { get; init; }
}

/// <summary>
/// An item that differs and is left as it is, because nobody asked for the run and <c>embeddings.autoIndex</c> doesn't let it.
/// </summary>
public sealed record HeldItem(ItemKey Key, string? Path, ItemChange Change);

/// <summary>What one source contributes; counts add up: total = current + missing + stale + blocked.</summary>
/// <param name="Withheld">Gone items that are kept because a blocked entry may be one of them.</param>
public sealed record SourcePlan(
    string Source,
    string Type,
    string Pipeline,
    bool Configured,
    bool Complete,
    int Total,
    int Current,
    int Missing,
    int Stale,
    int Orphaned,
    int Blocked,
    int Metadata,
    int Withheld,
    int ChunksTotal,
    int ChunksEmbedded,
    int Stored);

/// <summary>Totals of one type of item.</summary>
public sealed record TypePlan(string Type, int Total, int Embedded);

/// <summary>What a plan does in one space.</summary>
/// <param name="Buy">Hashes that have to be bought, each once.</param>
/// <param name="Terms">What the estimate is reckoned by.</param>
/// <param name="Current">Items of which all chunks have their vectors in the generation that is searched.</param>
public sealed record SpacePlan(
    GenerationTarget Target, IReadOnlySet<ContentHash> Buy, PurchaseEstimate Purchase, PurchaseTerms Terms, int Current)
{
    public string Name => Target.Space;
}

/// <summary>An item that is not as it should be, for lists.</summary>
/// <param name="Reasons">Stale: what changed; blocked: its code.</param>
public sealed record Drift(
    string Source, string Id, string? Path, ItemState State, IReadOnlyList<string> Reasons, string Title, int? Line, string? Message);

/// <summary>Deletions of one source that the guard doesn't let through; all else of the plan is done.</summary>
/// <param name="Items">Stored items that are gone from the source and are kept.</param>
/// <param name="Message">Why, and how to delete them all the same.</param>
public sealed record RefusedDeletions(string Source, int Items, string Message);

/// <summary>
/// What a sync would do: a value, computed without side effects. <c>status</c> shows it, <c>--dry-run</c> prices it, the executor
/// applies it.
/// </summary>
/// <param name="Items">In the order of work: priority, then newest, then source and id.</param>
/// <param name="Spaces">In the order of the configuration; never empty.</param>
/// <param name="Buy">All hashes that have to be bought in any space.</param>
/// <param name="Purchase">Of all spaces.</param>
/// <param name="Violation">Why the plan must not begin (a change of model; the deletion guard where only deletions are asked for); null
/// when it may.</param>
/// <param name="CutOff">Items left for another run by <c>--limit</c>.</param>
public sealed record SyncPlan(
    SyncRequest Request,
    IReadOnlyList<SpacePlan> Spaces,
    IReadOnlyList<PlannedItem> Items,
    IReadOnlyList<PlannedDeletion> Deletions,
    IReadOnlyList<ItemProblem> Blocked,
    IReadOnlyList<SourcePlan> Sources,
    IReadOnlyList<TypePlan> Types,
    IReadOnlyList<Drift> Drift,
    IReadOnlySet<ContentHash> Buy,
    PurchaseEstimate Purchase,
    int ReusedChunks,
    int CutOff,
    string? Violation,
    IReadOnlyList<string> Notes)
{
    /// <summary>Details that cost no item, by code and path.</summary>
    public IReadOnlyList<SourceWarning> Warnings { get; init; } = [];

    /// <summary>The commit is not on the store's branch: vectors are bought for reuse, no item is written or deleted.</summary>
    public bool CacheOnly { get; init; }

    /// <summary>Blocked items that count no more; not among the blocked.</summary>
    public IReadOnlyList<ItemProblem> Accepted { get; init; } = [];

    /// <summary>What counts no more, of the failures of a run too.</summary>
    public KnownProblems Known { get; init; } = KnownProblems.None;

    /// <summary>Blocked items that the last run named already.</summary>
    public IReadOnlySet<(string Source, string Id, string Code)> Told { get; init; } = new HashSet<(string, string, string)>();

    /// <summary>What the deletion guard refuses; none of it is among the deletions.</summary>
    public IReadOnlyList<RefusedDeletions> Refused { get; init; } = [];

    /// <summary>Among those that are cut off: what a run by itself may not embed.</summary>
    public IReadOnlyList<HeldItem> Held { get; init; } = [];

    /// <summary>New rows that weren't read, counted; 0 under <c>--limit</c>, which leaves them to others.</summary>
    public int LaterNew { get; init; }

    /// <summary>Changed rows that weren't read, likewise.</summary>
    public int LaterChanged { get; init; }

    /// <summary>
    /// Rows that differ and weren't looked at yet: a run without a limit goes on with them when this plan is done. Null for none.
    /// </summary>
    public RowSets? Rest { get; init; }

    /// <summary>Items that differ and that the run takes nothing of: another part did, or they came to differ since it began.</summary>
    public int Passed { get; init; }

    /// <summary>Sources whose rows are others at each look, though nobody changes them.</summary>
    public IReadOnlyList<string> Volatile { get; init; } = [];

    /// <summary>The plan was reviewed: an item whose text is another by now is set aside, not embedded.</summary>
    public bool Exactly { get; init; }

    /// <summary>Some space is to be searched by another generation than now.</summary>
    public bool ModelChanged => Spaces.Any(space => space.Target.ModelChanged);

    public int Total => Sources.Sum(source => source.Total);

    public int Unchanged => Total - Items.Count - CutOff - Blocked.Count - LaterNew - LaterChanged;

    /// <summary>Items that lack vectors of their text as it is now.</summary>
    public int Pending => Sources.Sum(source => source.Missing + source.Stale);

    /// <summary>Nothing to write, buy or delete.</summary>
    public bool IsEmpty => Items.Count == 0 && Deletions.Count == 0;
}
