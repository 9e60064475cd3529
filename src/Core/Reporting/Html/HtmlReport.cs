using EmbSync.Core.Jobs;
using EmbSync.Core.Jobs.Map;
using EmbSync.Core.Jobs.Runs;
using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Model;

namespace EmbSync.Core.Reporting.Html;

/// <param name="Space">Whose vectors are drawn; null for the main one.</param>
/// <param name="Duplicates">Least cosine of near-duplicates, above 0 to 1.</param>
public sealed record HtmlReportRequest(string? Space, double Duplicates);

/// <summary>What the command says of the page.</summary>
/// <param name="Points">Items on the map.</param>
/// <param name="Items">All items.</param>
/// <param name="Duplicates">Items that have a near-duplicate.</param>
public sealed record HtmlReportSummary(int Points, int Items, double Coverage, int Duplicates, IReadOnlyList<string> Notes);

/// <summary>Everything about an index on one page: status, runs, failures, ages and a map. Reads only; asks no provider.</summary>
/// <param name="version">The tool's own.</param>
/// <param name="redact">Takes secrets out of what people wrote.</param>
public sealed class HtmlReport(Workspace workspace, TimeProvider clock, string version, Func<string, string> redact)
{
    /// <summary>Drift entries, and failures, that the page lists.</summary>
    internal const int MostListed = 2_000;

    /// <summary>Groups of near-duplicates that the page lists.</summary>
    internal const int MostGroups = 100;

    private const int MostRuns = 100;

    /// <summary>Writes the page, whole or not at all; a file that is there is replaced.</summary>
    /// <exception cref="UsageException">It can't be written, or there is no such space.</exception>
    public async Task<HtmlReportSummary> WriteAsync(HtmlReportRequest request, string path, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (data, notes) = await ReadAsync(request, cancellationToken);
        var page = HtmlPage.Of(data, redact);
        try
        {
            await using var file = new DraftFile(path);
            await file.Writer.WriteAsync(page.AsMemory(), cancellationToken);
            await file.PublishAsync(cancellationToken);
        }
        catch (Exception exception) when (DiskFault.Is(exception))
        {
            throw new UsageException($"'{path}' can't be written: {DiskFault.Words(exception)}", exception);
        }

        return new(data.Map?.Titles.Count ?? 0, data.Items.Total, data.Coverage, data.Map?.Duplicates.Count ?? 0, notes);
    }

    private async Task<(PageData Data, IReadOnlyList<string> Notes)> ReadAsync(
        HtmlReportRequest request, CancellationToken cancellationToken)
    {
        var space = request.Space ?? workspace.MainSpace;
        _ = workspace.SignatureOf(space);
        var status = await new SyncEngine(workspace, clock).StatusAsync(new() { Command = "status" }, null, cancellationToken);
        var generation = (await workspace.Store.ReadHeadAsync(cancellationToken)).Active(space);
        var map = generation is null ? null : await ItemMap.ReadAsync(workspace.Store, generation, request.Duplicates, cancellationToken);
        var runs = RunsReport.Of(workspace.StoreDescription, await workspace.Store.ReadRunsAsync(MostRuns + 1, cancellationToken)).Runs;
        var shown = runs.Take(MostRuns).ToList();
        var failures = shown.SelectMany(run => run.Failures.Select(failure => new PageFailure(
            run.Id, failure.Code, Plain.Line(Place(failure.Path ?? failure.Id, failure.Line)), Plain.Line(failure.Message)))).ToList();
        var now = clock.GetUtcNow();
        var driftTotal = status.Items.Missing + status.Items.Stale + status.Items.Orphaned + status.Items.Blocked;
        var data = new PageData(
            Plain.Line(status.Project), status.Commit, Plain.Line(status.Store), now.ToUniversalTime(), version, Index(generation),
            status.Items, status.Chunks, status.Coverage,
            [.. status.Sources.Select(source => source with { Name = Plain.Line(source.Name), Type = Plain.Line(source.Type) })],
            [.. status.Types.Select(type => type with { Type = Plain.Line(type.Type) })],
            Figures.Purchase(status.Estimate.Chunks, status.Estimate.Requests, status.Estimate.Tokens, status.Estimate.Cost,
            status.Estimate.PriceFrom, status.Estimate.CalibratedBy, status.Estimate.Seconds),
            [.. status.Notes.Select(Plain.Line)], [.. status.Drift.Take(MostListed).Select(Drift)], driftTotal,
            driftTotal - status.Drift.Count,
            shown.ConvertAll(Run), runs.Count > MostRuns, [.. failures.Take(MostListed)], failures.Count,
            map is null ? [] : Ages.Of(map.UpdatedAt, now), map is null ? null : MapPage.Of(map, status, request.Duplicates));
        return (data, status.Notes);
    }

    private static PageIndex? Index(Generation? generation) => generation is null ? null : new(
        Plain.Line(generation.Space), Plain.Line(generation.Signature.Provider), Plain.Line(generation.Signature.Model),
        generation.Signature.Dimension, generation.ActivatedAt);

    private static PageDrift Drift(DriftEntry drift) => new(
        drift.State, Plain.Line(drift.Source), Plain.Line(Place(drift.Path ?? drift.Id, drift.Line)), Plain.Line(drift.Title),
        drift.Reasons,
        drift.Message is { } message ? Plain.Line(message) : null);

    private static PageRun Run(RunEntry run) => new(
        run.Id, run.StartedAt, Plain.Line(run.Command), run.Status, run.ItemsProcessed, run.ItemsTotal, run.Chunks?.Embedded, run.Requests,
        run.TokensSpent,
        run.Cost?.Actual, run.Seconds, run.Commit, run.Failures.Count, run.Error is { } error ? Plain.Line(error) : null);

    private static string Place(string where, int? line) => line is { } number ? Text.Of($"{where}:{number}") : where;
}
