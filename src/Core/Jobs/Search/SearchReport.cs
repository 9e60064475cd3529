using System.Text.Json.Nodes;
using EmbSync.Core.Jobs.Sync;

namespace EmbSync.Core.Jobs.Search;

/// <summary>What <c>search</c> says; its members are the JSON as documented, version 1.</summary>
/// <param name="Coverage">0 to 1, as <c>status</c> says it of the space; of the stored items alone when the sources can't be looked at
/// now.</param>
/// <param name="Stale">Items that a sync would write or delete; null when that can't be found out now.</param>
public sealed record SearchReport(
    int SchemaVersion, string Space, string Model, string Mode, double Coverage, int? Stale, IReadOnlyList<SearchResult> Results)
{
    /// <summary>The counts of <c>status</c>; null when they can't be found out now.</summary>
    public ItemCounts? Items { get; init; }

    /// <summary>What people should know about the answer.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <param name="Score">Higher is nearer; comparable within one answer only.</param>
/// <param name="Lines">First and last line, or null where the source has none.</param>
/// <param name="Snippet">Null when the store keeps no text.</param>
public sealed record SearchResult(
    string Source, string Id, string Title, string? Path, double Score, string Heading, LineRange? Lines, string? Snippet,
    JsonNode? Metadata);

public sealed record LineRange(int Start, int End);
