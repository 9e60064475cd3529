using EmbSync.Core.Model;

namespace EmbSync.Core.Buying;

/// <summary>What the executor did. Also the answer of a run that stopped half way: then <paramref name="Stopped"/> says why.</summary>
/// <param name="Billed">Tokens by the provider's own count; null when it said nothing of any request.</param>
/// <param name="Tokens">Of all answers: billed where the provider said so, else estimated.</param>
/// <param name="Activated">Spaces whose new generation took over.</param>
/// <param name="Stopped">Null when the plan was walked to its end.</param>
public sealed record SyncOutcome(
    int New,
    int Changed,
    int Metadata,
    int Deleted,
    int Embedded,
    int Reused,
    int Requests,
    long? Billed,
    long Tokens,
    IReadOnlyList<ItemProblem> Failures,
    Exception? Stopped,
    IReadOnlyList<string> Activated)
{
    /// <summary>Of the requests, those that were sent again.</summary>
    public int Retries { get; init; }

    /// <summary>
    /// Items whose vectors are bought and which are not stored yet: the generation that is searched lacks their text, and the new one can't
    /// take over.
    /// </summary>
    public int Waiting { get; init; }

    /// <summary>
    /// Tokens estimated from the text of what the bill is for; null without a bill. The next estimates learn from the two.
    /// </summary>
    public long? Covered { get; init; }

    /// <summary>What was bought in each space, in the order of the plan; empty when nothing was to be bought.</summary>
    public IReadOnlyList<SpaceOutcome> Spaces { get; init; } = [];

    public int Written => New + Changed + Metadata + Deleted;

    public static readonly SyncOutcome Nothing = new(0, 0, 0, 0, 0, 0, 0, null, 0, [], null, []);
}

/// <param name="Billed">Tokens by the provider's own count; null when it said nothing of any request.</param>
/// <param name="Tokens">Billed where the provider said so, else estimated.</param>
/// <param name="Covered">Tokens estimated from the text of what the bill is for; null without a bill.</param>
public sealed record SpaceOutcome(int Embedded, int Requests, int Retries, long? Billed, long Tokens, long? Covered)
{
    /// <summary>USD; null where the price is unknown.</summary>
    public decimal? Cost { get; init; }
}
