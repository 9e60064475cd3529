using EmbSync.Core.Embedding;
using EmbSync.Core.Git;
using EmbSync.Core.Model;
using EmbSync.Core.Sources;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Sync;

/// <summary>Looks at a source and at what is stored of it, reading as little as change detection allows. Writes nothing.</summary>
/// <param name="all">Read every entry, whatever its version says.</param>
public sealed class Surveyor(IStore store, bool all)
{
    /// <summary>
    /// Text of read items that is kept for the executor, in characters; what is beyond is read again when its turn comes. Keeps a run
    /// of any size within its memory.
    /// </summary>
    private const long TextBudget = 8 * 1024 * 1024;

    private long _kept;

    /// <param name="at">Commit to read; null for the work tree.</param>
    /// <param name="scopeOf">Paths that may have changed, given what is stored; null to look at the whole source.</param>
    /// <param name="generations">The generations that vectors must be in, one for each space; null where there is none yet.</param>
    public async Task<SourceSurvey> SurveyAsync(
        ISource source, string? at, Func<IReadOnlyList<StoredItem>, ScopedPaths>? scopeOf, IReadOnlyList<int?> generations, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(generations);
        var stored = await store.ReadItemsAsync(source.Name, cancellationToken).ToListAsync(cancellationToken);
        var incomplete = await store.ReadIncompleteAsync(source.Name, generations[0], cancellationToken);
        foreach (var other in generations.Skip(1))
        {
            incomplete = incomplete.Union(await store.ReadIncompleteAsync(source.Name, other, cancellationToken)).ToHashSet(StringComparer.Ordinal);
        }

        var state = new Gathering(stored, incomplete);

        var scope = scopeOf?.Invoke(stored);
        state.Notes.AddRange(scope?.Notes ?? []);
        var paths = scope?.Paths;
        var looked = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            var listing = await source.ListAsync(new(at, paths), cancellationToken);
            await state.AddAsync(this, source, listing, paths, cancellationToken);
            if (paths is null)
            {
                break;
            }

            looked.UnionWith(paths);
            paths = state.Rivals(looked);
            if (paths.Count == 0)
            {
                break;
            }
        }

        var otherPipeline = stored.Any(item => item.Pipeline != source.Pipeline);
        if (scope is not null && otherPipeline)
        {
            state.Notes.Add($"source '{source.Name}' was stored under other settings or by another version of embsync: "
                + "items outside the scope are stale until a full run ('embsync sync' without --since)");
        }

        var complete = scope is null && state.Complete;
        return DuplicateIds.SetAside(new(source.Name, source.Type, source.Pipeline, true, complete, complete || (scope is { HasRecord: true } && !otherPipeline),
            state.Unchanged, state.Read, state.Problems, stored, state.Absent, incomplete, state.Notes));
    }

    /// <summary>A source that is stored and no longer configured reads as empty.</summary>
    public async Task<SourceSurvey> SurveyUnconfiguredAsync(string name, CancellationToken cancellationToken)
    {
        var stored = await store.ReadItemsAsync(name, cancellationToken).ToListAsync(cancellationToken);
        return new(name, "", "", false, true, true, [], [], [], stored, stored.Select(item => item.Locator).ToHashSet(StringComparer.Ordinal),
            new HashSet<string>(), []);
    }

    private ReadItem Reduced(SourceEntry entry, Item item) =>
        Reduced(entry, item, Interlocked.Add(ref _kept, item.Chunks.Sum(chunk => (long)chunk.Text.Length)) <= TextBudget);

    /// <param name="keep">Its text too.</param>
    internal static ReadItem Reduced(SourceEntry entry, Item item, bool keep)
    {
        return new(entry, item.Key, item.Type, item.Title, item.Path, item.Version, item.Pipeline, item.Priority, item.UpdatedAt,
            item.ContentDigest, item.RecordDigest, [.. item.Chunks.Select(chunk => chunk.Hash)],
            [.. item.Chunks.Select(chunk => TokenEstimate.Estimate(chunk.Text))], keep ? item : null);
    }

    private async Task<ReadOutcome[]> ReadAllAsync(
        ISource source, List<SourceEntry> entries, ReadItem?[] reduced, CancellationToken cancellationToken)
    {
        var outcomes = new ReadOutcome[entries.Count];
        await Parallel.ForAsync(0, entries.Count, cancellationToken, async (i, token) =>
        {
            var outcome = Storable(await source.ReadAsync(entries[i], token));
            reduced[i] = outcome.Item is { } item ? Reduced(entries[i], item) : null;
            outcomes[i] = outcome with { Item = null };
        });
        return outcomes;
    }

    /// <summary>What no store can hold is set aside before it can spoil a batch.</summary>
    internal static ReadOutcome Storable(ReadOutcome outcome) => outcome.Item is { } item && StorableItem.Obstacle(item) is { } obstacle
        ? ReadOutcome.Of(new ItemProblem(ProblemCodes.InvalidId, item.Key.Source, item.Path ?? item.Key.Id, item.Path, null, $"the item {obstacle}; mend it"))
        : outcome;

    /// <summary>What has been seen so far of one source.</summary>
    private sealed class Gathering(List<StoredItem> stored, IReadOnlySet<string> incomplete)
    {
        /// <summary>Two rows may name one path when a file's id changed and its old row was kept: then the file is read.</summary>
        private readonly ILookup<string, StoredItem> _byLocator = stored.ToLookup(item => item.Locator, StringComparer.Ordinal);

        public List<StoredItem> Unchanged { get; } = [];

        public List<ReadItem> Read { get; } = [];

        public List<ItemProblem> Problems { get; } = [];

        public HashSet<string> Absent { get; } = new(StringComparer.Ordinal);

        public List<string> Notes { get; } = [];

        public bool Complete { get; private set; } = true;

        public async Task AddAsync(
            Surveyor surveyor, ISource source, SourceListing listing, IReadOnlySet<string>? paths, CancellationToken cancellationToken)
        {
            Complete &= listing.Complete;
            Notes.AddRange(listing.Notes);
            Problems.AddRange(listing.Problems);
            var toRead = new List<SourceEntry>();
            foreach (var entry in listing.Entries)
            {
                var rows = _byLocator[entry.Locator].Take(2).ToList();
                if (!surveyor.IsAll && rows is [var row] && row.Version == entry.Version && row.Pipeline == source.Pipeline && !incomplete.Contains(row.Id))
                {
                    Unchanged.Add(row);
                }
                else
                {
                    toRead.Add(entry);
                }
            }

            var reduced = new ReadItem?[toRead.Count];
            var outcomes = await surveyor.ReadAllAsync(source, toRead, reduced, cancellationToken);
            Read.AddRange(reduced.OfType<ReadItem>());
            Problems.AddRange(outcomes.Select(outcome => outcome.Problem).OfType<ItemProblem>().Select(Named));
            AddAbsent(listing, paths);
        }

        /// <summary>A file that can't be read doesn't tell its id; what is stored of it does.</summary>
        private ItemProblem Named(ItemProblem problem) =>
            problem.Path is { } path && problem.Id == path && _byLocator[path].Take(2).ToList() is [var row] ? problem with { Id = row.Id } : problem;

        /// <summary>Paths not looked at yet of stored items whose id another path claims now: is it a rename or a duplicate?</summary>
        public HashSet<string> Rivals(IReadOnlySet<string> looked)
        {
            var ids = stored.ToDictionary(item => item.Id, item => item.Locator, StringComparer.Ordinal);
            return Read.Select(item => ids.GetValueOrDefault(item.Key.Id))
                .OfType<string>().Where(path => !looked.Contains(path)).ToHashSet(StringComparer.Ordinal);
        }

        private void AddAbsent(SourceListing listing, IReadOnlySet<string>? paths)
        {
            if (paths is null && !listing.Complete)
            {
                return;
            }

            var listed = listing.Entries.Select(entry => entry.Locator).ToHashSet(StringComparer.Ordinal);
            var troubled = listing.Problems.Select(problem => problem.Path).OfType<string>().ToList();
            foreach (var item in stored)
            {
                var asked = paths is null || paths.Contains(item.Locator);
                if (asked && !listed.Contains(item.Locator) && !listing.Skipped.Contains(item.Locator)
                    && !troubled.Exists(path => item.Locator == path || item.Locator.StartsWith(path.TrimEnd('/') + "/", StringComparison.Ordinal)))
                {
                    Absent.Add(item.Locator);
                }
            }
        }
    }

    private bool IsAll => all;
}
