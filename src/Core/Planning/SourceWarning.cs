namespace EmbSync.Core.Planning;

/// <summary>A detail that costs no item and no exit code, with where it is.</summary>
/// <param name="Path">File, relative to the root; null for rows.</param>
/// <param name="Line">From 1; null where no line is to blame.</param>
/// <param name="IsNew">Not said of the item as it is stored. What is known already only <c>status</c> repeats.</param>
public sealed record SourceWarning(string Code, string Source, string Id, string? Path, int? Line, string Message, bool IsNew);
