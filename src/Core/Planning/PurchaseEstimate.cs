using EmbSync.Core.Providers;

namespace EmbSync.Core.Planning;

/// <summary>What a plan would cost.</summary>
/// <param name="Tokens">Estimated from the text, by the bills of past runs where there are any.</param>
/// <param name="Cost">USD; null where the price of the model is unknown, 0 only where the provider is free.</param>
/// <param name="Seconds">Time for the requests at the configured concurrency and pauses.</param>
public sealed record PurchaseEstimate(int Chunks, int Requests, long Tokens, decimal? Cost, double Seconds)
{
    /// <summary>
    /// Seconds an embeddings request of a full batch takes before anything was measured: hosted endpoints answer in 0.2 to 1 s.
    /// </summary>
    private const double SecondsARequest = 0.5;

    /// <summary>Receipts of past runs that the figures are learned from.</summary>
    public int CalibratedBy { get; init; }

    /// <summary>
    /// Where the price is from: <c>embeddings.prices</c>, or the month of the built-in table; null where it is unknown or nothing is paid.
    /// </summary>
    public string? PriceFrom { get; init; }

    /// <summary>Of several spaces, which are bought in at the same time.</summary>
    public static PurchaseEstimate Sum(IEnumerable<PurchaseEstimate> estimates)
    {
        ArgumentNullException.ThrowIfNull(estimates);
        return estimates.Aggregate((one, other) => new(
            one.Chunks + other.Chunks, one.Requests + other.Requests, one.Tokens + other.Tokens, one.Cost + other.Cost, Math.Max(
            one.Seconds, other.Seconds))
        {
            CalibratedBy = Math.Max(one.CalibratedBy, other.CalibratedBy),
            PriceFrom = one.PriceFrom == other.PriceFrom ? one.PriceFrom : one.PriceFrom is null || other.PriceFrom is null ? null
            : $"{one.PriceFrom}, {other.PriceFrom}",
        });
    }

    /// <param name="textTokens">Estimated from the text alone.</param>
    public static PurchaseEstimate For(int chunks, long textTokens, PurchaseTerms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        if (terms.IsFree)
        {
            return new(chunks, 0, textTokens, 0m, terms.TokensASecond is { } pace ? Math.Round(textTokens / pace, 1) : 0);
        }

        var tokens = terms.Calibrated(textTokens);
        var byInputs = (chunks + terms.BatchSize - 1) / terms.BatchSize;
        var byTokens = (int)((tokens + terms.MaxTokensARequest - 1) / terms.MaxTokensARequest);
        var requests = Math.Max(byInputs, byTokens);
        var seconds = requests * Math.Max(terms.Past.SecondsARequest ?? SecondsARequest / terms.Concurrency, terms.SleepMs / 1000.0);
        seconds = Math.Max(seconds, Math.Max(SecondsAt(terms.RequestsPerMinute, requests), SecondsAt(terms.TokensPerMinute, tokens)));
        return new(chunks, requests, tokens, terms.CostOf(tokens), Math.Round(seconds, 1))
            { CalibratedBy = terms.Past.Runs, PriceFrom = terms.PriceFrom };
    }

    /// <summary>The first minute's worth starts at once.</summary>
    private static double SecondsAt(long? aMinute, long amount) => aMinute is { } most ? 60.0 * Math.Max(0, amount - most) / most : 0;
}
