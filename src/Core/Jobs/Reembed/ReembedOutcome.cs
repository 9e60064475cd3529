using EmbSync.Core.Buying;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Jobs.Reembed;

/// <summary>What one reembed did.</summary>
/// <param name="Bought">Texts, requests, tokens, failures.</param>
/// <param name="EmbeddingTime">Of queue, requests and commits, without the index.</param>
/// <param name="IndexTime">Of building and checking the index.</param>
/// <param name="Recall">Null where it was not measured: no index, or it didn't come to that.</param>
/// <param name="LeftToAnother">Another process has taken over index and switch.</param>
public sealed record ReembedOutcome(
    SyncOutcome Bought, TimeSpan EmbeddingTime, TimeSpan IndexTime, bool IndexBuilt, RecallSample? Recall, bool Switched,
    bool LeftToAnother)
{
    /// <summary>What people should know about how it went.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    public static readonly ReembedOutcome Nothing = new(SyncOutcome.Nothing, TimeSpan.Zero, TimeSpan.Zero, false, null, false, false);

    /// <summary>Why it ended early; null when it was walked to its end.</summary>
    public Exception? Stopped => Bought.Stopped;
}
