using EmbSync.Core.Model;
using EmbSync.Core.Sources;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Planning;

/// <summary>Lays the items of a commit into a store, with place-holders for vectors.</summary>
internal sealed class TreeCopy(ISource source, IStoreWriter writer, IReadOnlyList<Generation> generations)
{
    private const int Batch = 512;

    private readonly Dictionary<string, string> _versions = new(StringComparer.Ordinal);
    private readonly List<ItemProblem> _blocked = [];
    private IReadOnlyList<string> _unmatched = [];

    public async Task CopyAsync(string commit, CancellationToken cancellationToken)
    {
        var listing = await source.ListAsync(new(commit, null), cancellationToken);
        _blocked.AddRange(listing.Problems);
        _unmatched = listing.Unmatched;
        var claims = new List<IdClaim>(listing.Entries.Count);
        var first = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entries in listing.Entries.Chunk(Batch))
        {
            var items = new List<Item>();
            foreach (var entry in entries)
            {
                // What was blocked then would not have been stored.
                if (await ReadAsync(entry, cancellationToken) is { } item)
                {
                    claims.Add(new(entry.Locator, item.Key.Id));
                    if (first.TryAdd(item.Key.Id, entry.Locator))
                    {
                        items.Add(item);
                    }
                }
            }

            await CommitAsync(items, [], cancellationToken);
        }

        await SettleAsync(listing, claims, first, cancellationToken);
    }

    /// <summary>
    /// What was wrong there and is as it was in what is compared with it: source, place and code. Files that have changed since are not
    /// among
    /// them, blocked as they may be: who changes one answers for it.
    /// </summary>
    public async Task<IReadOnlyList<(string Source, string Place, string Code)>> StandingAsync(
        string? at, CancellationToken cancellationToken)
    {
        if (_blocked.Count + _unmatched.Count == 0)
        {
            return [];
        }

        var now = (await source.ListAsync(new(at, null), cancellationToken)).Entries.ToDictionary(
            entry => entry.Locator, entry => entry.Version, StringComparer.Ordinal);
        return
        [
            .. _blocked.Select(problem => (Place: problem.Path ?? problem.Id, problem.Code)).Where(
                problem => _versions.GetValueOrDefault(problem.Place) == now.GetValueOrDefault(problem.Place))
                .Select(problem => (source.Name, problem.Place, problem.Code)),
            .. _unmatched.Select(pattern => (source.Name, pattern, ProblemCodes.NoMatch)),
        ];
    }

    /// <summary>
    /// Where several files claim one id, another may have it than the first that came, and those without it have other ids.
    /// </summary>
    /// <param name="stored">Path of the item that is stored under an id.</param>
    private async Task SettleAsync(
        SourceListing listing, List<IdClaim> claims, Dictionary<string, string> stored, CancellationToken cancellationToken)
    {
        var ids = DuplicateIds.Assign(claims, new HashSet<string>());
        var other = claims.Where(claim => stored.GetValueOrDefault(ids[claim.Path]) != claim.Path).Select(claim => claim.Path).ToHashSet(
            StringComparer.Ordinal);
        var items = new List<Item>();
        foreach (var entry in listing.Entries.Where(entry => other.Contains(entry.Locator)))
        {
            if (await ReadAsync(entry, cancellationToken) is { } item)
            {
                items.Add(ReadItem.Settled(item, item.Key with { Id = ids[entry.Locator] }));
            }
        }

        var kept = ids.Values.ToHashSet(StringComparer.Ordinal);
        await CommitAsync(items, [.. stored.Keys.Where(id => !kept.Contains(id)).Select(id => new ItemKey(source.Name, id))],
            cancellationToken);
    }

    private async Task<Item?> ReadAsync(SourceEntry entry, CancellationToken cancellationToken)
    {
        var read = Surveyor.Storable(await source.ReadAsync(entry, cancellationToken));
        if (read.Problem is { } problem)
        {
            _versions[entry.Locator] = entry.Version;
            _blocked.Add(problem);
        }

        return read.Item;
    }

    private async Task CommitAsync(IReadOnlyList<Item> items, IReadOnlyList<ItemKey> deletions, CancellationToken cancellationToken)
    {
        foreach (var generation in generations)
        {
            var vector = new float[generation.Signature.Dimension];
            vector[0] = 1;
            var rows = items.SelectMany(item => item.Chunks).DistinctBy(chunk => chunk.Hash)
                .Select(chunk => new VectorRow(chunk.Hash, vector, TokenEstimate.Estimate(chunk.Text)));
            await writer.CommitAsync(new(generation.Id, [.. rows], items, deletions), cancellationToken);
        }
    }
}
