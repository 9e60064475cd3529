using EmbSync.Core.Git;
using EmbSync.Core.Model;
using EmbSync.Core.Storage.Inspection;

namespace EmbSync.Core.Jobs.Doctor;

/// <param name="Place">Where was looked.</param>
/// <param name="Problem">Why the repository can't be used; null when it can, or there is none.</param>
/// <param name="IsExposed">There is a cache folder that git doesn't ignore.</param>
/// <param name="Spooled">Files that wait in the spool.</param>
internal sealed record RepositoryFacts(
    string Place, bool HasRepository, string? Problem, bool IsShallow, string CacheFolder, bool IsExposed, int Spooled)
{
    /// <param name="root">Of the configuration; null where it can't be used.</param>
    public static RepositoryFacts Look(GitDiscovery git, string? root)
    {
        var top = root ?? git.Repository?.WorkTree ?? git.Directory;
        var folder = Path.Combine(top, Storage.CacheFolder.Name);
        var spool = Path.Combine(folder, "spool");
        var isExposed = Directory.Exists(folder) && git.Repository is { WorkTree: not null } repository
            && repository.PathOf(top) is { } below && !repository.IsIgnored(
                $"{(below.Length == 0 ? "" : below + "/")}{Storage.CacheFolder.Name}/index.db");
        return new(git.Directory, git.Repository is not null, git.Problem, git.Repository?.IsShallow == true, folder, isExposed,
            Directory.Exists(spool) ? Directory.EnumerateFiles(spool, "*", SearchOption.AllDirectories).Count() : 0);
    }
}

/// <summary>What is wrong with repository and configuration.</summary>
internal static class RepositoryFindings
{
    public static IEnumerable<Finding> Of(RepositoryFacts facts)
    {
        if (facts.Problem is { } problem)
        {
            yield return Finding.Of(FindingKind.GitRefused, facts.Place, problem);
        }
        else if (!facts.HasRepository)
        {
            yield return Finding.Of(FindingKind.NoGit, facts.Place, "It is not in a git repository.");
        }

        if (facts.IsShallow)
        {
            yield return Finding.Of(FindingKind.Shallow, facts.Place,
                "History was cut on cloning ('fetch-depth: 0' for actions/checkout fetches all of it).", Mend.Command(
                "git fetch --unshallow"));
        }

        if (facts.IsExposed)
        {
            yield return Finding.Of(FindingKind.NotIgnored, facts.CacheFolder, "git doesn't ignore it.",
                Mend.Command($"printf '*\\n' > {StoreFindings.ShellQuoted(facts.CacheFolder + "/.gitignore")}"));
        }

        if (facts.Spooled > 0)
        {
            yield return Finding.Of(FindingKind.SpoolLeft, Path.Combine(facts.CacheFolder, "spool"),
                $"{Text.Count(facts.Spooled, "file")} left by a run that ended early.", Mend.Command("embsync sync"));
        }
    }

    /// <param name="problem">A line each, as the loader gives them.</param>
    public static IEnumerable<Finding> OfConfig(string? problem) => (problem ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => Finding.Of(FindingKind.BadConfig, "configuration", line.TrimEnd('\r')));
}
