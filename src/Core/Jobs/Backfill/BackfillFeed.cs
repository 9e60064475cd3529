using EmbSync.Core.Buying;
using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Model;
using EmbSync.Core.Planning;
using EmbSync.Core.Sources;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Jobs.Backfill;

/// <param name="Pending">Items that still lack vectors.</param>
/// <param name="ToBuy">Chunks among the next ones that have to be bought.</param>
internal sealed record QueueFill(int Pending, int ToBuy);

/// <summary>
/// Keeps the queue filled, under the writer's lock: stores the items whose vectors are all there, and offers the texts of those that come
/// next. Whoever
/// has the lock does it for all that share the work. An item is offered once and stored as it was then, whatever it says by now: what
/// changed is for the next run.
/// </summary>
/// <param name="hasFailed">Whether the text was tried, and can't be embedded.</param>
internal sealed class BackfillFeed(
    Workspace workspace, BackfillRequest request, IReadOnlyList<IGenerationBuild> builds, Func<ContentHash, bool> hasFailed)
{
    /// <summary>Rounds whose texts wait in the queue, so that others find work while one of them feeds.</summary>
    private const int Ahead = 10;

    /// <summary>Seconds of work for a dozen processes.</summary>
    private const int MostLow = 5_000;

    private readonly PlanMaker _planMaker = new(workspace);
    private readonly List<ItemProblem> _failures = [];
    private readonly RowSets _taken = new();
    private readonly Dictionary<ItemKey, Offered> _offered = [];

    /// <summary>An item whose texts are in the queue, with its text.</summary>
    /// <param name="Before">Hashes of what was stored of it then; null for nothing.</param>
    private sealed record Offered(PlannedItem Planned, IReadOnlyList<ContentHash>? Before);

    /// <summary>Rows that went missing or couldn't be written.</summary>
    public IReadOnlyList<ItemProblem> Failures => _failures;

    public int Written { get; private set; }

    public int Window => Ahead * request.Limit;

    /// <summary>Fewer free chunks than these: it is time to feed.</summary>
    public int Low => Math.Min(Window / 2, MostLow);

    /// <param name="offers">False: only stores what is complete.</param>
    public async Task<QueueFill> FeedAsync(IStoreWriter writer, bool offers, CancellationToken cancellationToken)
    {
        var asked = new SyncRequest
            { Command = BuildRuns.Backfill, Limit = Math.Max(0,
            Window - _offered.Count), KeepOrphans = true, Sources = request.Sources, Taken = _taken };
        var plan = (await _planMaker.MakeAsync(asked, cancellationToken, spooled: false)).Plan;
        var complete = plan.Items.Where(item => !item.Item.Hashes.Any(plan.Buy.Contains)).ToList();
        await StoreAsync(writer, plan, complete, cancellationToken);
        var stored = await StoreOfferedAsync(writer, plan, cancellationToken);
        if (offers)
        {
            await OfferAsync(plan, cancellationToken);
        }

        return new(plan.Pending - complete.Count(item => item.Change != ItemChange.Metadata) - stored, plan.Buy.Count + _offered.Count);
    }

    /// <summary>Stores offered items all of whose vectors are there by now; answers how many.</summary>
    public async Task<int> StoreOfferedAsync(IStoreWriter writer, SyncPlan plan, CancellationToken cancellationToken)
    {
        var complete = await CompleteAsync(cancellationToken);
        await StoreAsync(writer, plan, complete, cancellationToken);
        return complete.Count;
    }

    /// <summary>
    /// Takes out what is complete, and what need not be waited for: another process stored it, it is gone from its source, or it can't be
    /// embedded.
    /// </summary>
    private async Task<List<PlannedItem>> CompleteAsync(CancellationToken cancellationToken)
    {
        var missing = _offered.Values.SelectMany(one => one.Planned.Item.Hashes).ToHashSet();
        var there = new List<IReadOnlySet<ContentHash>>();
        foreach (var build in missing.Count == 0 ? [] : builds)
        {
            there.Add(await workspace.Store.ReadExistingAsync(build.Generation.Id, missing, cancellationToken));
        }

        var complete = new List<PlannedItem>();
        foreach (var ofSource in _offered.Values.GroupBy(one => one.Planned.Key.Source).ToList())
        {
            var whole = ofSource.Where(one => one.Planned.Item.Hashes.All(hash => there.TrueForAll(found => found.Contains(hash))))
                .ToList();
            string[] ids = [.. whole.Select(one => one.Planned.Key.Id)];
            var stored = await workspace.Store.ReadChunkHashesAsync(ofSource.Key, ids, cancellationToken);
            var present = workspace.Sources.FirstOrDefault(source => source.Name == ofSource.Key) is IRowSource rows && ids.Length > 0
                ? await rows.PresentAsync(ids, cancellationToken) : ids.ToHashSet(StringComparer.Ordinal);
            foreach (var (planned, before) in whole)
            {
                _offered.Remove(planned.Key);
                if (present.Contains(planned.Key.Id) && IsSame(before, stored.GetValueOrDefault(planned.Key.Id)))
                {
                    complete.Add(planned);
                }
            }

            foreach (var (planned, _) in ofSource.Where(one => one.Planned.Item.Hashes.Any(hasFailed)))
            {
                _offered.Remove(planned.Key);
            }
        }

        return complete;
    }

    private static bool IsSame(IReadOnlyList<ContentHash>? one, IReadOnlyList<ContentHash>? other) =>
        one is null || other is null ? one is null && other is null : one.SequenceEqual(other);

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
            workspace.Sources.ToDictionary(source => source.Name, StringComparer.Ordinal),
            new Bill(new(null, null), [.. plan.Spaces.Select(space => space.Terms)]), new Progress<SyncProgress>());
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
        var texts = builds.Select(_ => new List<ClaimedChunk>()).ToList();
        var items = new List<PlannedItem>();
        foreach (var planned in plan.Items.Where(item => item.Item.Hashes.Any(plan.Buy.Contains)))
        {
            var item = planned.Item.Loaded ?? (await sources[planned.Key.Source].ReadAsync(planned.Item.Entry, cancellationToken)).Item;
            if (item is null || item.Key != planned.Key || !item.Chunks.Select(chunk => chunk.Hash).SequenceEqual(planned.Item.Hashes))
            {
                // Changed since it was planned a moment ago: the next look has it.
                continue;
            }

            items.Add(planned with { Item = planned.Item with { Loaded = item } });
            foreach (var chunk in item.Chunks.DistinctBy(chunk => chunk.Hash))
            {
                foreach (var (index, space) in plan.Spaces.Index().Where(space => space.Item.Buy.Contains(chunk.Hash)))
                {
                    texts[index].Add(new(chunk.Hash, chunk.Text, planned.Key));
                }
            }
        }

        await TakeAsync(items, cancellationToken);
        foreach (var (build, chunks) in builds.Zip(texts))
        {
            await build.OfferAsync([.. chunks.DistinctBy(chunk => chunk.Hash)], isWhole: plan.CutOff == plan.Passed, cancellationToken);
        }
    }

    private async Task TakeAsync(List<PlannedItem> items, CancellationToken cancellationToken)
    {
        foreach (var ofSource in items.GroupBy(item => item.Key.Source))
        {
            var stored = await workspace.Store.ReadChunkHashesAsync(
                ofSource.Key, [.. ofSource.Select(item => item.Key.Id)], cancellationToken);
            foreach (var planned in ofSource)
            {
                _taken.Add(planned.Key);
                _offered[planned.Key] = new(planned, stored.GetValueOrDefault(planned.Key.Id));
            }
        }
    }
}
