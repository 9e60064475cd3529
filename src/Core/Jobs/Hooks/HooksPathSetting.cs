using EmbSync.Core.Git;

namespace EmbSync.Core.Jobs.Hooks;

/// <summary><c>core.hooksPath</c>, from the nearest configuration of git that has it.</summary>
/// <param name="Value">With a home at its start written out; else as set.</param>
/// <param name="Level"><c>worktree</c>, <c>local</c>, <c>global</c>, <c>system</c> or <c>command</c>.</param>
internal sealed record HooksPathSetting(string Value, string Level)
{
    /// <summary>It holds for this repository alone.</summary>
    public bool IsOwn => Level is "worktree" or "local";

    /// <summary>Null where nobody set it.</summary>
    /// <remarks>
    /// Git itself is asked: only it follows includes under conditions, and a hook that it never runs would be worse than none.
    /// </remarks>
    public static HooksPathSetting? Of(GitRepository repository, IReadOnlyDictionary<string, string> environment) =>
        GitConfigQuery.Path(repository.WorkTree ?? repository.Folder, "core.hooksPath", environment) is var (value, level)
            ? new(value, level) : null;

    /// <param name="workTree">What relative paths start from: the folder that git runs hooks in.</param>
    public string From(string workTree) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(Value.Length == 0 ? "." : Value, workTree));
}
