using EmbSync.Core.Model;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Planning;

/// <summary>
/// An item whose chunks reappear in the plan under another id has moved: a rename, a move to another folder or source. Each gone item is
/// matched with one new item of the same content; its old row is deleted in the transaction that writes the new one, so that a run which
/// stops in between leaves neither both nor none.
/// </summary>
internal static class Moves
{
    /// <summary>Old key by the new one's.</summary>
    public static Dictionary<ItemKey, ItemKey> Match(IEnumerable<(string Source, StoredItem Item)> gone, IEnumerable<PlannedItem> planned)
    {
        var left = gone.Where(item => item.Item.Chunks > 0)
            .GroupBy(item => item.Item.ContentDigest)
            .ToDictionary(group => group.Key, group => new Queue<ItemKey>(group
                .Select(item => new ItemKey(item.Source, item.Item.Id)).OrderBy(key => key.Source, StringComparer.Ordinal).ThenBy(
                    key => key.Id, StringComparer.Ordinal)));
        var moves = new Dictionary<ItemKey, ItemKey>();
        foreach (var item in planned.Where(item => item.Change == ItemChange.New))
        {
            if (left.TryGetValue(item.Item.ContentDigest, out var olds) && olds.TryDequeue(out var old))
            {
                moves.Add(item.Key, old);
            }
        }

        return moves;
    }
}
