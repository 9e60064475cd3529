using EmbSync.Core.Jobs.Publish;
using EmbSync.Core.Model;
using EmbSync.Core.Sources;
using EmbSync.Core.Storage.Inspection;

namespace EmbSync.Core.Jobs.Doctor;

/// <summary>What is wrong between sources of rows, store and published columns. Reads only.</summary>
internal static class SourceFindings
{
    private const int Named = 5;

    public static async Task<IReadOnlyList<Finding>> OfAsync(Workspace workspace, TimeProvider clock, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        try
        {
            var head = await workspace.Store.ReadHeadAsync(cancellationToken);
            foreach (var source in workspace.Sources.OfType<IRowSource>())
            {
                if (await OfSourceAsync(workspace, source, cancellationToken) is { } finding)
                {
                    findings.Add(finding);
                }
                else if (head.Active(workspace.MainSpace) is not null && PublishEngine.IsPublishing(
                    workspace.Config.Sources.First(one => one.Name == source.Name)))
                {
                    findings.AddRange(await OfPublishedAsync(workspace, source.Name, clock, cancellationToken));
                }
            }

            findings.AddRange(RunFindings.Of(await workspace.Store.ReadRunsAsync(PastRuns, cancellationToken)));
            return findings;
        }
        catch (EmbSyncException e) when (e is StoreException or StoreRefusedException)
        {
            // Of the store itself, which is looked at by other means: that finding says so.
            return findings;
        }
    }

    /// <summary>The last ones; some may be under way.</summary>
    private const int PastRuns = 10;

    private static async Task<Finding?> OfSourceAsync(Workspace workspace, IRowSource source, CancellationToken cancellationToken)
    {
        try
        {
            var (count, names) = (0L, new List<string>());
            await foreach (var difference in source.CompareAsync(
                new(workspace.Store, new HashSet<string>(), All: false, Ids: null), cancellationToken))
            {
                if (difference is { Row: null, Stored: { } stored })
                {
                    count++;
                    if (names.Count < Named)
                    {
                        names.Add($"'{Plain.Line(stored.Id)}'");
                    }
                }
            }

            return count == 0 ? null : Finding.Of(FindingKind.OutOfScope, $"source {source.Name}",
                $"{Text.Count(count, "stored item")} of rows that are gone or out of its scope: {string.Join(", ", names.Order(StringComparer.Ordinal))}{(count > Named ? ", ..." : "")}",
                Mend.Command($"embsync sync --source {source.Name}"));
        }
        catch (EmbSyncException e) when (e is SourceException or UsageException)
        {
            return Finding.Of(FindingKind.SourceNotRead, $"source {source.Name}", e.Message);
        }
    }

    private static async Task<IReadOnlyList<Finding>> OfPublishedAsync(
        Workspace workspace, string source, TimeProvider clock, CancellationToken cancellationToken)
    {
        try
        {
            var report = await new PublishEngine(workspace, clock).RunAsync(new([source], All: false, DryRun: true), cancellationToken);
            return [.. report.Sources.Where(one => one.Written + one.Withdrawn > 0).Select(
                one => Finding.Of(FindingKind.Unpublished, one.Target,
                Text.Of($"{Text.Count(one.Written, "row")} {Text.Agreeing(one.Written, "lacks the vector that is stored for it", "lack the vector that is stored for them")}, {one.Withdrawn:N0} {Text.Agreeing(one.Withdrawn, "shows", "show")} one of an item that is no longer stored."), Mend.Command($"embsync publish --source {source}")))];
        }
        catch (EmbSyncException e) when (e is SourceException or UsageException)
        {
            return [Finding.Of(FindingKind.SourceNotRead, $"source {source}", e.Message)];
        }
    }
}
