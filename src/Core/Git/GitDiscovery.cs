using EmbSync.Core.Model;

namespace EmbSync.Core.Git;

/// <summary>
/// A repository, or none, or a reason why the one that is there can't be used. Runs that need no ref go on over the files.
/// </summary>
/// <param name="Directory">Where was looked.</param>
/// <param name="Problem">What is wrong with the repository and what to do; null when there is none or it was opened.</param>
/// <param name="Sparse">The repository can't be used, and its checkout is sparse: files that are absent are not known to be gone.</param>
public sealed record GitDiscovery(string Directory, GitRepository? Repository, string? Problem, bool Sparse) : IDisposable
{
    public static GitDiscovery None(string directory) => new(directory, null, null, false);

    /// <summary>For what can't be done without git.</summary>
    /// <exception cref="GitException">There is no repository, or it can't be used.</exception>
    public GitRepository Require() => Repository ?? throw new GitException(
        Problem ?? $"{Directory} is not in a git repository, and a ref was asked for. Run this inside a clone, or without the ref.");

    public void Dispose() => Repository?.Dispose();
}
