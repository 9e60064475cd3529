using EmbSync.Core.Model;

namespace EmbSync.Core.Providers;

/// <summary>What a provider sells at, and how fast.</summary>
/// <param name="PricePerMillion">USD per million tokens; null where unknown.</param>
public sealed record PurchaseTerms(bool IsFree, int BatchSize, int Concurrency, int SleepMs, decimal? PricePerMillion)
{
    /// <summary>OpenAI's limit of tokens a request (API reference, embeddings).</summary>
    public int MaxTokensARequest { get; init; } = 300_000;

    /// <summary>Null for no limit.</summary>
    public long? RequestsPerMinute { get; init; }

    /// <summary>Null for no limit.</summary>
    public long? TokensPerMinute { get; init; }

    /// <summary>What this machine embeds, about; null where it takes no time to speak of, or a server does it.</summary>
    public double? TokensASecond { get; init; }

    public PastRuns Past { get; init; } = PastRuns.None;

    /// <summary>Where the price is from; null where it is unknown.</summary>
    public string? PriceFrom { get; init; }

    /// <summary>Tokens that will be billed, by what past runs were billed.</summary>
    /// <param name="textTokens">Estimated from the text alone.</param>
    public long Calibrated(long textTokens) => (long)Math.Ceiling(textTokens * Past.TokenFactor);

    public decimal? CostOf(long tokens) => IsFree ? 0m : PricePerMillion is { } price ? price * tokens / 1_000_000m : null;
}
