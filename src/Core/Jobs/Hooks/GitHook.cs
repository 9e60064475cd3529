using EmbSync.Core.Configuration.Definition;
using EmbSync.Core.Model;

namespace EmbSync.Core.Jobs.Hooks;

/// <summary>The hooks of git that embsync can live in.</summary>
public enum GitHook
{
    PrePush,
    PostCommit,
    PostMerge,
}

/// <summary>Their names, as git has them for files.</summary>
public static class GitHooks
{
    public static IReadOnlyList<GitHook> All { get; } = Enum.GetValues<GitHook>();

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(hook => hook.Name())];

    public static string Name(this GitHook hook) => hook switch
    {
        GitHook.PrePush => "pre-push",
        GitHook.PostCommit => "post-commit",
        GitHook.PostMerge => "post-merge",
        _ => throw new ArgumentOutOfRangeException(nameof(hook), hook, null),
    };

    /// <exception cref="UsageException">No such hook.</exception>
    public static GitHook Parse(string name)
    {
        var found = All.Where(hook => hook.Name() == name).ToList();
        return found.Count == 1 ? found[0] : throw new UsageException($"'{name}' is no hook that embsync knows: {Guess.Use(name, Names)}");
    }
}
