using EmbSync.Core.Git;
using EmbSync.Core.Model;

namespace EmbSync.Core.Hooks;

/// <summary><c>core.hooksPath</c>, from the nearest configuration of git that has it.</summary>
/// <param name="Level"><c>worktree</c>, <c>local</c>, <c>global</c> or <c>system</c>.</param>
internal sealed record HooksPathSetting(string Value, string Level)
{
    private const string Key = "hooksPath";

    /// <summary>It holds for this repository alone.</summary>
    public bool IsOwn => Level is "worktree" or "local";

    /// <summary>Null where nobody set it. Variables that name git's configuration files are followed, as git does and libgit2 doesn't.</summary>
    public static HooksPathSetting? Of(GitRepository repository, IReadOnlyDictionary<string, string> environment)
    {
        string? Variable(string name) => environment.TryGetValue(name, out var value) ? value : null;
        string? Named(string file) => ConfigFile.Core(Path.GetFullPath(file), Key);
        foreach (var (level, value) in new (string, Func<string?>)[]
        {
            ("worktree", () => repository.WorktreeCoreSetting(Key)),
            ("local", () => repository.CoreSetting(Key, GitConfigLevel.Local)),
            ("global", () => Variable("GIT_CONFIG_GLOBAL") is { } file ? Named(file) : repository.CoreSetting(Key, GitConfigLevel.Global)),
            ("system", () => ConfigFile.IsTrue(Variable("GIT_CONFIG_NOSYSTEM")) ? null
                : Variable("GIT_CONFIG_SYSTEM") is { } file ? Named(file) : repository.CoreSetting(Key, GitConfigLevel.System)),
        })
        {
            if (value() is { } found)
            {
                return new(found, level);
            }
        }

        return null;
    }

    /// <param name="workTree">What relative paths start from: the folder that git runs hooks in.</param>
    /// <exception cref="GitException">The home of another user, which only git knows.</exception>
    public string Resolve(string workTree, IReadOnlyDictionary<string, string> environment)
    {
        if (Value.StartsWith("~/", StringComparison.Ordinal) && environment.TryGetValue("HOME", out var home))
        {
            return Path.Combine(home, Value[2..]);
        }

        return Value.StartsWith('~') || Value.StartsWith("%(", StringComparison.Ordinal)
            ? throw new GitException($"core.hooksPath is {Value}, which only git can resolve. Write the path in full: git config --{Level} core.hooksPath FOLDER")
            : Path.GetFullPath(Path.TrimEndingDirectorySeparator(Value.Length == 0 ? "." : Value), workTree);
    }
}
