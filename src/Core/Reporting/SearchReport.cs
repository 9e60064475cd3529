using System.Text.Json.Nodes;

namespace EmbSync.Core.Reporting;

/// <summary>What <c>search</c> says; its members are the JSON as documented, version 1.</summary>
/// <param name="Coverage">0 to 1: stored items with all their vectors in the generation that was searched.</param>
/// <param name="Stale">Items of the sources that are not in the index as they are now, by their versions; null when that can't be found out.</param>
public sealed record SearchReport(
    int SchemaVersion, string Space, string Model, string Mode, double Coverage, int? Stale, IReadOnlyList<SearchResult> Results);

/// <param name="Score">Higher is nearer; comparable within one answer only.</param>
/// <param name="Lines">First and last line, or null where the source has none.</param>
/// <param name="Snippet">Null when the store keeps no text.</param>
public sealed record SearchResult(
    string Source, string Id, string Title, string? Path, double Score, string Heading, LineRange? Lines, string? Snippet, JsonNode? Metadata);

public sealed record LineRange(int Start, int End);
