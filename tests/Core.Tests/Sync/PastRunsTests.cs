using EmbSync.Core.Model;
using EmbSync.Core.Planning;
using EmbSync.Core.Providers;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Tests.Sync;

/// <summary>Estimates learn from what was billed.</summary>
public sealed class PastRunsTests
{
    private static readonly PurchaseTerms Terms = new(false, 128, 4, 0, 0.02m);

    [Fact]
    public void Without_a_receipt_the_text_is_believed()
    {
        PastReceipts.Of([], "m").ShouldBe(PastRuns.None);
        Terms.Calibrated(12_345).ShouldBe(12_345);
    }

    [Fact]
    public void A_long_run_weighs_more_than_a_short_one()
    {
        var past = PastReceipts.Of([Run("m", billed: 1_000, covered: 500), Run("m", billed: 9_000, covered: 9_500)], "m");

        past.Runs.ShouldBe(2);
        past.TokenFactor.ShouldBe(1.0, 1e-9);
    }

    [Fact]
    public void Other_models_missing_bills_and_unfinished_runs_say_nothing() => PastReceipts.Of(
        [Run("other", 9_000, 1_000), Run("m", null, null), Run("m", 3, 1), Run("m", 0, 0), Unfinished], "m").ShouldBe(PastRuns.None);

    [Theory]
    [InlineData(1_000_000, 1_000, 4)]
    [InlineData(1, 1_000, 0.25)]
    [InlineData(1_300, 1_000, 1.3)]
    public void Nonsense_is_believed_within_bounds(long billed, long covered, double factor) =>
        PastReceipts.Of([Run("m", billed, covered)], "m").TokenFactor.ShouldBe(factor, 1e-9);

    [Fact]
    public void Time_comes_from_the_requests_of_past_runs()
    {
        var past = PastReceipts.Of(
            [Run("m", 1_000, 1_000, requests: 10, seconds: 30), Run("m", 1_000, 1_000, requests: 1, seconds: 500)], "m");

        PurchaseEstimate.For(12_800, 1_000, Terms with { Past = past }).Seconds.ShouldBe(300);
        PurchaseEstimate.For(12_800, 1_000, Terms).Seconds.ShouldBe(12.5);
    }

    [Fact]
    public void Limits_of_a_minute_stretch_the_time()
    {
        PurchaseEstimate.For(1_280, 30_000, Terms with { TokensPerMinute = 10_000 }).Seconds.ShouldBe(120);
        PurchaseEstimate.For(1_280, 30_000, Terms with { RequestsPerMinute = 5 }).Seconds.ShouldBe(60);
    }

    [Fact]
    public void Tokens_and_cost_follow_the_bills()
    {
        var estimate = PurchaseEstimate.For(10, 1_000_000, Terms with { Past = new(3, 1.5, null), PriceFrom = "embeddings.prices" });

        (estimate.Tokens, estimate.Cost, estimate.CalibratedBy, estimate.PriceFrom).ShouldBe((1_500_000, 0.03m, 3, "embeddings.prices"));
    }

    /// <summary>Requirement of teams that backfill: about 500 tokens an item at $0.02 a million.</summary>
    [Theory]
    [InlineData(20_000, 0.20)]
    [InlineData(100_000, 1.00)]
    public void Items_of_500_tokens_cost_what_the_price_says(int items, double dollars)
    {
        var text = string.Join(' ', Enumerable.Repeat("word", 400));
        var tokens = TokenEstimate.Estimate(text);

        ((double)PurchaseEstimate.For(items, (long)tokens * items, Terms).Cost!.Value).ShouldBe(dollars, dollars * 0.05);
    }

    private static RunRecord Run(string model, long? billed, long? covered, int requests = 5, double seconds = 10) => new(
        1, "sync", "done", 1, 1, 0, null, null, null, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch,
        FormattableString.Invariant($$"""{"model":"{{model}}","requests":{{requests}},"seconds":{{seconds}},"tokens":{"estimated":1,"billed":{{billed?.ToString() ?? "null"}},"covered":{{covered?.ToString() ?? "null"}} } }"""));

    private static readonly RunRecord Unfinished = new(
        2, "sync", RunRecord.Running, 1, 0, 0, null, null, null, DateTimeOffset.UnixEpoch, null, CanonicalJson.Empty);
}
