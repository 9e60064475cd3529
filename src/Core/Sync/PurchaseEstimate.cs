namespace EmbSync.Core.Sync;

/// <summary>What a plan would cost.</summary>
/// <param name="Tokens">Estimated from UTF-8 bytes.</param>
/// <param name="Cost">USD; null where the price of the model is unknown, 0 only where the provider is free.</param>
/// <param name="Seconds">Time for the requests at the configured concurrency and pauses.</param>
public sealed record PurchaseEstimate(int Chunks, int Requests, long Tokens, decimal? Cost, double Seconds)
{
    /// <summary>
    /// Seconds an embeddings request of a full batch takes before anything was measured: hosted endpoints answer in 0.2 to 1 s.
    /// </summary>
    private const double SecondsARequest = 0.5;

    public static PurchaseEstimate For(int chunks, long tokens, PurchaseTerms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        if (terms.IsFree)
        {
            return new(chunks, 0, tokens, 0m, 0);
        }

        var byInputs = (chunks + terms.BatchSize - 1) / terms.BatchSize;
        var byTokens = (int)((tokens + terms.MaxTokensARequest - 1) / terms.MaxTokensARequest);
        var requests = Math.Max(byInputs, byTokens);
        var seconds = requests * Math.Max(SecondsARequest / terms.Concurrency, terms.SleepMs / 1000.0);
        return new(chunks, requests, tokens, terms.CostOf(tokens), Math.Round(seconds, 1));
    }
}

/// <param name="PricePerMillion">USD per million tokens; null where unknown.</param>
public sealed record PurchaseTerms(bool IsFree, int BatchSize, int Concurrency, int SleepMs, decimal? PricePerMillion)
{
    /// <summary>OpenAI's limit of tokens a request (API reference, embeddings).</summary>
    public int MaxTokensARequest { get; init; } = 300_000;

    public decimal? CostOf(long tokens) => IsFree ? 0m : PricePerMillion is { } price ? price * tokens / 1_000_000m : null;
}
