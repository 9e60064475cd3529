using EmbSync.Core.Configuration;
using EmbSync.Core.Model;

namespace EmbSync.Core.Planning;

/// <summary>
/// Goes through the work in order and notes which item has to buy which hash: each hash once, and none that the generation has. What is
/// beyond the limit or the gate is left for another run; what costs nothing is always done.
/// </summary>
internal sealed class Purchases(PlanInput input)
{
    private readonly List<PlannedItem> _items = [];
    private readonly List<HeldItem> _held = [];
    private readonly HashSet<ContentHash> _buy = [];
    private readonly SpacePurchase[] _spaces = [.. input.Spaces.Select(space => new SpacePurchase(space.Existing))];
    private int _buyers;

    public IReadOnlyList<PlannedItem> Items => _items;

    /// <summary>Of those that are cut off, what the gate kept back.</summary>
    public IReadOnlyList<HeldItem> Held => _held;

    public IReadOnlySet<ContentHash> Buy => _buy;

    public IReadOnlySet<ContentHash> BuyIn(int space) => _spaces[space].Buy;

    public long TokensIn(int space) => _spaces[space].Tokens;

    public int Reused { get; private set; }

    public int CutOff { get; private set; }

    /// <summary>Of those that are cut off, what this part of the run takes nothing of.</summary>
    public int Passed { get; private set; }

    public void Add(PlannedItem item)
    {
        if (!input.Request.Takes(item.Key))
        {
            CutOff++;
            Passed++;
            return;
        }

        var missing = item.Change == ItemChange.Metadata ? [] : Missing(item);
        var held = input.Gate == AutoIndex.Off || (missing.Count > 0 && !PassesGate(item));
        if (held || (missing.Count > 0 && _buyers >= input.Request.Limit))
        {
            CutOff++;
            _held.AddRange(held ? [new(item.Key, item.Item.Path, item.Change)] : []);
            return;
        }

        if (missing.Count == 0 && input.CacheOnly)
        {
            return;
        }

        _buyers += missing.Count > 0 ? 1 : 0;
        foreach (var index in missing)
        {
            _buy.Add(item.Item.Hashes[index]);
            foreach (var space in _spaces)
            {
                space.Add(item.Item.Hashes[index], item.Item.Tokens[index], input.Request.Reindex);
            }
        }

        Reused += item.Change == ItemChange.Metadata ? 0 : item.Item.Hashes.Count - missing.Count;
        _items.Add(item with { Buy = [.. missing.Select(index => item.Item.Hashes[index])] });
    }

    /// <summary>Positions of the chunks that this item would be the first to buy.</summary>
    private List<int> Missing(PlannedItem item)
    {
        var seen = new HashSet<ContentHash>();
        return [.. Enumerable.Range(0, item.Item.Hashes.Count).Where(index =>
        {
            var hash = item.Item.Hashes[index];
            return (input.Request.Reindex || !input.Existing.Contains(hash)) && !_buy.Contains(hash) && seen.Add(hash);
        })];
    }

    private sealed class SpacePurchase(IReadOnlySet<ContentHash> existing)
    {
        public HashSet<ContentHash> Buy { get; } = [];

        public long Tokens { get; private set; }

        public void Add(ContentHash hash, int tokens, bool again)
        {
            if ((again || !existing.Contains(hash)) && Buy.Add(hash))
            {
                Tokens += tokens;
            }
        }
    }

    private bool PassesGate(PlannedItem item) => input.Gate switch
    {
        AutoIndex.OnCreate => item.Change == ItemChange.New,
        _ => true,
    };
}
