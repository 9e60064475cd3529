using EmbSync.Core.Providers;
using EmbSync.Core.Providers.OpenAi;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Embedding;

/// <summary>Requests and tokens a minute, set or named by the server, in the time of a fast clock.</summary>
public class MinuteLimits
{
    [Theory]
    [InlineData("1s", 1)]
    [InlineData("6m0s", 360)]
    [InlineData("20ms", 0.02)]
    [InlineData("1h2m3s", 3723)]
    [InlineData("7.66s", 7.66)]
    [InlineData("1m30.5s", 90.5)]
    [InlineData("12", 12)]
    [InlineData("999999999h", 86400)]
    public void Reads_how_long_until_a_reset(string value, double seconds) =>
        RateHeaders.Duration(value)!.Value.TotalSeconds.ShouldBe(seconds, 0.001);

    [Theory]
    [InlineData("")]
    [InlineData("soon")]
    [InlineData("-1s")]
    [InlineData("1s2m")]
    [InlineData("NaN")]
    [InlineData("s")]
    public void Reads_nothing_that_is_no_time(string value) => RateHeaders.Duration(value).ShouldBeNull();

    [Fact]
    public async Task No_minute_has_more_requests_or_tokens_than_it_may()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var round = 0; round < 10; round++)
        {
            var clock = new FastClock(5000);
            var (requests, tokens) = (random.Next(1, 8), random.Next(50, 200));
            var gate = new RequestGate(random.Next(1, 6), TimeSpan.Zero, clock, new(requests, tokens, clock));
            var sizes = Enumerable.Range(0, 20).Select(_ => (long)random.Next(1, 260)).ToList();
            var starts = await Task.WhenAll(sizes.Select(async size =>
            {
                var start = await gate.EnterAsync(size, default);
                await Task.Delay(TimeSpan.FromSeconds(2), clock);
                gate.Leave();
                return start;
            }));
            foreach (var first in starts)
            {
                var minute = starts.Where(other => other.At >= first.At && clock.GetElapsedTime(first.At, other.At) < MinuteLimit.Minute)
                    .ToList();
                minute.Count.ShouldBeLessThanOrEqualTo(requests, $"seed {seed}");
                (minute.Count == 1 || minute.Sum(other => other.Tokens) <= tokens).ShouldBeTrue(
                    $"seed {seed}: {minute.Sum(other => other.Tokens)} of {tokens} tokens");
            }
        }
    }

    [Fact]
    public async Task A_text_larger_than_a_minutes_tokens_goes_alone()
    {
        await using var run = await StartAsync(GovernedServer.Options(batchSize: 16, concurrency: 4) with { TokensPerMinute = 20 });
        List<EmbedInput> inputs = [.. GovernedServer.Inputs(12), GovernedServer.Input(new string('x', 400)), .. GovernedServer.Inputs(
            6, "more")];
        await run.RunAsync(inputs);
        run.ShouldHaveAnswered(inputs);
        run.Server.Log.ShouldAllBe(request => request.Tokens <= 20 || request.Inputs.Count == 1);
        run.Server.Log.ShouldContain(request => request.Tokens == 100);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Limits_that_are_set_or_named_by_answers_hold(bool named)
    {
        await using var run = await StartAsync(
            GovernedServer.Options(batchSize: 1, concurrency: 1) with { RequestsPerMinute = named ? null : 4 });
        if (named)
        {
            run.Server.AnswerHeaders = new Dictionary<string, string> { ["x-ratelimit-limit-requests"] = "4" };
        }

        var start = run.Clock.GetTimestamp();
        await run.RunAsync(GovernedServer.Inputs(11));
        run.Clock.GetElapsedTime(start).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMinutes(2), "four, four, three");
    }

    [Fact]
    public async Task An_answer_that_leaves_nothing_is_waited_for()
    {
        // A second of the wall is a minute: a slow machine doesn't use it up before the second request.
        await using var run = await GovernedServer.StartAsync(GovernedServer.Options(batchSize: 1, concurrency: 1), new FastClock(60));
        run.Server.AnswerHeaders = new Dictionary<string, string>
            { ["x-ratelimit-remaining-tokens"] = "0", ["x-ratelimit-reset-tokens"] = "5h" };
        await run.RunAsync(GovernedServer.Inputs(2));
        ((FastClock)run.Clock).Waits.ShouldContain(wait => wait > TimeSpan.FromSeconds(5) && wait <= MinuteLimit.Minute);
        run.ShouldHaveAnswered(GovernedServer.Inputs(2));
    }

    [Theory]
    [InlineData(6, 6)]
    [InlineData(18_000, 60)]
    public void A_reset_is_waited_for_and_a_minute_at_most(int said, int waited)
    {
        var limit = new MinuteLimit(null, null, new FastClock(0));
        limit.Learn(new(null, null, null, 0, null, TimeSpan.FromSeconds(said)));
        limit.UntilRoomFor(1).ShouldBe(TimeSpan.FromSeconds(waited));
    }

    [Fact]
    public async Task A_wait_for_the_next_minute_is_cancelled_at_once()
    {
        await using var run = await GovernedServer.StartAsync(
            GovernedServer.Options(batchSize: 1) with { RequestsPerMinute = 1 }, TimeProvider.System);
        using var cancel = new CancellationTokenSource();
        await Should.ThrowAsync<OperationCanceledException>(
            () => run.RunAsync(GovernedServer.Inputs(9), _ => cancel.CancelAsync(), cancel.Token));
        run.Server.Requests.ShouldBe(1);
    }

    [Fact]
    public async Task What_is_billed_counts_in_place_of_the_estimate()
    {
        var clock = new FastClock(100);
        var limit = new MinuteLimit(null, 100, clock);
        var start = limit.Begin(10);
        limit.UntilRoomFor(50).ShouldBe(TimeSpan.Zero);
        limit.Correct(start, 90);
        limit.UntilRoomFor(50).ShouldBeGreaterThan(TimeSpan.Zero);
        limit.UntilRoomFor(10).ShouldBe(TimeSpan.Zero);
        limit.Begin(10);
        await Task.Delay(TimeSpan.FromSeconds(61), clock);
        limit.UntilRoomFor(1000).ShouldBe(TimeSpan.Zero, "the minute is empty");
    }

    [Fact]
    public async Task A_large_request_is_not_kept_out_by_small_ones()
    {
        var clock = new FastClock(100);
        var gate = new RequestGate(64, TimeSpan.Zero, clock, new(null, 100, clock));
        await gate.EnterAsync(60, default);
        var large = gate.EnterAsync(100, default);
        var small = Enumerable.Range(0, 20).Select(_ => gate.EnterAsync(30, default)).ToList();
        small.ShouldAllBe(one => !one.IsCompleted, "there was room for one, but it came later");
        await large;
        await Task.WhenAll(small);
    }

    [Fact]
    public void Pace_of_a_small_account_can_be_set_whole()
    {
        using var folder = new Configuration.ConfigFolder();
        folder.Write("embsync.yaml", """
            version: 1
            embeddings:
              provider: openai
              batch: { size: 20 }
              concurrency: 2
              rate: { requestsPerMinute: 5, tokensPerMinute: 1000 }
              retry: { max: 2, seconds: 30 }
              timeoutSeconds: 7
            """);
        var options = GovernorOptions.From(folder.Load().Embeddings, null, 1);
        (options.BatchSize, options.Concurrency, options.RequestsPerMinute, options.TokensPerMinute, options.MaxRetries).ShouldBe(
            (20, 2, 5, 1000, 2));
        (options.RetryBudget, options.RequestTimeout).ShouldBe((TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(7)));
    }

    [Fact]
    public void A_key_that_the_host_wants_is_missed_before_anything_is_sent()
    {
        foreach (var host in new Uri?[] { null, new("https://team.openai.azure.com/openai/v1") })
        {
            var config = GovernedServer.ConfigFor(host) with { ApiKeyVariable = "TEAM_SECRET" };
            Should.Throw<Model.ProviderRefusedException>(
                () => ProviderFactory.Open(config, ProviderFactory.SignatureOf(config), TimeProvider.System))
                .Message.ShouldContain("TEAM_SECRET");
        }
    }

    private static Task<GovernedServer> StartAsync(GovernorOptions options) => GovernedServer.StartAsync(options, new FastClock());
}
