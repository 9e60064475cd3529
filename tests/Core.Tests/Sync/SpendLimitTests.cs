using EmbSync.Core.Buying;
using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Planning;
using static EmbSync.Core.Tests.Sync.PlanningValues;

namespace EmbSync.Core.Tests.Sync;

public sealed class SpendLimitTests
{
    [Fact]
    public void Refuses_above_the_cost_and_says_by_how_much()
    {
        var purchase = PurchaseEstimate.For(100, 10_000_000, Paid);

        new SpendLimit(0.15m, null).Violation(purchase, Paid).ShouldNotBeNull().ShouldContain("$0.0500 more than the limit of $0.15");
        new SpendLimit(0.20m, null).Violation(purchase, Paid).ShouldBeNull();
    }

    [Fact]
    public void Is_used_up_part_by_part()
    {
        var spent = SyncReport.Executed(
            Plan([Survey()]), SyncOutcome.Nothing with { Billed = 300, Tokens = 400 }, null, 0.15m, TimeSpan.Zero, "done");

        spent.LeftOf(new SpendLimit(0.20m, 1000)).ShouldBe(new(0.05m, 600));
        spent.LeftOf(new SpendLimit(0.10m, 100)).ShouldBe(new(0m, 0));
        spent.LeftOf(new SpendLimit(null, null)).ShouldBe(new(null, null));
    }

    [Fact]
    public void Refuses_above_the_tokens()
    {
        new SpendLimit(null, 999).Violation(PurchaseEstimate.For(1, 1000, Paid), Paid).ShouldNotBeNull().ShouldContain(
            "1 more than the limit of 999");
    }

    [Fact]
    public void Exactly_the_tokens_of_the_limit_are_within_it_and_one_more_is_not()
    {
        var limit = new SpendLimit(null, 1000);

        limit.Violation(PurchaseEstimate.For(1, 1000, Paid), Paid).ShouldBeNull();
        limit.Violation(PurchaseEstimate.For(1, 1001, Paid), Paid).ShouldNotBeNull();
        limit.Allows([(1000, Paid)]).ShouldBeTrue();
        limit.Allows([(1001, Paid)]).ShouldBeFalse();
        limit.Allows([(400, Paid), (600, Paid)]).ShouldBeTrue("all spaces together");
        limit.Allows([(400, Paid), (601, Paid)]).ShouldBeFalse("all spaces together");
    }

    [Fact]
    public void Exactly_the_cost_of_the_limit_is_within_it_and_a_token_more_is_not()
    {
        var limit = new SpendLimit(0.20m, null);

        limit.Violation(PurchaseEstimate.For(100, 10_000_000, Paid), Paid).ShouldBeNull();
        limit.Violation(PurchaseEstimate.For(100, 10_000_001, Paid), Paid).ShouldNotBeNull();
        limit.Allows([(10_000_000, Paid)]).ShouldBeTrue();
        limit.Allows([(10_000_001, Paid)]).ShouldBeFalse();
    }

    [Fact]
    public void An_unknown_price_refuses_rather_than_guesses()
    {
        var unknown = Paid with { PricePerMillion = null };

        new SpendLimit(100m, null).Violation(PurchaseEstimate.For(1, 10, unknown), unknown).ShouldNotBeNull().ShouldContain(
            "price of the model is unknown");
        new SpendLimit(100m, null).Violation(PurchaseEstimate.For(0, 0, unknown), unknown).ShouldBeNull();
    }

    [Theory]
    [InlineData(20_000, 0.20)]
    [InlineData(100_000, 1.00)]
    public void Five_hundred_tokens_an_item_cost_what_is_known_from_practice(int items, double cost)
    {
        PurchaseEstimate.For(items, items * 500L, Paid).Cost.ShouldBe((decimal)cost);
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 10, 1)]
    [InlineData(128, 10, 1)]
    [InlineData(129, 10, 2)]
    [InlineData(128, 300_001, 2)]
    public void Requests_follow_from_inputs_and_tokens(int chunks, long tokens, int requests)
    {
        PurchaseEstimate.For(chunks, tokens, Paid).Requests.ShouldBe(requests);
    }
}
