using EmbSync.Core.Model;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Sources;

/// <summary>
/// A source of rows, which may be millions: it is compared with what is stored where the rows are, by ids and versions, and only rows that
/// differ
/// are read. <see cref="ISource.ListAsync"/> lists all of them, for small ones.
/// </summary>
public interface IRowSource : ISource
{
    /// <summary>
    /// Rows that differ from what is stored, or are gone, each once, in no order. No text is read. Rows without an id, and ids that several
    /// rows
    /// claim, come from <see cref="CheckIdsAsync"/>.
    /// </summary>
    /// <exception cref="Model.SourceException">The rows can't be read.</exception>
    /// <exception cref="Model.UsageException">A name of the configuration isn't there, or the user may not read it.</exception>
    IAsyncEnumerable<RowDifference> CompareAsync(RowComparison comparison, CancellationToken cancellationToken);

    /// <summary>What is wrong with the ids of all rows.</summary>
    Task<RowIds> CheckIdsAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Reads rows in the order of the entries; one that is gone, or out of the source's scope by now, comes as a problem.
    /// </summary>
    Task<IReadOnlyList<ReadOutcome>> ReadManyAsync(IReadOnlyList<SourceEntry> entries, CancellationToken cancellationToken);

    /// <summary>Those of the ids that the source still has.</summary>
    Task<IReadOnlySet<string>> PresentAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken);

    /// <summary>
    /// Whether rows that nobody changes are others at each look: their text is made anew by each statement, or by each transaction.
    /// </summary>
    Task<bool> IsVolatileAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken);

    /// <summary>Ids that are one of the names, or differ from one in the case of letters only.</summary>
    Task<IReadOnlyList<string>> FindIdsAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken);

    /// <summary>Rows that one statement should read: few where an index finds them, many where each statement reads all rows.</summary>
    int ReadBatch { get; }
}

/// <param name="Incomplete">Ids of stored items that lack a vector: they differ whatever their version says.</param>
/// <param name="All">Every row differs.</param>
/// <param name="Ids">Only these; null for all. Then rows that are the same come too.</param>
public sealed record RowComparison(IStore Store, IReadOnlySet<string> Incomplete, bool All, IReadOnlyList<string>? Ids);

/// <summary>A row as it is listed, without its text.</summary>
/// <param name="Bytes">Of its text, in UTF-8.</param>
public sealed record ListedRow(string Id, string? Type, int? Priority, DateTimeOffset? UpdatedAt, long Bytes)
{
    /// <summary>See <see cref="Model.Item.Version"/>: what the listing saw; null where it doesn't look at all of the row.</summary>
    public string? Version { get; init; }
}

/// <param name="Row">Null: it is gone from the source.</param>
/// <param name="Stored">Null: it is new.</param>
/// <param name="IsSame">Nothing changed; only when it was asked for by its id.</param>
public readonly record struct RowDifference(ListedRow? Row, StoredItem? Stored, bool IsSame = false);

/// <param name="WithoutId">Rows whose id is null.</param>
/// <param name="Duplicates">Ids that several rows claim, with their number.</param>
public sealed record RowIds(long WithoutId, IReadOnlyDictionary<string, long> Duplicates)
{
    public static readonly RowIds Good = new(0, new Dictionary<string, long>());

    /// <summary>What people should know of how far this source sees.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
