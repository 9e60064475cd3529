using EmbSync.Core.Git;
using EmbSync.Core.Model;

namespace EmbSync.Core.Jobs.Hooks;

/// <summary>Where a repository's hooks lie.</summary>
/// <param name="Path">Absolute; need not exist yet.</param>
/// <param name="IsTracked">It lies in the work tree, so that what is written there may be committed.</param>
public sealed record HookFolder(string Path, bool IsTracked)
{
    /// <summary>The folder that git takes this repository's hooks from, if that is the repository's own.</summary>
    /// <exception cref="GitException">Bare, or the folder isn't the repository's own or is no folder: the message says what to
    /// do.</exception>
    public static HookFolder Of(GitRepository repository, IReadOnlyDictionary<string, string> environment)
    {
        ArgumentNullException.ThrowIfNull(repository);
        if (repository.WorkTree is null)
        {
            throw new GitException($"{repository.Folder} is a bare repository: nobody commits there or pushes from there. Install the hook in a clone");
        }

        var standard = Standard(repository);
        if (HooksPathSetting.Of(repository, environment) is not { } setting)
        {
            return At(standard, repository);
        }

        if (!setting.IsOwn)
        {
            throw new GitException($"core.hooksPath in git's {setting.Level} configuration takes the hooks of all repositories from {setting.Value}: nothing was written there. "
                + $"Give this repository its own ('git config --local core.hooksPath {HookScript.Quote(standard)}') and install again, "
                + "or call 'embsync hook run pre-push \"$@\"' from the hook that is there");
        }

        var folder = setting.From(repository.WorkTree);
        if (Husky(folder) is { } husky)
        {
            throw new GitException($"core.hooksPath is {setting.Value}, which Husky writes: nothing was changed there. Add this line to {System.IO.Path.Combine(husky, "pre-push")}: "
                + "embsync hook run pre-push \"$@\"");
        }

        return System.IO.Path.Exists(folder) && !Directory.Exists(folder)
            ? throw new GitException($"core.hooksPath is {setting.Value}, which is no folder, so git runs no hooks here: nothing was written. 'git config --unset core.hooksPath' switches them on again")
            : At(folder, repository);
    }

    /// <summary>Everywhere an install of this repository may have written, also under settings of git that have changed since.</summary>
    public static IReadOnlyList<HookFolder> Possible(GitRepository repository, IReadOnlyDictionary<string, string> environment)
    {
        ArgumentNullException.ThrowIfNull(repository);
        var standard = At(Standard(repository), repository);
        return repository.WorkTree is { } top && HooksPathSetting.Of(repository, environment) is { IsOwn: true } setting
            ? [.. new[] { At(setting.From(top), repository), standard }.Distinct()]
            : [standard];
    }

    /// <summary>Worktrees share the hooks of their repository.</summary>
    private static string Standard(GitRepository repository) => System.IO.Path.Combine(repository.CommonFolder, "hooks");

    private static HookFolder At(string folder, GitRepository repository)
    {
        var real = RealPath.Of(folder);
        return new(real, repository.WorkTree is { } top && RealPath.Below(top, real) is not null
            && RealPath.Below(repository.CommonFolder, real) is null);
    }

    private static string? Husky(string folder) =>
        System.IO.Path.GetFileName(folder) == ".husky" ? folder
        : System.IO.Path.GetDirectoryName(folder) is { } parent && System.IO.Path.GetFileName(parent) == ".husky" ? parent
        : null;
}
