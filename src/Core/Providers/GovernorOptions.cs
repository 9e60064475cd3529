using EmbSync.Core.Configuration;

namespace EmbSync.Core.Providers;

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
    public static readonly TimeSpan DefaultRequestTimeout = TimeSpan.FromSeconds(PaceConfig.Default.TimeoutSeconds);

    // The budget ends the tries long before.
    private const int DefaultMaxRetries = 100;

    /// <summary>Of <see cref="RetryBudget"/>, for messages.</summary>
    public string BudgetSetting { get; init; } = "embeddings.retry.seconds";

    /// <summary>For the vector of a search's text, with all its tries.</summary>
    public TimeSpan QueryBudget { get; init; } = TimeSpan.FromMilliseconds(PaceConfig.DefaultQueryMs);

    /// <summary>After a cancellation, how long requests under way may still bring what was paid.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Tries after the first that a request gets at most, from 0.</summary>
    public int MaxRetries { get; init; } = DefaultMaxRetries;

    /// <summary>From 1; null for no limit but what answers name.</summary>
    public long? RequestsPerMinute { get; init; }

    /// <summary>From 1; null for no limit but what answers name.</summary>
    public long? TokensPerMinute { get; init; }

    public static GovernorOptions From(EmbeddingsConfig config, int? maxBatches, int seed)
    {
        ArgumentNullException.ThrowIfNull(config);
        var pace = config.Pace;
        return new(
            config.BatchSize, config.Concurrency, config.SleepMs, maxBatches, TimeSpan.FromSeconds(pace.TimeoutSeconds),
            TimeSpan.FromSeconds(pace.RetrySeconds), seed)
        {
            MaxRetries = pace.MaxRetries,
            QueryBudget = TimeSpan.FromMilliseconds(pace.QueryMs),
            RequestsPerMinute = pace.RequestsPerMinute,
            TokensPerMinute = pace.TokensPerMinute,
        };
    }
}
