using EmbSync.Core.Model;

namespace EmbSync.Core.Sources;

/// <summary>A configured origin of items. Listing is cheap and reads no text; reading makes one entry an item.</summary>
public interface ISource
{
    /// <summary>As configured; unique.</summary>
    string Name { get; }

    /// <summary>Kind of source: <c>markdown</c>.</summary>
    string Type { get; }

    /// <summary>Fingerprint of chunker version and item-shaping settings, see <see cref="Item.Pipeline"/>.</summary>
    string Pipeline { get; }

    /// <summary>Lists entries with their versions.</summary>
    /// <exception cref="SourceException">The source can't be read at all.</exception>
    Task<SourceListing> ListAsync(ListRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Reads, normalises and cuts one entry. Never throws for what is wrong with one entry: that comes as a problem. The item's
    /// version is that of the bytes that were read, which may be newer than the entry's.
    /// </summary>
    Task<ReadOutcome> ReadAsync(SourceEntry entry, CancellationToken cancellationToken);
}

/// <param name="At">Full id of a commit to read instead of the work tree; null for the work tree.</param>
/// <param name="Paths">Only these paths (relative to the root); null for all. A path that is asked for and not listed is gone.</param>
public sealed record ListRequest(string? At, IReadOnlySet<string>? Paths)
{
    public static readonly ListRequest Everything = new(null, null);
}

/// <param name="Locator">Path for files, id for rows: what a stored item is matched by before anything is read.</param>
/// <param name="Version">See <see cref="Item.Version"/>: what the listing saw.</param>
public sealed record SourceEntry(string Locator, string Version)
{
    /// <summary>Where the bytes come from when not the work tree: a git blob id. Null for the work tree.</summary>
    public string? Blob { get; init; }
}

/// <param name="Complete">The source was read whole: what is not listed is gone. False under a scope, and when a folder could not be
/// read.</param>
/// <param name="Problems">Entries that can't be listed properly (unreadable folder, link out of the root); their paths are not
/// gone.</param>
public sealed record SourceListing(IReadOnlyList<SourceEntry> Entries, bool Complete, IReadOnlyList<ItemProblem> Problems)
{
    /// <summary>Patterns of the configuration that matched nothing; of a listing that is whole only.</summary>
    public IReadOnlyList<string> Unmatched { get; init; } = [];

    /// <summary>Paths that are absent from the work tree on purpose and must not count as gone: sparse checkout.</summary>
    public IReadOnlySet<string> Skipped { get; init; } = new HashSet<string>();

    /// <summary>What people should know about how the listing was made; printed once, on stderr.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
