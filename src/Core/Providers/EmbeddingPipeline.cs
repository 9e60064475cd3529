using EmbSync.Core.Model;

namespace EmbSync.Core.Providers;

/// <param name="Tokens">Estimated tokens of the text.</param>
public sealed record EmbedInput(ContentHash Hash, string Text, int Tokens)
{
    /// <summary>Number of the space that the vector is for, where there are several.</summary>
    public int Space { get; init; }
}

/// <summary>One text's vector, or why it has none. Exactly one of the two is set.</summary>
/// <param name="Vector">Unit length, of the configured dimension; empty when it failed.</param>
/// <param name="Failure">Code and message; the text itself is to blame, others of its request are not.</param>
public sealed record EmbedResult(EmbedInput Input, ReadOnlyMemory<float> Vector, EmbedFailure? Failure);

/// <summary>Makes results durable before they go on.</summary>
/// <exception cref="StoreException">They could not be kept.</exception>
public delegate void KeepResults(IReadOnlyList<EmbedResult> results);

/// <param name="Code">See <see cref="ProblemCodes"/>.</param>
public sealed record EmbedFailure(string Code, string Message);

/// <summary>
/// What one paid request brought back, in the order of its inputs; without results where it took something and brought nothing.
/// </summary>
/// <param name="Requests">HTTP requests it took, retries included; 0 for a provider that is free.</param>
/// <param name="BilledTokens">As the provider's answers say, those included that could not be used; null when none says anything.</param>
public sealed record EmbedAnswer(IReadOnlyList<EmbedResult> Results, int Requests, long? BilledTokens)
{
    /// <summary>Of the requests, those that were sent again because the one before brought nothing usable.</summary>
    public int Retries { get; init; }

    /// <summary>
    /// Tokens estimated from the texts that the bill is for, once for each time they were billed; null for those of the results that have a
    /// vector.
    /// </summary>
    public long? Covered { get; init; }

    /// <summary>
    /// Tokens estimated from the texts of usable answers that said nothing of a bill; null for those of the results where nothing is
    /// billed.
    /// </summary>
    public long? Unbilled { get; init; }

    /// <summary>Number of the space it is for, where there are several.</summary>
    public int Space
    {
        get => Results is [var first, ..] ? first.Input.Space : field;
        init;
    }

    /// <summary>What it took, without what it brought.</summary>
    public EmbedAnswer WithoutResults() => this with { Results = [], Space = Space };
}
