namespace EmbSync.Core.Jobs.Init;

/// <summary>What a repository holds, as far as a first configuration depends on it.</summary>
/// <param name="Markdown">Markdown files in all.</param>
public sealed record InitFindings(int Markdown, IReadOnlyList<FoundSource> Sources);

/// <param name="Name">Unique, fit for <c>sources[].name</c>.</param>
/// <param name="Files">Markdown files it holds.</param>
/// <param name="Read">Files whose front matter was looked at: all, or an even sample of a large folder.</param>
/// <param name="IdKey">Front matter key that most files have, each with another value; null when there is none.</param>
/// <param name="Embed">Keys that tell what an item is about.</param>
/// <param name="Metadata">Keys that are common.</param>
public sealed record FoundSource(
    string Name,
    IReadOnlyList<string> Include,
    IReadOnlyList<string> Exclude,
    int Files,
    int Read,
    string? IdKey,
    IReadOnlyList<string> Embed,
    IReadOnlyList<string> Metadata);
