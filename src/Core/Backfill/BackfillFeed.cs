using EmbSync.Core.Model;
using EmbSync.Core.Storage;
using EmbSync.Core.Sync;

namespace EmbSync.Core.Backfill;

/// <param name="Pending">Items that still lack vectors.</param>
/// <param name="ToBuy">Chunks among the next ones that have to be bought.</param>
internal sealed record Fed(int Pending, int ToBuy);

/// <summary>
/// Keeps the queue filled, under the writer's lock: stores the items whose vectors are all there, and offers the texts of those that come next. Whoever
/// has the lock does it for all that share the work.
/// </summary>
internal sealed class BackfillFeed(Workspace workspace, BackfillRequest request, IReadOnlyList<IGenerationBuild> builds)
{
    /// <summary>Rounds whose texts wait in the queue, so that others find work while one of them feeds.</summary>
    private const int Ahead = 10;

    /// <summary>Seconds of work for a dozen processes.</summary>
    private const int MostLow = 5_000;

    private readonly PlanMaker _planMaker = new(workspace);
    private readonly List<ItemProblem> _failures = [];

    /// <summary>Rows that went missing or couldn't be written.</summary>
    public IReadOnlyList<ItemProblem> Failures => _failures;

    public int Written { get; private set; }

    public int Window => Ahead * request.Limit;

    /// <summary>Fewer free chunks than these: it is time to feed.</summary>
    public int Low => Math.Min(Window / 2, MostLow);

    public SyncRequest Request(int? limit) => new() { Command = BuildRuns.Backfill, Limit = limit, KeepOrphans = true, Sources = request.Sources };

    /// <param name="offers">False: only stores what is complete.</param>
    public async Task<Fed> FeedAsync(IStoreWriter writer, bool offers, CancellationToken cancellationToken)
    {
        var plan = (await _planMaker.MakeAsync(Request(Window), cancellationToken, spooled: false)).Plan;
        var complete = plan.Items.Where(item => !item.Item.Hashes.Any(plan.Buy.Contains)).ToList();
        await StoreAsync(writer, plan, complete, cancellationToken);
        if (offers)
        {
            await OfferAsync(plan, cancellationToken);
        }

        return new(plan.Pending - complete.Count(item => item.Change != ItemChange.Metadata), plan.Buy.Count);
    }

    private async Task StoreAsync(IStoreWriter writer, SyncPlan plan, List<PlannedItem> complete, CancellationToken cancellationToken)
    {
        if (complete.Count == 0)
        {
            return;
        }

        var free = plan with
        {
            Items = complete,
            Deletions = [],
            Buy = new HashSet<ContentHash>(),
            Purchase = plan.Purchase with { Chunks = 0 },
            Spaces = [.. plan.Spaces.Select(space => space with { Buy = new HashSet<ContentHash>() })],
        };
        var executor = new SyncExecutor(
            workspace.Store, writer, (_, _) => throw new InvalidOperationException("items whose vectors are there asked for embeddings"),
            workspace.Sources.ToDictionary(source => source.Name, StringComparer.Ordinal), new(new(null, null), [.. plan.Spaces.Select(space => space.Terms)]), new Progress<SyncProgress>());
        var outcome = await executor.ExecuteAsync(free, [.. builds.Select(build => build.Generation.Id)], cancellationToken);
        _failures.AddRange(outcome.Failures);
        Written += outcome.New + outcome.Changed + outcome.Metadata;
        if (outcome.Stopped is { } stopped)
        {
            throw stopped;
        }
    }

    private async Task OfferAsync(SyncPlan plan, CancellationToken cancellationToken)
    {
        var sources = workspace.Sources.ToDictionary(source => source.Name, StringComparer.Ordinal);
        var offered = builds.Select(_ => new List<ClaimedChunk>()).ToList();
        foreach (var planned in plan.Items.Where(item => item.Item.Hashes.Any(plan.Buy.Contains)))
        {
            var item = planned.Item.Loaded ?? (await sources[planned.Key.Source].ReadAsync(planned.Item.Entry, cancellationToken)).Item;
            foreach (var chunk in item?.Chunks.DistinctBy(chunk => chunk.Hash) ?? [])
            {
                foreach (var (index, space) in plan.Spaces.Index().Where(space => space.Item.Buy.Contains(chunk.Hash)))
                {
                    offered[index].Add(new(chunk.Hash, chunk.Text, planned.Key));
                }
            }
        }

        foreach (var (build, chunks) in builds.Zip(offered))
        {
            await build.OfferAsync([.. chunks.DistinctBy(chunk => chunk.Hash)], isWhole: plan.CutOff == 0, cancellationToken);
        }
    }
}
