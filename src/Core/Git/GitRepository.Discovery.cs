#pragma warning disable RS0030 // The one file that talks to libgit2: everything else sees the values below.
using LibGit2Sharp;

namespace EmbSync.Core.Git;

/// <summary>How a repository is found and opened.</summary>
public sealed partial class GitRepository
{
    private const string WorktreeConfig = "config.worktree";

    /// <summary>
    /// Looks in <paramref name="directory"/> and upward. What is wrong with a repository comes as <see cref="GitDiscovery.Problem"/>.
    /// </summary>
    public static GitDiscovery Discover(string directory) =>
        Discovered(directory, Directory.Exists(directory) ? Repository.Discover(directory) : null, null);

    /// <summary>
    /// As git finds it from inside a hook: GIT_DIR names the repository, and GIT_WORK_TREE, else <paramref name="directory"/>, its work
    /// tree;
    /// without GIT_DIR, or where it names the repository that is found anyway, as <see cref="Discover"/>.
    /// </summary>
    public static GitDiscovery DiscoverFromHook(string directory, IReadOnlyDictionary<string, string> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        if (!environment.TryGetValue("GIT_DIR", out var named) || named.Length == 0)
        {
            return Discover(directory);
        }

        var folder = Path.GetFullPath(named, directory);
        var found = Discover(directory);
        if (found.Repository?.Folder == RealPath.Of(folder))
        {
            return found;
        }

        found.Dispose();
        var workTree = environment.TryGetValue("GIT_WORK_TREE", out var tree) && tree.Length > 0 ? Path.GetFullPath(tree, directory)
            : directory;
        return Discovered(directory, folder, workTree);
    }

    private static GitDiscovery Discovered(string directory, string? folder, string? workTree)
    {
        if (folder is null)
        {
            return GitDiscovery.None(directory);
        }

        try
        {
#pragma warning disable CA2000 // The discovery owns the repository and disposes it.
            return new(directory, Open(folder, workTree), null, false);
#pragma warning restore CA2000
        }
        catch (Exception cause) when (cause is LibGit2SharpException or IOException or UnauthorizedAccessException)
        {
            return new(directory, null, GitRefusal.Explain(folder, cause.Message, cause is RepositoryNotFoundException), IsSparse(folder));
        }
    }

    private static GitRepository Open(string folder, string? workTree)
    {
        CheckWorktreeConfig(folder);
        _ = ExtensionsSet;
        Repository? opened = null;
        try
        {
            opened = workTree is null ? new Repository(folder) : new Repository(
                folder, new RepositoryOptions { WorkingDirectoryPath = workTree });
            if (!opened.Info.IsBare)
            {
                _ = opened.Index.Count;   // an index in a form that libgit2 can't read shows here, not in the middle of a run
            }

            var result = new GitRepository(opened, CommonFolderOf(folder));
            opened = null;
            return result;
        }
        finally
        {
            opened?.Dispose();
        }
    }

    private static bool AcceptWorktreeConfig()
    {
        GlobalSettings.SetExtensions("worktreeconfig");
        return true;
    }

    /// <summary>A worktree's folder names the one that all worktrees share; else they are the same.</summary>
    internal static string CommonFolderOf(string folder)
    {
        var pointer = Path.Combine(folder, "commondir");
        return File.Exists(pointer) ? Path.GetFullPath(Path.Combine(folder, File.ReadAllText(pointer).Trim())) : folder;
    }

    /// <summary>
    /// libgit2 doesn't read <c>config.worktree</c>: one that moves the work tree would be answered wrongly, so it is refused.
    /// </summary>
    private static void CheckWorktreeConfig(string folder)
    {
        var file = Path.Combine(folder, WorktreeConfig);
        if (GitConfigFile.Core(file, "worktree") is not null || GitConfigFile.IsTrue(GitConfigFile.Core(file, "bare")))
        {
            throw new LibGit2SharpException($"{file} sets core.worktree or core.bare, which is not understood here");
        }
    }

    private static bool IsSparse(string folder)
    {
        try
        {
            return new[] { Path.Combine(folder, WorktreeConfig), Path.Combine(CommonFolderOf(folder), "config") }
                .Any(file => GitConfigFile.IsTrue(GitConfigFile.Core(file, "sparseCheckout")));
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            return true;   // not known: what is absent must not count as gone
        }
    }
}
