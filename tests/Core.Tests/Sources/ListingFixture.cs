using EmbSync.Core.Configuration;
using EmbSync.Core.Documents;
using EmbSync.Core.Git;
using EmbSync.Core.Model;
using EmbSync.Core.Sources;
using EmbSync.Core.Sources.Markdown;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Sources;

/// <summary>Listings of a temporary repository, as the tests read them.</summary>
internal static class ListingFixture
{
    private const long MaxFileBytes = 1000;

    public static MarkdownSource Source(
        this TempRepository repository, GitDiscovery git, string[]? include = null, string[]? exclude = null, string folder = "")
    {
        var config = new MarkdownSourceConfig(
            "docs", 1, include ?? ["**/*.md"], exclude ?? [], "id", [], [], "document", ChunkConfig.Default, false);
        return new(config, repository.Full(folder), git, MaxFileBytes, new MarkdownReader(config));
    }

    public static SourceListing List(
        this TempRepository repository, string[]? include = null, string[]? exclude = null, string folder = "", string? at = null,
        string[]? paths = null)
    {
        using var git = GitRepository.Discover(repository.Full(folder));
        return repository.Source(git, include, exclude, folder).List(at, paths);
    }

    public static SourceListing List(this MarkdownSource source, string? at = null, string[]? paths = null) =>
        Now(source.ListAsync(new(at, paths?.ToHashSet()), CancellationToken.None));

    public static ReadOutcome Read(this MarkdownSource source, SourceEntry entry) => Now(source.ReadAsync(entry, CancellationToken.None));

    /// <summary>Listing and reading end before they return; were that to change, the tests that borrow a thread would have to.</summary>
    private static T Now<T>(Task<T> task) =>
        task.IsCompleted ? task.GetAwaiter().GetResult() : throw new InvalidOperationException("not done");

    public static string[] Paths(this SourceListing listing) => [.. listing.Entries.Select(entry => entry.Locator)];

    /// <summary>Path and kind of version, such as <c>a.md git</c>.</summary>
    public static string[] Kinds(this SourceListing listing) =>
        [.. listing.Entries.Select(entry => $"{entry.Locator} {entry.Version.Split(':')[0]}")];

    public static string VersionOf(this SourceListing listing, string path) =>
        listing.Entries.Single(entry => entry.Locator == path).Version;

    public static string[] Faults(this SourceListing listing) =>
        [.. listing.Problems.Select(problem => $"{problem.Code} {problem.Id}").Order()];

    public static void ShouldBeWhole(this SourceListing listing)
    {
        listing.Faults().ShouldBeEmpty();
        listing.Complete.ShouldBeTrue();
    }

    public static string Text(this ReadOutcome outcome) => outcome.Problem is null ? outcome.Item!.Chunks[0].Text : outcome.Problem.Code;

    public static string OutsideRoot => ProblemCodes.OutsideRoot;
}
