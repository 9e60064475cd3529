namespace EmbSync.Core.Model;

/// <summary>What came of reading one entry of a source: exactly one of the two is set.</summary>
public readonly record struct ReadOutcome(Item? Item, ItemProblem? Problem)
{
    public static ReadOutcome Of(Item item) => new(item, null);

    public static ReadOutcome Of(ItemProblem problem) => new(null, problem);
}
