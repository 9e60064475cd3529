using EmbSync.Core.Configuration;

namespace EmbSync.Core.Embedding;

/// <param name="BatchSize">Inputs a request at most, from 1; 2,048 and 300,000 tokens are never exceeded.</param>
/// <param name="Concurrency">Requests at once at most, from 1.</param>
/// <param name="SleepMs">Milliseconds between the starts of two requests.</param>
/// <param name="MaxBatches">Batches packed before no more input is taken; null for no limit.</param>
/// <param name="RequestTimeout">For one request, from its start to the last byte of its answer.</param>
/// <param name="RetryBudget">For one request with all its retries: their durations and the pauses between.</param>
/// <param name="Seed">Of the jitter.</param>
public sealed record GovernorOptions(
    int BatchSize, int Concurrency, int SleepMs, int? MaxBatches, TimeSpan RequestTimeout, TimeSpan RetryBudget, int Seed)
{
    public static readonly TimeSpan DefaultRequestTimeout = TimeSpan.FromSeconds(60);
    public static readonly TimeSpan DefaultRetryBudget = TimeSpan.FromSeconds(120);

    /// <summary>After a cancellation, how long requests under way may still bring what was paid.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(3);

    public static GovernorOptions From(EmbeddingsConfig config, int? maxBatches, int seed)
    {
        ArgumentNullException.ThrowIfNull(config);
        return new(config.BatchSize, config.Concurrency, config.SleepMs, maxBatches, DefaultRequestTimeout, DefaultRetryBudget, seed);
    }
}
