using EmbSync.Core.Buying;
using EmbSync.Core.Model;
using EmbSync.Core.Providers;
using static EmbSync.Core.Tests.Sync.PlanningValues;

namespace EmbSync.Core.Tests.Buying;

/// <summary>What may still be sent, by what was billed and by what is under way.</summary>
public sealed class BillTests
{
    private static EmbedInput Text(int tokens, int space = 0) =>
        new(ContentHash.Of($"{tokens} in {space}"), "text", tokens) { Space = space };

    private static EmbedAnswer Answer(EmbedInput input, long? billed) => new([new(input, new float[] { 1 }, null)], 1, billed);

    /// <summary>A million tokens cost a million times what one does: a dollar each.</summary>
    private static readonly PurchaseTerms ADollarEach = Paid with { PricePerMillion = 1_000_000m };

    public static TheoryData<SpendLimit> OfAHundred => new(new SpendLimit(null, 100), new SpendLimit(100m, null));

    [Theory]
    [MemberData(nameof(OfAHundred))]
    public void What_is_under_way_counts_against_the_budget(SpendLimit limit)
    {
        var bill = new Bill(limit, [ADollarEach]);

        bill.Takes(Text(40)).ShouldBeTrue();
        bill.Takes(Text(40)).ShouldBeTrue();
        bill.Takes(Text(40)).ShouldBeFalse("nothing is answered yet, and all three would be 120");

        bill.Tokens.ShouldBe(0);
        Should.Throw<GuardException>(bill.RefuseUsedUp);
    }

    [Theory]
    [MemberData(nameof(OfAHundred))]
    public void Exactly_the_budget_is_taken_and_one_token_more_is_not(SpendLimit limit)
    {
        var bill = new Bill(limit, [ADollarEach]);

        bill.Takes(Text(60)).ShouldBeTrue();
        bill.Takes(Text(40)).ShouldBeTrue();
        bill.RefuseUsedUp();

        bill.Takes(Text(1)).ShouldBeFalse();
        Should.Throw<GuardException>(bill.RefuseUsedUp);
    }

    [Fact]
    public void What_is_under_way_counts_at_the_rate_at_which_others_were_billed()
    {
        var bill = new Bill(new(null, 100), [Paid]);
        var first = Text(20);
        bill.Takes(first).ShouldBeTrue();
        bill.Takes(Text(20)).ShouldBeTrue();

        bill.Add(Answer(first, billed: 40));

        bill.Takes(Text(10)).ShouldBeTrue("40 are billed, and 30 under way become 60");
        bill.Takes(Text(1)).ShouldBeFalse();
    }

    [Fact]
    public void What_is_answered_is_no_longer_under_way()
    {
        var bill = new Bill(new(null, 100), [Paid]);
        for (var i = 0; i < 5; i++)
        {
            bill.Takes(Text(20)).ShouldBeTrue();
            bill.Add(Answer(Text(20), billed: i % 2 == 0 ? 20 : null));
        }

        bill.Tokens.ShouldBe(100);
        bill.Takes(Text(1)).ShouldBeFalse();
    }

    [Fact]
    public void Spaces_share_one_budget()
    {
        var bill = new Bill(new(null, 100), [Paid, Paid]);

        bill.Takes(Text(60)).ShouldBeTrue();
        bill.Takes(Text(60, space: 1)).ShouldBeFalse();
    }

    [Fact]
    public void What_is_too_large_ends_it_for_smaller_ones_too()
    {
        var bill = new Bill(new(null, 100), [Paid]);

        bill.Takes(Text(101)).ShouldBeFalse();
        bill.Takes(Text(1)).ShouldBeFalse("items go out in the order of their urgency");
    }
}
