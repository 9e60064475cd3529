using EmbSync.Core.Model;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Embedding;

/// <summary>What a provider can do wrong, over real HTTP: every text is answered once and bought once, or the run says why not.</summary>
public partial class ProviderFaults
{
    public static TheoryData<string> Passing =>
    [
        "429", "429 seconds", "429 date", "429 ms", "500", "503", "408", "reset", "truncated", "half JSON", "HTML", "empty", "null",
            "no data",
        "data null", "data of numbers", "no embedding", "embedding null", "odd base64", "half a float", "text for floats", "error with 200",
        "fewer", "more", "no index", "index twice", "other model", "wrong dimension",
    ];

    [Theory]
    [MemberData(nameof(Passing))]
    public async Task That_pass_are_tried_again(string name)
    {
        await using var run = await GovernedServer.StartAsync();
        // A whole answer of another model or dimension, or one that can't be told apart, is asked for once more only.
        var wrong = name is "other model" or "wrong dimension" or "no index" or "index twice" or "fewer" or "more";
        run.Server.Next(PassingFault(name), Fault.None(), wrong ? Fault.None() : PassingFault(name));
        var inputs = GovernedServer.Inputs(40);
        await run.RunAsync(inputs);
        run.ShouldHaveAnswered(inputs);
        run.ShouldHaveBoughtOnce();
        run.Server.Requests.ShouldBe(wrong ? 4 : 5, "three batches and a try more for each fault");
        run.Answers.Sum(answer => answer.Requests).ShouldBe(run.Server.Requests);
    }

    [Theory]
    [InlineData("429 seconds", 2, 2.2)]
    [InlineData("429 ms", 1.5, 1.65)]
    [InlineData("429 date", 7, 11)]
    [InlineData("429", 0.25, 0.5)]
    public async Task That_name_a_time_are_waited_for(string name, double least, double most)
    {
        var clock = new FastClock();
        await using var run = await GovernedServer.StartAsync(clock: clock);
        run.Server.Next(PassingFault(name));
        await run.RunAsync(GovernedServer.Inputs(3));
        run.ShouldHaveAnswered(GovernedServer.Inputs(3));
        var pauses = clock.Waits.Select(wait => wait.TotalSeconds).Where(wait => wait < 3600).ToList();
        pauses.ShouldContain(wait => wait >= least && wait <= most, $"waited {string.Join(", ", pauses)}");
    }

    [Fact]
    public async Task That_ask_to_wait_beyond_the_budget_end_at_once_and_say_so()
    {
        var options = GovernedServer.Options(concurrency: 1) with { RetryBudget = TimeSpan.FromSeconds(120) };
        await using var run = await GovernedServer.StartAsync(options, new FastClock(200));
        run.Server.Decide = _ => Fault.RateLimited(TimeSpan.FromDays(400));
        var failed = await Should.ThrowAsync<ProviderFailedException>(() => run.RunAsync(GovernedServer.Inputs(3)));
        failed.Message.ShouldContain("429");
        failed.Message.ShouldContain("a day or more");
        failed.Message.ShouldContain("embeddings.retry.seconds");
        run.Server.Requests.ShouldBe(1);
    }

    [Fact]
    public async Task That_never_end_are_tried_within_the_budget()
    {
        var options = GovernedServer.Options(concurrency: 1) with { RetryBudget = TimeSpan.FromSeconds(120) };
        await using var run = await GovernedServer.StartAsync(options, new FastClock(200));
        run.Server.Decide = _ => Fault.RateLimited(TimeSpan.FromSeconds(50));
        await Should.ThrowAsync<ProviderFailedException>(() => run.RunAsync(GovernedServer.Inputs(3)));
        run.Server.Requests.ShouldBeInRange(1, 3, "waits of 50 s each in a budget of 120");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task That_never_end_are_tried_so_often(int retries)
    {
        await using var run = await GovernedServer.StartAsync(GovernedServer.Options(concurrency: 1) with { MaxRetries = retries });
        run.Server.Decide = _ => Fault.RateLimited();
        await Should.ThrowAsync<ProviderFailedException>(() => run.RunAsync(GovernedServer.Inputs(3)));
        run.Server.Requests.ShouldBe(1 + retries);
    }

    [Fact]
    public async Task Of_the_quota_stop_at_once_and_keep_what_was_paid()
    {
        await using var run = await GovernedServer.StartAsync(GovernedServer.Options(concurrency: 1));
        run.Server.Next(Fault.None(), Fault.None(), Fault.Quota());
        var refused = await Should.ThrowAsync<ProviderRefusedException>(() => run.RunAsync(GovernedServer.Inputs(160)));
        refused.ExitCode.ShouldBe(ExitCode.Refused);
        refused.Message.ShouldContain("insufficient_quota");
        run.Server.Requests.ShouldBe(3);
        run.Results.Count().ShouldBe(32);
        run.ShouldBeAligned();
    }

    [Theory]
    [InlineData(401, "TEST_KEY")]
    [InlineData(402, "credit")]
    [InlineData(403, "TEST_KEY")]
    [InlineData(404, "embeddings.model")]
    [InlineData(405, "embeddings.baseUrl")]
    [InlineData(302, "embeddings.baseUrl")]
    public async Task Of_key_or_address_stop_at_once_and_name_the_setting(int status, string named)
    {
        await using var run = await GovernedServer.StartAsync(
            configure: config => config with { ApiKey = new("sk-canary-1234", "TEST_KEY") });
        run.Server.Decide = _ => Fault.Status(status, "sk-canary-1234", "Incorrect key sk-canary-1234");
        var refused = await Should.ThrowAsync<ProviderRefusedException>(() => run.RunAsync(GovernedServer.Inputs(3)));
        refused.Message.ShouldContain(named);
        refused.Message.ShouldContain($"HTTP {status}");
        refused.ToString().ShouldNotContain("canary");
        run.Server.Requests.ShouldBe(1);
    }

    [Fact]
    public async Task Of_a_wrong_key_name_where_it_came_from()
    {
        await using var run = await GovernedServer.StartAsync(
            configure: config => config with { ApiKey = new("sk-canary-1234", "TEST_KEY") });
        run.Server.RequiredKey = "another";
        var refused = await Should.ThrowAsync<ProviderRefusedException>(() => run.RunAsync(GovernedServer.Inputs(3)));
        refused.Message.ShouldContain("TEST_KEY");
        refused.ToString().ShouldNotContain("canary");
    }

    [Fact]
    public async Task Of_a_text_that_is_too_long_set_that_one_aside()
    {
        await using var run = await GovernedServer.StartAsync();
        run.Server.MaxInputTokens = 100;
        var inputs = GovernedServer.Inputs(40).ToList();
        inputs.Insert(21, GovernedServer.Input(new string('x', 500)));
        await run.RunAsync(inputs);
        run.ShouldHaveAnswered(inputs, inputs[21].Text);
        run.ShouldHaveBoughtOnce();
        run.Failures.Single().Failure!.Code.ShouldBe(ProblemCodes.InputRefused);
        run.Server.Requests.ShouldBeLessThan(3 + (2 * 5));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(422)]
    [InlineData(500)]
    public async Task Of_texts_that_poison_their_batch_set_only_those_aside(int status)
    {
        await using var run = await GovernedServer.StartAsync(
            GovernedServer.Options(batchSize: 32) with { RetryBudget = TimeSpan.FromSeconds(30) }, new FastClock(100));
        run.Server.Decide = request => request.Inputs.Any(text => text.Contains("poison")) ? Fault.Status(status, "bad", "no") : null;
        var inputs = GovernedServer.Inputs(90).ToList();
        inputs[3] = GovernedServer.Input("poison 1");
        inputs[31] = GovernedServer.Input("poison 2");
        inputs[70] = GovernedServer.Input("poison 3");
        await run.RunAsync(inputs);
        run.ShouldHaveAnswered(inputs, "poison 1", "poison 2", "poison 3");
        run.ShouldHaveBoughtOnce();
        run.Failures.ShouldAllBe(
            result => result.Failure!.Code == (status == 500 ? ProblemCodes.ProviderFailed : ProblemCodes.InputRefused));
        run.Answers.Sum(answer => answer.Requests).ShouldBe(run.Server.Requests);
    }

    [Fact]
    public async Task Of_every_text_alike_stop_before_all_are_tried()
    {
        await using var run = await GovernedServer.StartAsync();
        run.Server.Decide = _ => Fault.Status(400, "bad", "no");
        await Should.ThrowAsync<ProviderRefusedException>(() => run.RunAsync(GovernedServer.Inputs(1000)));
        // Four batches of sixteen are halved at once, breadth first: fifteen requests each before a text is alone.
        run.Server.Requests.ShouldBeLessThan(100);
    }

    [Fact]
    public async Task Of_every_vector_stop_before_all_are_bought()
    {
        await using var run = await GovernedServer.StartAsync();
        run.Server.Spoils = _ => true;
        await Should.ThrowAsync<ProviderRefusedException>(() => run.RunAsync(GovernedServer.Inputs(1000)));
        run.Server.Requests.ShouldBeLessThan(20);
    }

    [Fact]
    public async Task Of_size_never_come_up_within_the_published_limits()
    {
        await using var run = await GovernedServer.StartAsync(GovernedServer.Options(batchSize: 5000));
        var inputs = GovernedServer.Inputs(5000).Concat(GovernedServer.Inputs(100, new string('y', 4 * 8000))).ToList();
        await run.RunAsync(inputs);
        run.ShouldHaveAnswered(inputs);
        run.Server.Log.ShouldAllBe(request => request.Inputs.Count <= 2048 && request.Tokens <= 300_000);
        run.Server.Requests.ShouldBe(5, "2,048 and 2,048 inputs, then 904 with 37 of 8,000 tokens each, 37 and 26 more");
    }

    [Fact]
    public async Task Of_too_many_inputs_are_learned()
    {
        await using var run = await GovernedServer.StartAsync(GovernedServer.Options(batchSize: 64, concurrency: 1));
        run.Server.MaxInputs = 10;
        var inputs = GovernedServer.Inputs(640);
        await run.RunAsync(inputs);
        run.ShouldHaveAnswered(inputs);
        run.ShouldHaveBoughtOnce();
        run.Server.Log.Count(request => request.Inputs.Count > 10).ShouldBe(1, "the refusal names the bound");
    }

    [Fact]
    public async Task Of_too_many_tokens_are_learned()
    {
        await using var run = await GovernedServer.StartAsync(GovernedServer.Options(batchSize: 64, concurrency: 1));
        run.Server.MaxTokens = 500;
        var inputs = GovernedServer.Inputs(300, new string('z', 100));
        await run.RunAsync(inputs);
        run.ShouldHaveAnswered(inputs);
        run.ShouldHaveBoughtOnce();
        run.Server.Log.Count(request => request.Tokens > 500).ShouldBeLessThan(5);
    }

    [Fact]
    public async Task Of_a_server_that_is_gone_end_the_run()
    {
        await using var run = await GovernedServer.StartAsync(GovernedServer.Options() with { RetryBudget = TimeSpan.FromSeconds(20) });
        await run.Server.DisposeAsync();
        var failed = await Should.ThrowAsync<ProviderFailedException>(() => run.RunAsync(GovernedServer.Inputs(40)));
        failed.Message.ShouldContain("can't be reached");
        run.Answers.SelectMany(answer => answer.Results).ShouldBeEmpty();
    }

    [Fact]
    public async Task Of_a_server_that_comes_back_are_waited_out()
    {
        await using var run = await GovernedServer.StartAsync();
        var port = run.Server.Port;
        await run.Server.DisposeAsync();
        var working = run.RunAsync(GovernedServer.Inputs(40));
        await Task.Delay(100);
        await using var again = await FakeEmbeddingServer.StartAsync(port);
        await working;
        run.ShouldHaveAnswered(GovernedServer.Inputs(40));
        again.Inputs.ShouldBe(40);
    }

    [Theory]
    [InlineData("500")]
    [InlineData("HTML")]
    [InlineData("truncated")]
    [InlineData("no index")]
    [InlineData("other model")]
    [InlineData("wrong dimension")]
    public async Task That_never_pass_end_the_run_and_keep_what_was_paid(string name)
    {
        await using var run = await GovernedServer.StartAsync(
            GovernedServer.Options(concurrency: 1) with { RetryBudget = TimeSpan.FromSeconds(30) }, new FastClock(100));
        run.Server.Decide = request => request.Inputs.Contains("text 0") ? null : PassingFault(name);
        var failed = await Should.ThrowAsync<ProviderFailedException>(() => run.RunAsync(GovernedServer.Inputs(320)));
        failed.ExitCode.ShouldBe(ExitCode.Failed);
        run.Results.Count(result => result.Failure is null).ShouldBe(16);
        run.ShouldBeAligned();
        run.Server.Requests.ShouldBeLessThan(40);
    }

    [Theory]
    [InlineData("hang")]
    [InlineData("trickle")]
    public async Task Of_slowness_are_bounded_and_tried_again(string name)
    {
        // The real clock: what is bounded is the wait for bytes. The first answer never ends, so the time-out must fire.
        var options = GovernedServer.Options(concurrency: 1) with { RequestTimeout = TimeSpan.FromSeconds(1) };
        await using var run = await GovernedServer.StartAsync(options, TimeProvider.System);
        await run.RunAsync(GovernedServer.Inputs(1, "warm-up"));
        run.Server.Next(name == "hang" ? Fault.Hang() : Fault.Trickle());
        await run.RunAsync(GovernedServer.Inputs(5));
        run.Results.Count(result => result.Failure is null).ShouldBe(6);
        run.Server.Requests.ShouldBeGreaterThanOrEqualTo(3);
    }

    private static Fault PassingFault(string name) => name switch
    {
        "429" => Fault.RateLimited(),
        "429 seconds" => Fault.RateLimited(TimeSpan.FromSeconds(2)),
        "429 date" => Fault.RateLimitedUntil(TimeSpan.FromSeconds(9)),
        "429 ms" => Fault.RateLimitedMs(TimeSpan.FromMilliseconds(1500)),
        "429 absurd" => Fault.RateLimitedWith("Retry-After", "99999999999999999999"),
        "500" => Fault.Status(500, "server_error", "sorry"),
        "503" => Fault.Status(503),
        "408" => Fault.Status(408),
        "reset" => Fault.Reset(),
        "truncated" => Fault.Truncate(),
        "half JSON" => Fault.HalfJson(),
        "HTML" => Fault.Html(),
        "empty" => Fault.Empty(),
        "null" => Fault.Body("null"),
        "no data" => Fault.Body("{}"),
        "data null" => Fault.Body("""{"object":"list","data":null,"model":"text-embedding-3-small"}"""),
        "data of numbers" => Fault.Body("""{"object":"list","data":[1,2,3],"model":"text-embedding-3-small"}"""),
        "no embedding" => Fault.Body("""{"object":"list","data":[{"index":0}],"model":"text-embedding-3-small"}"""),
        "embedding null" => Fault.Body("""{"object":"list","data":[{"index":0,"embedding":null}],"model":"text-embedding-3-small"}"""),
        "odd base64" => Fault.Body("""{"object":"list","data":[{"index":0,"embedding":"*!"}],"model":"text-embedding-3-small"}"""),
        "half a float" => Fault.Body("""{"object":"list","data":[{"index":0,"embedding":"AAAA"}],"model":"text-embedding-3-small"}"""),
        "text for floats" => Fault.Body("""{"object":"list","data":[{"index":0,"embedding":["a"]}],"model":"text-embedding-3-small"}"""),
        "error with 200" => Fault.Body("""{"error":{"message":"sorry","code":502}}"""),
        "fewer" => Fault.Fewer(),
        "more" => Fault.More(),
        "no index" => Fault.MissingIndex(),
        "index twice" => Fault.DoubledIndex(),
        "other model" => Fault.OtherModel(),
        "wrong dimension" => Fault.WrongDimension(),
        "wrong dimension at one" => Fault.WrongDimension(7, 5),
        "NaN" => Fault.NaN(3),
        "infinity" => Fault.Infinity(4),
        "zero" => Fault.Zero(15),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };
}
