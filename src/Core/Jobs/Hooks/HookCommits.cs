using EmbSync.Core.Git;
using EmbSync.Core.Model;

namespace EmbSync.Core.Jobs.Hooks;

/// <summary>A commit that a hook is about.</summary>
/// <param name="Commit">Full id.</param>
/// <param name="Since">Full id of a commit whose content others have already; null when all of the tree is new to them.</param>
public sealed record HookCommit(string Commit, string? Since);

/// <summary>Which commits a hook is about. Reads the repository, nothing else.</summary>
public static class HookCommits
{
    /// <summary>What git has under way in the repository's own folder while it makes commits that nobody asked for one by one.</summary>
    private static readonly string[] UnderWay = ["rebase-merge", "rebase-apply", "sequencer", "MERGE_HEAD"];

    /// <summary>Each commit once, the one that is checked out last: the index then agrees with the work tree.</summary>
    /// <param name="remote">Name or address, as git passes it.</param>
    /// <exception cref="UsageException">The input is not git's.</exception>
    public static IReadOnlyList<HookCommit> Pushed(GitRepository repository, string? remote, string input)
    {
        ArgumentNullException.ThrowIfNull(repository);
        return [.. PushedRef.Parse(input)
            .Where(pushed => !pushed.IsDeletion && !pushed.IsMark)
            .Select(pushed => new HookCommit(repository.ResolveCommit(pushed.LocalId), null) is var one ? one with
                { Since = Known(repository, pushed, remote, one.Commit) } : one)
            .GroupBy(pushed => pushed.Commit)
            .Select(group => group.Aggregate((one, other) => one with { Since = Earlier(repository, one.Since, other.Since) }))
            .OrderBy(pushed => pushed.Commit == repository.HeadCommit)];
    }

    /// <summary>Null in the middle of a rebase and its like, whose last commit is the one that counts; a push catches up.</summary>
    public static HookCommit? Committed(GitRepository repository)
    {
        ArgumentNullException.ThrowIfNull(repository);
        return repository.HeadCommit is { } head && !IsUnderWay(repository) ? new(head, Find(repository, "HEAD~1")) : null;
    }

    /// <param name="squash">Nothing was committed yet: the commit that follows has a hook of its own.</param>
    public static HookCommit? Merged(GitRepository repository, bool squash)
    {
        ArgumentNullException.ThrowIfNull(repository);
        return !squash && repository.HeadCommit is { } head && !IsUnderWay(repository)
            ? new(head, (Find(repository, "ORIG_HEAD") is { } before && before != head ? before : null) ?? Find(repository, "HEAD~1"))
            : null;
    }

    private static bool IsUnderWay(GitRepository repository) => UnderWay.Any(name => Path.Exists(Path.Combine(repository.Folder, name)));

    /// <summary>What the remote has of the ref, else of its default branch.</summary>
    private static string? Known(GitRepository repository, PushedRef pushed, string? remote, string commit)
    {
        if (!pushed.IsNew && repository.HasCommit(pushed.RemoteId))
        {
            return pushed.RemoteId;
        }

        return new[] { "HEAD", "main", "master" }
            .Select(branch => Find(repository, $"refs/remotes/{remote}/{branch}")).FirstOrDefault(found => found is not null) is { } known
                ? Common(repository, known, commit)
                : null;
    }

    private static string? Earlier(GitRepository repository, string? one, string? other) =>
        one is null || other is null ? null : Common(repository, one, other);

    /// <summary>Null also where a shallow clone doesn't reach back so far: then all is looked at.</summary>
    private static string? Common(GitRepository repository, string one, string other)
    {
        try
        {
            return repository.MergeBase(one, other);
        }
        catch (GitException)
        {
            return null;
        }
    }

    private static string? Find(GitRepository repository, string reference)
    {
        try
        {
            return repository.ResolveCommit(reference);
        }
        catch (GitException)
        {
            return null;
        }
    }
}
