namespace EmbSync.Core.Providers;

/// <summary>Pauses between tries: doubling from half a second with jitter, never above a minute, or what the server asks for.</summary>
internal sealed class Backoff(int seed)
{
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(500);

    private readonly Random _random = new(seed);
    private readonly Lock _lock = new();

    /// <param name="failed">Tries that failed so far, from 1.</param>
    public TimeSpan Pause(int failed, TimeSpan? retryAfter)
    {
        double jitter;
        lock (_lock)
        {
            jitter = _random.NextDouble();
        }

        // Whoever asks many clients to wait the same time gets them all back at once: a tenth of jitter on top. To come back sooner than
        // asked buys another refusal; how long is too long is the budget's to say.
        if (retryAfter is { } asked)
        {
            return asked * (1 + (0.1 * jitter));
        }

        var wanted = First * Math.Pow(2, Math.Min(failed - 1, 20)) * (0.5 + (0.5 * jitter));
        return wanted < Longest ? wanted : Longest;
    }
}
