using EmbSync.Core.Jobs.Sync;

namespace EmbSync.Core.Reporting.Html;

/// <summary>What the page's script draws. Not a format of its own: it changes with the script, in one file with it.</summary>
/// <param name="MadeAt">UTC.</param>
/// <param name="Index">Null while nothing is indexed.</param>
/// <param name="Cost">Of what a sync would buy, in words.</param>
/// <param name="Drift">The first <see cref="HtmlReport.MostListed"/>.</param>
/// <param name="DriftTotal">All of them.</param>
/// <param name="Unnamed">Of those, items that were counted and not read: rows of a large table.</param>
/// <param name="Runs">Newest first.</param>
/// <param name="MoreRuns">There are older ones.</param>
/// <param name="Map">Null while nothing is indexed.</param>
internal sealed record PageData(
    string Project, string? Commit, string Store, DateTimeOffset MadeAt, string Version, PageIndex? Index, ItemCounts Items,
    ChunkCounts Chunks, double Coverage,
    IReadOnlyList<SourceStatus> Sources, IReadOnlyList<TypeStatus> Types, string Cost, IReadOnlyList<string> Notes,
    IReadOnlyList<PageDrift> Drift, int DriftTotal, int Unnamed,
    IReadOnlyList<PageRun> Runs, bool MoreRuns, IReadOnlyList<PageFailure> Failures, int FailuresTotal, IReadOnlyList<PageAge> Ages,
    PageMap? Map);

/// <summary>The generation that searches are answered from.</summary>
internal sealed record PageIndex(string Space, string Provider, string Model, int Dimension, DateTimeOffset? ActivatedAt);

internal sealed record PageDrift(string State, string Source, string Where, string Title, IReadOnlyList<string> Reasons, string? Message);

/// <param name="Cost">USD; null where the price is unknown, or nothing was said.</param>
internal sealed record PageRun(
    long Id, DateTimeOffset StartedAt, string Command, string Status, int ItemsProcessed, int ItemsTotal, int? Chunks, int? Requests,
    long Tokens, decimal? Cost,
    double? Seconds, string? Commit, int Failures, string? Error);

internal sealed record PageFailure(long Run, string Code, string Where, string Message);

internal sealed record PageAge(string Label, int Items);

/// <summary>Points by column: one entry in each list for each item.</summary>
/// <param name="Total">Items that have all their vectors; more than there are points: these are a sample.</param>
/// <param name="LeftOut">Items that lack vectors.</param>
/// <param name="Shares">Of the variance along each axis, 0 to 1.</param>
/// <param name="X">From -1 to 1, one scale for both axes.</param>
/// <param name="Labels">What points are coloured by.</param>
/// <param name="Threshold">Least cosine of near-duplicates.</param>
/// <param name="Pairs">Pairs at or above it.</param>
/// <param name="Groups">The largest <see cref="HtmlReport.MostGroups"/>.</param>
/// <param name="GroupsTotal">All of them.</param>
/// <param name="Duplicates">Numbers of all points that have a near-duplicate.</param>
/// <param name="Unoffered">Metadata keys that are no label, because they have too many values.</param>
internal sealed record PageMap(
    long Total, int LeftOut, IReadOnlyList<double> Shares, IReadOnlyList<double> X, IReadOnlyList<double> Y, IReadOnlyList<string> Titles,
    IReadOnlyList<string> Where,
    IReadOnlyList<PageLabel> Labels, double Threshold, long Pairs, IReadOnlyList<PageGroup> Groups, int GroupsTotal,
    IReadOnlyList<int> Duplicates,
    IReadOnlyList<string> Unoffered);

/// <param name="Values">Most frequent first.</param>
/// <param name="Of">For each point the number of its value; -1 for none.</param>
internal sealed record PageLabel(string Name, IReadOnlyList<string> Values, IReadOnlyList<int> Of);

/// <param name="Points">The first few.</param>
/// <param name="Size">All of them.</param>
internal sealed record PageGroup(int Size, double Closest, IReadOnlyList<int> Points);
