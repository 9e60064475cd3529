using System.Globalization;
using EmbSync.Core.Git;
using EmbSync.Core.Sources.Markdown;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Sources;

/// <summary>
/// Invariant "scope": a full sync at one state, then <c>--since</c> any ref at a later one, ends where a full sync ends, on any history and
/// whatever was dirty at either time. The store is a map of path to version here.
/// </summary>
public class ScopeOverHistories
{
    private static readonly string[] Files = ["a.md", "b.md", "tasks/a.md", "tasks/deep/c.md", "tasks/d.md", "note.txt", "A.md"];

    /// <summary>More of them by <c>EMBSYNC_TEST_HISTORIES</c>.</summary>
    private static int Histories =>
        int.Parse(Environment.GetEnvironmentVariable("EMBSYNC_TEST_HISTORIES") ?? "15", CultureInfo.InvariantCulture);

    [Fact]
    public void A_scoped_run_ends_where_a_full_one_ends()
    {
        var scoped = 0;
        for (var seed = 1; seed <= Histories; seed++)
        {
            scoped += Replay(seed);
        }

        scoped.ShouldBeGreaterThan(Histories);   // the scope left something out in many runs, or nothing was shown
    }

    /// <returns>How many paths the scoped runs did not have to look at.</returns>
    private static int Replay(int seed)
    {
        using var repository = TempRepository.Create();
        var history = new RandomHistory(repository, Files, seed);
        history.Start();
        var include = new[] { "**/*.md" };
        var left = 0;
        for (var round = 0; round < 2; round++)
        {
            history.Move(3);
            using var git = GitRepository.Discover(repository.Path);
            var source = repository.Source(git, include);
            var stored = source.List().Entries.ToDictionary(entry => entry.Locator, entry => entry.Version);
            var recorded = git.Require().HeadCommit;
            for (var run = 0; run < 2; run++)
            {
                history.Move(4);
                var at = history.Random.Next(4) == 0 ? history.AnyCommit() : null;
                var full = source.List(at).Entries.ToDictionary(entry => entry.Locator, entry => entry.Version);
                left += Apply(source, source.Scope(history.AnyCommit(), at, recorded, stored), at, stored);
                var told = $"seed {seed}, round {round}, run {run}, at {at}: {string.Join("; ", history.Steps)}";
                stored.OrderBy(item => item.Key).ShouldBe(full.OrderBy(item => item.Key), told);
            }
        }

        return left;
    }

    private static int Apply(MarkdownSource source, ScopedPaths scope, string? at, Dictionary<string, string> stored)
    {
        var untouched = stored.Keys.Count(path => !scope.Paths.Contains(path));
        var listing = source.List(at, [.. scope.Paths]);
        var kept = listing.Problems.Select(problem => problem.Path).Concat(listing.Skipped).ToHashSet();
        foreach (var path in scope.Paths.Where(path => !kept.Contains(path)))
        {
            stored.Remove(path);
        }

        foreach (var entry in listing.Entries)
        {
            stored[entry.Locator] = entry.Version;
        }

        return untouched;
    }
}
