using EmbSync.Core.Model;

namespace EmbSync.Core.Storage;

/// <summary>The last look at a batch before it is written: what is wrong is refused whole, never rounded or cut into shape.</summary>
internal static class BatchCheck
{
    /// <param name="generation">The batch's; null when there is no such one.</param>
    /// <exception cref="StoreException">The batch can't be stored as it is; nothing was written.</exception>
    public static void Check(StoreBatch batch, StoredGeneration? generation)
    {
        if (batch.Vectors.Count > 0 && generation is null)
        {
            throw new StoreException(FormattableString.Invariant(
                $"There is no generation {batch.Generation} in the store, so its vectors were not written. Run the command again."));
        }

        foreach (var row in batch.Vectors)
        {
            if (VectorCodec.Fault(generation!.Vectors, row.Vector.Span, generation.Value.Signature.Dimension) is { } fault)
            {
                throw new StoreException(
                    $"The vector of text {row.Hash} {fault}; {generation} can't take it. Nothing of its batch was written: check the "
                        + "provider's answers.");
            }
        }

        var keys = new HashSet<ItemKey>();
        foreach (var item in batch.Items)
        {
            if (StorableItem.Obstacle(item) is { } obstacle)
            {
                throw new StoreException($"{item.Key} {obstacle}. Nothing of its batch was written: correct the item or exclude it.");
            }

            if (!keys.Add(item.Key))
            {
                throw new StoreException($"{item.Key} is twice in one batch, which was not written: give one of the two another id.");
            }
        }
    }
}
