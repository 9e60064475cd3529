using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Planning;
using EmbSync.Core.Providers;

namespace EmbSync.Core.Buying;

/// <summary>Bounds on what one run may buy; null for no bound.</summary>
/// <param name="MaxCost">USD.</param>
public sealed record SpendLimit(decimal? MaxCost, long? MaxTokens)
{
    public static SpendLimit Of(LimitsConfig limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        return new(limits.MaxCost, limits.MaxTokens);
    }

    /// <summary>What is left of the bounds for the next part of the same run, or its next round.</summary>
    /// <param name="cost">USD; null where it is unknown.</param>
    public SpendLimit After(decimal? cost, long tokens) => new(
        MaxCost is { } maxCost ? Math.Max(0, maxCost - (cost ?? 0)) : null,
        MaxTokens is { } maxTokens ? Math.Max(0, maxTokens - tokens) : null);

    /// <summary>Why a plan must not begin; null when its estimate is within the bounds.</summary>
    public string? Violation(PurchaseEstimate purchase, PurchaseTerms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        return Violation(purchase, terms.IsFree);
    }

    /// <summary>The same for several spaces.</summary>
    /// <param name="byParts">The command can buy a part of it: <c>--limit</c>.</param>
    public string? Violation(PurchaseEstimate purchase, bool isFree, bool byParts = true)
    {
        ArgumentNullException.ThrowIfNull(purchase);
        if (purchase.Chunks == 0 || isFree)
        {
            return null;
        }

        if (MaxTokens is { } tokens && purchase.Tokens > tokens)
        {
            return Text.Of($"about {Text.Count(purchase.Tokens, "token")} {Text.Agreeing(purchase.Tokens, "is", "are")} needed, {purchase.Tokens - tokens:N0} more than the limit of {tokens:N0} (limits.maxTokens, --max-tokens). ")
                + "Nothing was bought. Raise the limit" + (byParts ? ", or buy a part with --limit" : "");
        }

        return MaxCost switch
        {
            null => null,
            { } when purchase.Cost is null => "a cost limit is set and the price of the model is unknown. Nothing was bought. "
                + "Say the price in USD per million tokens under embeddings.prices, or take the limit away",
            { } max when purchase.Cost > max => Text.Of($"about ${purchase.Cost:0.0000} is needed, ${purchase.Cost - max:0.0000} more than the limit of ${max:0.00} (limits.maxCost, --max-cost). ")
                + "Nothing was bought. Raise the limit" + (byParts ? ", or buy a part with --limit" : ""),
            _ => null,
        };
    }

    /// <summary>Whether so many tokens, each by its space's terms, are still within the bounds together.</summary>
    public bool Allows(IReadOnlyList<(long Tokens, PurchaseTerms Terms)> spent)
    {
        ArgumentNullException.ThrowIfNull(spent);
        return spent.All(one => one.Terms.IsFree)
            || ((MaxTokens is null || spent.Where(one => !one.Terms.IsFree).Sum(one => one.Tokens) <= MaxTokens)
                && (MaxCost is null || spent.Aggregate((decimal?)0m, (cost, one) => cost + one.Terms.CostOf(one.Tokens)) <= MaxCost));
    }
}
