using EmbSync.Core.Jobs.Doctor;
using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Tests.Doctor;

/// <summary>What the last receipt says of failing, ending early and being slow.</summary>
public sealed class RunFindingTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 4, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Without_runs_or_after_a_good_one_there_is_nothing_to_say()
    {
        RunFindings.Of([]).ShouldBeEmpty();
        RunFindings.Of([Run("done")]).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("failed", "EMB2420", "401 from the provider")]
    [InlineData("stopped", "EMB2421", "401 from the provider")]
    [InlineData("interrupted", "EMB2421", "ended early")]
    [InlineData("abandoned", "EMB2421", "ended early")]
    [InlineData("partial", "EMB2420", "set items aside")]
    public void A_last_run_that_did_not_end_well_is_named(string status, string code, string says)
    {
        var finding = RunFindings.Of([Run(RunRecord.Running), Run(status) with { Error = "401 from the provider" }, Run("done")])
            .ShouldHaveSingleItem();

        finding.Kind.Code.ShouldBe(code);
        finding.Problem.ShouldContain(says);
        finding.Mend.ShouldNotBeNull();
    }

    [Fact]
    public void An_earlier_failure_is_past() => RunFindings.Of([Run("done"), Run("failed")]).ShouldBeEmpty();

    [Theory]
    [InlineData(10, 3, 1, "3 of 10 requests again")]
    [InlineData(10, 0, 120, "12.0 s a request")]
    [InlineData(10, 1, 1, null)]
    [InlineData(4, 4, 400, null)]
    public void Requests_that_are_sent_again_or_slow_are_named(int requests, int retries, int seconds, string? says)
    {
        var details = RunDetails.Of(new(1, false, 1, "done", "m", 3, new(1, 1, 0, 0, 0, 0, 0), new(1, 0, 0), requests, new(1, 1),
            new("USD", 0, 0), seconds, [], 0, []) { Retries = retries });

        var findings = RunFindings.Of([Run("done") with { Details = details, CompletedAt = Start.AddSeconds(seconds) }]).ToList();

        if (says is null)
        {
            findings.ShouldBeEmpty();
        }
        else
        {
            findings.ShouldHaveSingleItem().Problem.ShouldContain(says);
        }
    }

    private static RunRecord Run(string status) => new(7, "sync", status, 1, 1, 1, null, null, null, Start, Start.AddSeconds(1), "{}");
}
