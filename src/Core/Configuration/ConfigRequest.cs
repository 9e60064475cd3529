namespace EmbSync.Core.Configuration;

/// <summary>All that a configuration is made from. Nothing else is looked at, so that tests and tools get what they ask for.</summary>
/// <param name="File"><c>--config</c>; null to look for one.</param>
/// <param name="WorkingDirectory">Where looking starts, and what relative file names are relative to.</param>
/// <param name="RepositoryRoot">Where looking ends; null without a repository: then only the working directory is looked at.</param>
/// <param name="OriginPath"><c>owner/name</c> of the origin, for the default project; null when there is none.</param>
/// <param name="Environment">The process's environment.</param>
public sealed record ConfigRequest(
    string? File,
    string WorkingDirectory,
    string? RepositoryRoot,
    string? OriginPath,
    IReadOnlyDictionary<string, string> Environment,
    ConfigOverrides Flags);
