using EmbSync.Core.Model;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Planning;

/// <summary>
/// When a new generation may take over searches: when every stored item has its vectors there. Blocked ones aside: those can't be read,
/// whatever the model.
/// </summary>
internal sealed class Takeover(IStore store, SyncPlan plan)
{
    public static readonly IReadOnlySet<ItemKey> Nothing = new HashSet<ItemKey>();

    /// <summary>
    /// Hashes that searches of today find in every space whose model changes: writing items of these takes nothing out of sight.
    /// </summary>
    public async Task<IReadOnlySet<ContentHash>> SearchableAsync(CancellationToken cancellationToken)
    {
        var hashes = plan.Items.SelectMany(item => item.Item.Hashes).ToHashSet();
        foreach (var active in Changed.Select(space => space.Target.Active!.Id))
        {
            hashes.IntersectWith(await store.ReadExistingAsync(active, hashes, cancellationToken));
        }

        return hashes;
    }

    /// <summary>Spaces that are to be searched by another generation than now.</summary>
    public IEnumerable<SpacePlan> Changed => plan.Spaces.Where(space => space.Target.ModelChanged);

    /// <param name="written">Items whose rows are written in the moment of the switch, with vectors for all of them.</param>
    public async Task<bool> CoversAllAsync(int generation, IReadOnlySet<ItemKey> written, CancellationToken cancellationToken)
    {
        if (plan.Request.IsPartial || plan.CacheOnly)
        {
            return false;
        }

        // Rows that go lose nothing: their items are gone from the source, or written under another id.
        var gone = written.Count == 0 ? [] : plan.Deletions.Select(deletion => deletion.Key).ToHashSet();
        foreach (var source in await store.ReadSourceNamesAsync(cancellationToken))
        {
            var incomplete = await store.ReadIncompleteAsync(source, generation, cancellationToken);
            var blocked = plan.Blocked.Concat(plan.Accepted).Where(problem => problem.Source == source)
                .SelectMany(problem => new[] { problem.Id, problem.Path }).OfType<string>().ToHashSet(StringComparer.Ordinal);
            if (await store.ReadItemsAsync(source, cancellationToken).AnyAsync(
                item => incomplete.Contains(item.Id) && !blocked.Contains(item.Id) && !blocked.Contains(item.Locator)
                    && !written.Contains(new(source, item.Id)) && !gone.Contains(new(source, item.Id)), cancellationToken))
            {
                return false;
            }
        }

        return true;
    }
}
