namespace EmbSync.Core.Sources;

/// <summary>Standard input in place of a JSON source's files.</summary>
/// <param name="Source">Name of the source.</param>
/// <param name="Read">All of it; may be called again.</param>
public sealed record StandardInput(string Source, Func<byte[]> Read);
