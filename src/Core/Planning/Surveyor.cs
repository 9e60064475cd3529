using EmbSync.Core.Git;
using EmbSync.Core.Model;
using EmbSync.Core.Sources;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Planning;

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
        ISource source, string? at, Func<IReadOnlyList<StoredItem>, ScopedPaths>? scopeOf, IReadOnlyList<int?> generations,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(generations);
        var stored = await store.ReadItemsAsync(source.Name, cancellationToken).ToListAsync(cancellationToken);
        var incomplete = await store.ReadIncompleteAsync(source.Name, generations[0], cancellationToken);
        foreach (var other in generations.Skip(1))
        {
            incomplete = incomplete.Union(await store.ReadIncompleteAsync(source.Name, other, cancellationToken)).ToHashSet(
                StringComparer.Ordinal);
        }

        var remarks = (await store.ReadRemarksAsync(source.Name, cancellationToken))
            .ToDictionary(remark => remark.Key, remark => ItemRemarks.Parse(remark.Value), StringComparer.Ordinal);
        var state = new Gathering(stored, incomplete, remarks);

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

        var ids = await state.SettleAsync(this, source, cancellationToken);
        var complete = scope is null && state.Complete;
        return new(source.Name, source.Type, source.Pipeline, true, complete, complete || (scope is { HasRecord: true } && !otherPipeline),
            state.Unchanged, state.Read, state.Problems, stored, state.Absent, incomplete, state.Notes)
        {
            Warnings = state.Warnings(source.Name, ids),
        };
    }

    /// <summary>A source that is stored and no longer configured reads as empty.</summary>
    public async Task<SourceSurvey> SurveyUnconfiguredAsync(string name, CancellationToken cancellationToken)
    {
        var stored = await store.ReadItemsAsync(name, cancellationToken).ToListAsync(cancellationToken);
        return new(name, "", "", false, true, true, [], [], [], stored, stored.Select(item => item.Locator).ToHashSet(
            StringComparer.Ordinal),
            new HashSet<string>(), []);
    }

    private ReadItem Reduced(SourceEntry entry, Item item) =>
        Reduced(entry, item, Interlocked.Add(ref _kept, item.Chunks.Sum(chunk => (long)chunk.Text.Length)) <= TextBudget);

    /// <param name="keep">Its text too.</param>
    internal static ReadItem Reduced(SourceEntry entry, Item item, bool keep)
    {
        return new(entry, item.Key, item.Type, item.Title, item.Path, item.Version, item.Pipeline, item.Priority, item.UpdatedAt,
            item.ContentDigest, item.RecordDigest, [.. item.Chunks.Select(chunk => chunk.Hash)],
            [.. item.Chunks.Select(chunk => TokenEstimate.Estimate(chunk.Text))], keep ? item : null)
        {
            Warnings = item.Warnings,
        };
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
        ? ReadOutcome.Of(new ItemProblem(
            ProblemCodes.InvalidId, item.Key.Source, item.Path ?? item.Key.Id, item.Path, null, $"the item {obstacle}; mend it"))
        : outcome;

    /// <summary>What has been seen so far of one source.</summary>
    private sealed class Gathering(
        List<StoredItem> stored, IReadOnlySet<string> incomplete, IReadOnlyDictionary<string, ItemRemarks> remarks)
    {
        private readonly Dictionary<string, SourceEntry> _unread = new(StringComparer.Ordinal);

        /// <summary>Two rows may name one path when a file's id changed and its old row was kept: then the file is read.</summary>
        private readonly ILookup<string, StoredItem> _byLocator = stored.ToLookup(item => item.Locator, StringComparer.Ordinal);

        public List<StoredItem> Unchanged { get; } = [];

        public List<ReadItem> Read { get; } = [];

        public List<ItemProblem> Problems { get; } = [];

        public HashSet<string> Absent { get; } = new(StringComparer.Ordinal);

        public List<string> Notes { get; } = [];

        public List<string> Unmatched { get; } = [];

        public bool Complete { get; private set; } = true;

        public async Task AddAsync(
            Surveyor surveyor, ISource source, SourceListing listing, IReadOnlySet<string>? paths, CancellationToken cancellationToken)
        {
            Complete &= listing.Complete;
            Notes.AddRange(listing.Notes);
            Problems.AddRange(listing.Problems);
            Unmatched.AddRange(listing.Unmatched);
            var toRead = new List<SourceEntry>();
            foreach (var entry in listing.Entries)
            {
                var rows = _byLocator[entry.Locator].Take(2).ToList();
                if (!surveyor.IsAll && rows is [var row] && row.Version == entry.Version && row.Pipeline == source.Pipeline
                    && !incomplete.Contains(row.Id))
                {
                    Unchanged.Add(row);
                    _unread[entry.Locator] = entry;
                }
                else
                {
                    toRead.Add(entry);
                }
            }

            await ReadAsync(surveyor, source, toRead, cancellationToken);
            AddAbsent(listing, paths);
        }

        /// <summary>A file that can't be read doesn't tell its id; what is stored of it does.</summary>
        private ItemProblem Named(ItemProblem problem) =>
            problem.Path is { } path && problem.Id == path && _byLocator[path].Take(2).ToList() is [var row] ? problem with { Id = row.Id }
                : problem;

        private async Task ReadAsync(Surveyor surveyor, ISource source, List<SourceEntry> entries, CancellationToken cancellationToken)
        {
            var reduced = new ReadItem?[entries.Count];
            var outcomes = await surveyor.ReadAllAsync(source, entries, reduced, cancellationToken);
            Read.AddRange(reduced.OfType<ReadItem>());
            Problems.AddRange(outcomes.Select(outcome => outcome.Problem).OfType<ItemProblem>().Select(Named));
        }

        /// <summary>
        /// Paths not looked at yet of stored items that claim an id which is in play: another path claims it now, or the path that had it
        /// was looked
        /// at and may have let it go.
        /// </summary>
        public HashSet<string> Rivals(IReadOnlySet<string> looked)
        {
            var ids = Read.SelectMany(item => new[] { item.Claim, item.Entry.Locator })
                .Concat(stored.Where(item => looked.Contains(item.Locator)).SelectMany(item => new[] { ClaimOf(item), item.Id }))
                .ToHashSet(StringComparer.Ordinal);
            return stored.Where(item => !looked.Contains(item.Locator) && (ids.Contains(item.Id) || ids.Contains(ClaimOf(item))))
                .Select(item => item.Locator).ToHashSet(StringComparer.Ordinal);
        }

        /// <summary>
        /// Gives each item the id that it has among the others; an unchanged one that has another now is read. Answers ids by path.
        /// </summary>
        public async Task<IReadOnlyDictionary<string, string>> SettleAsync(
            Surveyor surveyor, ISource source, CancellationToken cancellationToken)
        {
            while (true)
            {
                var blocked = Problems.Select(problem => problem.Path).OfType<string>().ToHashSet(StringComparer.Ordinal);
                var held = blocked.Count == 0 ? [] : stored.Where(item => item.Path is { } path && blocked.Contains(path))
                    .Select(item => item.Id).ToHashSet(StringComparer.Ordinal);
                var ids = DuplicateIds.Assign([.. Claims()], held);
                var renamed = Unchanged.Where(item => ids[item.Locator] != item.Id).Select(item => item.Locator).ToHashSet(
                    StringComparer.Ordinal);
                if (renamed.Count == 0)
                {
                    for (var i = 0; i < Read.Count; i++)
                    {
                        Read[i] = Read[i].As(ids[Read[i].Entry.Locator]);
                    }

                    return ids;
                }

                Unchanged.RemoveAll(item => renamed.Contains(item.Locator));
                await ReadAsync(surveyor, source, [.. renamed.Order(StringComparer.Ordinal).Select(path => _unread[path])],
                    cancellationToken);
            }
        }

        public IReadOnlyList<SourceWarning> Warnings(string source, IReadOnlyDictionary<string, string> ids)
        {
            var known = Unchanged.Where(item => remarks.ContainsKey(item.Id)).SelectMany(item => remarks[item.Id].Warnings.Select(warning =>
                new SourceWarning(warning.Code, source, item.Id, item.Path, warning.Line, warning.Message, IsNew: false)));
            var read = Read.SelectMany(item => item.Warnings.Select(warning =>
                new SourceWarning(warning.Code, source, item.Key.Id, item.Path, warning.Line, warning.Message, IsNew(item))));
            var changed = Read.Where(IsNew).Select(item => item.Entry.Locator).ToHashSet(StringComparer.Ordinal);
            var unmatched = Unmatched.Select(
                pattern => new SourceWarning(ProblemCodes.NoMatch, source, pattern, null, null, NoMatch(source, pattern), IsNew: true));
            return [.. unmatched.Concat(known).Concat(read).Concat(DuplicateIds.Warnings(source, Claims(), ids, changed.Contains))];
        }

        private static string NoMatch(string source, string pattern) => $"the pattern '{pattern}' of source '{source}' matches no file"
            + (pattern.AsSpan().ContainsAny("{}[]?") ? ": * and ** are all that has a meaning, so write a pattern for each ending"
                : pattern.Contains('*', StringComparison.Ordinal)
                    ? " (letters' case counts; what git ignores or 'exclude' takes out is no match)"
                    : ": of a folder write its name with /**/*.md behind");

        private bool IsNew(ReadItem item) => !_byLocator[item.Entry.Locator].Any(
            row => row.Id == item.Key.Id && row.Version == item.Version && row.Pipeline == item.Pipeline);

        private string ClaimOf(StoredItem item) => remarks.GetValueOrDefault(item.Id)?.ClaimedId ?? item.Id;

        private IEnumerable<IdClaim> Claims() =>
            Unchanged.Select(item => new IdClaim(item.Locator, ClaimOf(item))).Concat(
                Read.Select(item => new IdClaim(item.Entry.Locator, item.Claim)));

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
                    && !troubled.Exists(path => item.Locator == path || item.Locator.StartsWith(
                        path.TrimEnd('/') + "/", StringComparison.Ordinal)))
                {
                    Absent.Add(item.Locator);
                }
            }
        }
    }

    private bool IsAll => all;
}
