namespace EmbSync.Core.Jobs.Export;

/// <param name="Space">Null for the main one.</param>
/// <param name="Sources">Empty for all.</param>
/// <param name="Type">Null for all.</param>
/// <param name="Limit">Rows at most, the first ones by source, id and position; null for all.</param>
/// <param name="Items">One vector for an item, see <see cref="ExportRow"/>, instead of one for a chunk.</param>
/// <param name="Map">Also a place on a plane for each row.</param>
public sealed record ExportRequest(string? Space, IReadOnlyList<string> Sources, string? Type, int? Limit, bool Items, bool Map);

/// <summary>What was written.</summary>
/// <param name="Rows">Chunks, or items.</param>
/// <param name="Notes">What people should know: rows that are left out, and why.</param>
public sealed record ExportReport(int Rows, bool Items, string Space, string Model, int Dimension, IReadOnlyList<string> Notes);
