using EmbSync.Core.Model;
using EmbSync.Core.Planning;

namespace EmbSync.Core.Jobs.Search;

/// <summary>Finds the one stored item that a name means.</summary>
internal sealed class StoredNames(Workspace workspace)
{
    /// <summary>Items that are looked through for a name that is near.</summary>
    private const int Hinted = 20_000;

    /// <param name="folder">Where it was typed, absolute; null for the configuration's own folder.</param>
    /// <exception cref="UsageException">None is named so, or several.</exception>
    public async Task<ItemKey> FindAsync(string said, string? folder, CancellationToken cancellationToken)
    {
        var name = ItemName.Of(said, folder ?? workspace.Config.Root, workspace.Config.Root);
        var sources = await workspace.Store.ReadSourceNamesAsync(cancellationToken);
        var found = await ByIdAsync(name, sources, cancellationToken);
        var seen = new List<NamedItem>();
        if (found.Count != 1 || MayBePath(name))
        {
            found = name.In(await LookedThroughAsync(name, sources, seen, cancellationToken), folders: false);
        }

        return found switch
        {
            [var one] => one.Key,
            [] => throw new UsageException($"no stored item is named '{said}': use its id, its path, or SOURCE:ID; 'embsync search' finds items by their text{name.Hint(seen)}"),
            _ => throw new UsageException($"'{said}' may be several items: say which, {ItemName.Candidates(found)}"),
        };
    }

    /// <summary>An id of rows, which may be millions, is asked for by itself.</summary>
    private async Task<IReadOnlyList<NamedItem>> ByIdAsync(
        ItemName name, IReadOnlyList<string> sources, CancellationToken cancellationToken)
    {
        var found = new List<NamedItem>();
        foreach (var source in MayBePath(name) ? [] : sources)
        {
            found.AddRange((await workspace.Store.ReadChunkHashesAsync(source, name.IdsIn(source), cancellationToken)).Keys.Select(
                id => new NamedItem(new(source, id), null)));
        }

        return found;
    }

    private static bool MayBePath(ItemName name) => name.IsPlace || name.Said.AsSpan().ContainsAny('/', '\\', '.');

    private async Task<IReadOnlyList<NamedItem>> LookedThroughAsync(
        ItemName name, IReadOnlyList<string> sources, List<NamedItem> seen, CancellationToken cancellationToken)
    {
        var found = new List<NamedItem>();
        foreach (var source in sources)
        {
            await foreach (var stored in workspace.Store.ReadItemsAsync(source, cancellationToken))
            {
                var item = new NamedItem(new(source, stored.Id), stored.Path);
                if (name.CanMean(item))
                {
                    found.Add(item);
                }

                if (seen.Count < Hinted)
                {
                    seen.Add(item);
                }
            }
        }

        return found;
    }
}
