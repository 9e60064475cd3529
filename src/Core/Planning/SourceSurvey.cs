using EmbSync.Core.Model;
using EmbSync.Core.Sources;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Planning;

/// <summary>An item that was read, reduced to what planning needs. Keeps its text only while memory allows.</summary>
/// <param name="Tokens">Estimated tokens of each chunk, in order.</param>
/// <param name="Loaded">The whole item, or null: then it is read again when its turn comes.</param>
public sealed record ReadItem(
    SourceEntry Entry,
    ItemKey Key,
    string Type,
    string Title,
    string? Path,
    string Version,
    string Pipeline,
    int Priority,
    DateTimeOffset? UpdatedAt,
    ContentHash ContentDigest,
    ContentHash RecordDigest,
    IReadOnlyList<ContentHash> Hashes,
    IReadOnlyList<int> Tokens,
    Item? Loaded)
{
    /// <summary>The id that the item says is its own; another than the key's where two files claim it.</summary>
    public string Claim { get; init; } = Key.Id;

    public IReadOnlyList<ItemWarning> Warnings { get; init; } = [];

    /// <summary>The same item under the id that it has among the others.</summary>
    internal ReadItem As(string id)
    {
        var key = Key with { Id = id };
        return this with { Key = key, Loaded = Loaded is null ? null : Settled(Loaded, key) };
    }

    /// <summary>An item as it was read, under its key.</summary>
    internal static Item Settled(Item item, ItemKey key) =>
        item.Key == key ? item : item with { Key = key, ClaimedId = item.ClaimedId ?? item.Key.Id };
}

/// <summary>One source as it is now, beside what is stored of it: values only, all that the planner asks.</summary>
/// <param name="Configured">False for a source that is stored and no longer configured: it reads as empty.</param>
/// <param name="Complete">The source was read whole.</param>
/// <param name="Covers">Whatever can have changed since the last complete sync was looked at: the source whole, or a scope with a record of
/// that sync.</param>
/// <param name="Unchanged">Stored items whose entry has the stored version and pipeline and whose vectors are all there; they were not
/// read.</param>
/// <param name="Problems">Entries that can't be used.</param>
/// <param name="Stored">All stored items of the source.</param>
/// <param name="Absent">Locators of stored items that were looked for and not found.</param>
/// <param name="Incomplete">Ids of stored items with a vector missing in the target generation.</param>
public sealed record SourceSurvey(
    string Source,
    string Type,
    string Pipeline,
    bool Configured,
    bool Complete,
    bool Covers,
    IReadOnlyList<StoredItem> Unchanged,
    IReadOnlyList<ReadItem> Read,
    IReadOnlyList<ItemProblem> Problems,
    IReadOnlyList<StoredItem> Stored,
    IReadOnlySet<string> Absent,
    IReadOnlySet<string> Incomplete,
    IReadOnlyList<string> Notes)
{
    /// <summary>
    /// What was counted and not loaded: rows of a database. <see cref="Stored"/> has only those of them that were read or are gone.
    /// </summary>
    public IReadOnlyList<RowCount> Rows { get; init; } = [];

    /// <summary>All stored items of the source, loaded or not.</summary>
    public int StoredTotal { get; init; } = Stored.Count;

    /// <summary>Rows that differ and are left for later, as there are more than one part of a run looks at.</summary>
    public IReadOnlyList<ItemKey> Left { get; init; } = [];

    /// <summary>Rows that differ, of which the run takes none: they are counted and not priced.</summary>
    public int Passed { get; init; }

    /// <summary>Its rows are others at each look, though nobody changes them.</summary>
    public bool IsVolatile { get; init; }

    /// <summary>Details that could not be taken as they stand, of all items that were looked at.</summary>
    public IReadOnlyList<SourceWarning> Warnings { get; init; } = [];

    public int UnchangedItems => Unchanged.Count + Rows.Sum(row => row.Unchanged);

    public int Unread => Rows.Sum(row => row.Unread);

    /// <summary>
    /// Stored items that the source no longer has, by what was looked at. Deleting them is another question: <see cref="DeletionGuard"/>.
    /// </summary>
    public IReadOnlyList<StoredItem> Gone()
    {
        var present = Unchanged.Select(item => item.Id).Concat(Read.Select(item => item.Key.Id)).ToHashSet(StringComparer.Ordinal);
        var blockedPaths = Problems.Select(problem => problem.Path).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var blockedIds = Problems.Select(problem => problem.Id).ToHashSet(StringComparer.Ordinal);
        var reread = Read.Select(item => item.Entry.Locator).ToHashSet(StringComparer.Ordinal);
        return [.. Stored.Where(item =>
            !present.Contains(item.Id) && !blockedIds.Contains(item.Id) && !blockedPaths.Contains(item.Locator)
            && (Absent.Contains(item.Locator) || reread.Contains(item.Locator)))];
    }

    /// <summary>
    /// A blocked file that is not stored under its path may be any item: one that was renamed and broken at once. While there is
    /// one, nothing of the source is deleted. A row has its id whatever is wrong with it.
    /// </summary>
    public bool HasUnknownBlocked()
    {
        var stored = Stored.Select(item => item.Locator).ToHashSet(StringComparer.Ordinal);
        return Problems.Any(problem => problem.Code != ProblemCodes.DuplicateId && problem.Path is { } path && !stored.Contains(path));
    }
}
