using EmbSync.Core.Buying;
using EmbSync.Core.Model;
using EmbSync.Core.Planning;

namespace EmbSync.Core.Jobs.Sync;

/// <summary>What a receipt says of a purchase beside syncs.</summary>
internal static class PurchaseReceipt
{
    /// <summary>Details of a purchase beside syncs, in the form that <c>runs</c> shows and later estimates learn from.</summary>
    /// <param name="run">Id of the receipt.</param>
    /// <param name="spaces">Those of the bill, in its order.</param>
    /// <param name="failed">Texts that got no vector.</param>
    /// <param name="elapsed">Of the requests.</param>
    public static SyncReport Of(Bill bill, long? run,
        IReadOnlyList<(string Space, EmbeddingSignature Signature, PurchaseEstimate Estimate)> spaces, int failed, TimeSpan elapsed,
        string status)
    {
        var bought = bill.On(SyncOutcome.Nothing);
        var estimate = PurchaseEstimate.Sum(spaces.Select(space => space.Estimate));
        return new(
            1, false, run, status, spaces[0].Signature.Model, spaces[0].Signature.Dimension, new(0, 0, 0, 0, 0, 0, failed),
            new(bought.Embedded, 0, 0), bought.Requests,
            TokensOf(estimate, bought.Billed, bought.Covered), CostOf(estimate, bill.Cost), Math.Round(elapsed.TotalSeconds, 2), [], 0, [])
        {
            Retries = bought.Retries,
            Spaces = [.. spaces.Zip(bought.Spaces, (space, one) => new SpaceReport(
                space.Space, space.Signature.Model, space.Signature.Dimension, one.Embedded, one.Requests,
                TokensOf(space.Estimate, one.Billed, one.Covered), CostOf(space.Estimate, one.Cost)))],
        };
    }

    private static TokenReport TokensOf(PurchaseEstimate estimate, long? billed, long? covered) =>
        new(estimate.Tokens, billed) { Covered = covered, CalibratedBy = estimate.CalibratedBy };

    private static CostReport CostOf(PurchaseEstimate estimate, decimal? actual) =>
        new("USD", estimate.Cost, actual) { PriceFrom = estimate.PriceFrom };
}
