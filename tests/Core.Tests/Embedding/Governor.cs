using EmbSync.Core.Model;
using EmbSync.Core.Providers;
using EmbSync.Core.Providers.Lexical;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Embedding;

public class Governor
{
    [Fact]
    public async Task Sends_several_requests_at_once_and_no_more()
    {
        await using var run = await GovernedServer.StartAsync(GovernedServer.Options(batchSize: 1, concurrency: 3));
        run.Server.Latency = TimeSpan.FromMilliseconds(20);
        await run.RunAsync(GovernedServer.Inputs(30));
        run.Server.MaxConcurrency.ShouldBe(3);
    }

    [Fact]
    public async Task Takes_inputs_only_as_answers_are_consumed()
    {
        await using var run = await GovernedServer.StartAsync(GovernedServer.Options(batchSize: 4, concurrency: 2));
        var consumed = 0;
        await run.RunAsync(GovernedServer.Inputs(200), async answer =>
        {
            await Task.Delay(5);
            consumed += answer.Results.Count;
        });
        consumed.ShouldBe(200);
        run.MaxInFlight.ShouldBeLessThanOrEqualTo(2 * 2 * 4);
    }

    [Fact]
    public async Task Stops_taking_inputs_after_so_many_batches()
    {
        await using var run = await GovernedServer.StartAsync(GovernedServer.Options(batchSize: 4) with { MaxBatches = 3 });
        await run.RunAsync(GovernedServer.Inputs(200));
        run.Results.Count().ShouldBe(12);
        run.Server.Requests.ShouldBe(3);
        run.Pulled.ShouldBe(12);
    }

    [Fact]
    public async Task Keeps_its_distance_between_requests()
    {
        var clock = new FastClock(10);
        await using var run = await GovernedServer.StartAsync(
            GovernedServer.Options(batchSize: 1, concurrency: 4) with { SleepMs = 500 }, clock);
        var start = clock.GetTimestamp();
        await run.RunAsync(GovernedServer.Inputs(5));
        clock.GetElapsedTime(start).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(2), "four pauses");
    }

    [Fact]
    public async Task Slows_down_when_told_to_and_recovers()
    {
        var gate = new RequestGate(8, TimeSpan.Zero, new FastClock());
        var first = await gate.EnterAsync(1, default);
        var second = await gate.EnterAsync(1, default);
        gate.SlowDown(first, TimeSpan.Zero);
        gate.Allowed.ShouldBe(4);
        gate.SlowDown(second, TimeSpan.Zero);
        gate.Allowed.ShouldBe(4, "sent before the slowdown");
        gate.Leave();
        gate.Leave();
        var third = await gate.EnterAsync(1, default);
        gate.SlowDown(third, TimeSpan.FromSeconds(1));
        gate.Allowed.ShouldBe(2);
        for (var answers = 0; answers < 100; answers++)
        {
            gate.Answered();
        }

        gate.Allowed.ShouldBe(8);
    }

    [Fact]
    public async Task Recovers_by_one_after_two_good_rounds_and_not_with_each_answer()
    {
        var gate = await SlowedAsync();
        Allowed(gate, answers: 4).ShouldBe([2, 2, 2, 3]);
        Allowed(gate, answers: 6).ShouldBe([3, 3, 3, 3, 3, 4]);
        Allowed(gate, answers: 8).ShouldBe([4, 4, 4, 4, 4, 4, 4, 5]);
    }

    [Fact]
    public async Task Counts_good_answers_anew_after_it_was_told_to_slow_down()
    {
        var gate = await SlowedAsync();
        Allowed(gate, answers: 3).ShouldBe([2, 2, 2]);
        gate.SlowDown(await gate.EnterAsync(1, default), TimeSpan.Zero);
        gate.Allowed.ShouldBe(1);
        Allowed(gate, answers: 2).ShouldBe([1, 2]);
    }

    /// <summary>From eight requests at once to two.</summary>
    private static async Task<RequestGate> SlowedAsync()
    {
        var gate = new RequestGate(8, TimeSpan.Zero, new FastClock());
        for (var i = 0; i < 2; i++)
        {
            gate.SlowDown(await gate.EnterAsync(1, default), TimeSpan.Zero);
            gate.Leave();
        }

        gate.Allowed.ShouldBe(2);
        return gate;
    }

    /// <summary>After each of so many answers.</summary>
    private static List<int> Allowed(RequestGate gate, int answers) => [.. Enumerable.Range(0, answers).Select(_ =>
    {
        gate.Answered();
        return gate.Allowed;
    })];

    [Fact]
    public async Task Yields_what_was_paid_when_it_is_cancelled()
    {
        await using var run = await GovernedServer.StartAsync(GovernedServer.Options(batchSize: 2, concurrency: 3), TimeProvider.System);
        run.Server.Latency = TimeSpan.FromMilliseconds(100);
        using var cancel = new CancellationTokenSource();
        await Should.ThrowAsync<OperationCanceledException>(
            () => run.RunAsync(GovernedServer.Inputs(400), _ => cancel.CancelAsync(), cancel.Token));
        run.Server.Requests.ShouldBeLessThan(20);
        run.Results.Count().ShouldBe(run.Server.Purchases.Count);
        run.Results.Count().ShouldBeGreaterThan(2, "requests under way were finished");
        run.ShouldBeAligned();
    }

    [Fact]
    public async Task Leaves_requests_that_do_not_end_after_the_grace()
    {
        var options = GovernedServer.Options(batchSize: 2, concurrency: 2) with { StopGrace = TimeSpan.FromMilliseconds(200) };
        await using var run = await GovernedServer.StartAsync(options, TimeProvider.System);
        run.Server.Decide = request => request.Inputs.Contains("text 0") ? null : Fault.Hang();
        using var cancel = new CancellationTokenSource();
        await Should.ThrowAsync<OperationCanceledException>(
            () => run.RunAsync(GovernedServer.Inputs(40), _ => cancel.CancelAsync(), cancel.Token));
        run.Results.Count().ShouldBe(2);
    }

    [Fact]
    public async Task Cancels_waits_for_the_server_at_once()
    {
        await using var run = await GovernedServer.StartAsync(clock: TimeProvider.System);
        using var cancel = new CancellationTokenSource();
        run.Server.Decide = _ =>
        {
            cancel.CancelAfter(50);
            return Fault.RateLimited(TimeSpan.FromHours(1));
        };
        await Should.ThrowAsync<OperationCanceledException>(() => run.RunAsync(GovernedServer.Inputs(40), cancellationToken: cancel.Token));
        run.Server.Requests.ShouldBeInRange(1, 2);
    }

    [Fact]
    public async Task Stops_when_its_consumer_leaves()
    {
        await using var run = await GovernedServer.StartAsync(GovernedServer.Options(batchSize: 2));
        await Should.ThrowAsync<TimeZoneNotFoundException>(
            () => run.RunAsync(GovernedServer.Inputs(400), _ => throw new TimeZoneNotFoundException()));
        run.Server.Requests.ShouldBeLessThan(8);
    }

    [Fact]
    public async Task Passes_on_what_its_inputs_throw_after_the_answers()
    {
        await using var run = await GovernedServer.StartAsync(GovernedServer.Options(batchSize: 2));
        var inputs = GovernedServer.Inputs(10).Concat(
            Enumerable.Range(0, 1).Select<int, EmbedInput>(_ => throw new SourceException("gone")));
        await Should.ThrowAsync<SourceException>(() => run.RunAsync(inputs));
        run.Results.Count().ShouldBe(10);
    }

    [Fact]
    public async Task Counts_no_requests_of_a_free_provider()
    {
        using var provider = new LexicalProvider(64);
        var governor = new RequestGovernor(
            provider, GovernedServer.Options(batchSize: 8, concurrency: 4) with { SleepMs = 60_000 }, TimeProvider.System);
        var inputs = GovernedServer.Inputs(100);
        var answers = new List<EmbedAnswer>();
        await foreach (var answer in governor.EmbedAsync(inputs.ToAsyncEnumerable(), default))
        {
            answers.Add(answer);
        }

        answers.Sum(answer => answer.Requests).ShouldBe(0);
        answers.Sum(answer => answer.BilledTokens).ShouldBe(0);
        foreach (var result in answers.SelectMany(answer => answer.Results))
        {
            result.Vector.ToArray().ShouldBe((await provider.Documents.GenerateAsync([result.Input.Text]))[0].Vector.ToArray());
        }

        answers.Sum(answer => answer.Results.Count).ShouldBe(100);
    }

    [Fact]
    public async Task Has_nothing_to_do_without_inputs()
    {
        await using var run = await GovernedServer.StartAsync();
        await run.RunAsync([]);
        run.Answers.ShouldBeEmpty();
        run.Server.Requests.ShouldBe(0);
    }

    [Fact]
    public async Task Embeds_a_query_with_the_same_patience()
    {
        await using var run = await GovernedServer.StartAsync();
        run.Server.Next(Fault.RateLimited(), Fault.Status(500));
        var vector = await run.Governor.EmbedQueryAsync("where is it", default);
        vector.ToArray().ShouldBe(FakeEmbeddingServer.VectorFor(GovernedServer.Model, GovernedServer.Dimension, "where is it"));
        run.Server.Requests.ShouldBe(3);
    }

    [Fact]
    public async Task Says_whose_fault_it_is_when_a_query_fails()
    {
        await using var run = await GovernedServer.StartAsync(GovernedServer.Options() with { RetryBudget = TimeSpan.FromSeconds(5) });
        run.Server.Decide = _ => Fault.Status(400);   // always: a single one may be of the form of the request, and another form is tried
        await Should.ThrowAsync<UsageException>(() => run.Governor.EmbedQueryAsync("x", default));
        run.Server.Decide = _ => Fault.Status(500);
        await Should.ThrowAsync<ProviderFailedException>(() => run.Governor.EmbedQueryAsync("x", default));
        run.Server.Decide = _ => Fault.Quota();
        await Should.ThrowAsync<ProviderRefusedException>(() => run.Governor.EmbedQueryAsync("x", default));
    }
}
