using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Providers;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Embedding;

/// <summary>
/// The liberties that servers take with an answer: understood where that is certain, else refused with what was wrong, and never
/// misaligned.
/// </summary>
public class AnswerForms
{
    [Fact]
    public async Task Of_which_one_index_is_left_away_have_one_place_for_it()
    {
        await using var run = await GovernedServer.StartAsync();
        run.Server.Style = new(IndexStyle.WithoutZero);
        run.Server.Decide = _ => Fault.Shuffle();
        await run.RunAsync(GovernedServer.Inputs(40));
        run.ShouldHaveAnswered(GovernedServer.Inputs(40));
        run.Server.Requests.ShouldBe(3);
    }

    [Theory]
    [InlineData(nameof(IndexStyle.Missing), "lacks the index")]
    [InlineData(nameof(IndexStyle.Null), "lacks the index")]
    [InlineData(nameof(IndexStyle.Text), "no whole number")]
    [InlineData(nameof(IndexStyle.AllZero), "every vector the index 0")]
    public async Task Whose_vectors_can_not_be_told_apart_are_refused_at_once_and_say_why(string style, string why)
    {
        await using var run = await GovernedServer.StartAsync(GovernedServer.Options(concurrency: 4));
        run.Server.Style = new(Enum.Parse<IndexStyle>(style));
        var failed = await Should.ThrowAsync<ProviderFailedException>(() => run.RunAsync(GovernedServer.Inputs(200)));
        failed.Message.ShouldContain(why);
        failed.Message.ShouldContain("embeddings.batch.size to 1");
        run.Results.ShouldBeEmpty();
        run.Server.Requests.ShouldBeInRange(2, 3, "paid for each time: once more, and no more but for what was on its way");
    }

    [Theory]
    [InlineData(nameof(IndexStyle.Missing))]
    [InlineData(nameof(IndexStyle.Null))]
    [InlineData(nameof(IndexStyle.Text))]
    public async Task Of_a_single_text_need_no_index(string style)
    {
        await using var run = await GovernedServer.StartAsync(GovernedServer.Options(batchSize: 1));
        run.Server.Style = new(Enum.Parse<IndexStyle>(style));
        await run.RunAsync(GovernedServer.Inputs(3));
        run.ShouldHaveAnswered(GovernedServer.Inputs(3));
    }

    [Fact]
    public async Task With_vectors_one_deep_are_refused_and_name_pooling()
    {
        await using var run = await GovernedServer.StartAsync();
        run.Server.Style = new() { IsNested = true };
        var failed = await Should.ThrowAsync<ProviderFailedException>(() => run.RunAsync(GovernedServer.Inputs(40)));
        failed.Message.ShouldContain("[[...]]");
        failed.Message.ShouldContain("--pooling");
        run.Server.Requests.ShouldBeInRange(2, 3);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task With_numbers_that_are_none_cost_only_that_text(bool asPythonWritesIt, bool isNaN)
    {
        await using var run = await GovernedServer.StartAsync(GovernedServer.Options(concurrency: 1));
        run.Server.Style = new(HonoursBase64: false) { WritesNaN = asPythonWritesIt };
        run.Server.Next(isNaN ? Fault.NaN(3) : Fault.Infinity(2));
        var inputs = GovernedServer.Inputs(32, "NaN, Infinity and \\\" in a text");
        await run.RunAsync(inputs);
        run.ShouldHaveAnswered(inputs);
        run.ShouldHaveBoughtOnce();
        run.Server.Log.Select(request => request.Inputs.Count).Order().ShouldBe([1, 16, 16]);
    }

    [Theory]
    [InlineData(nameof(UsageStyle.Both), true)]
    [InlineData(nameof(UsageStyle.TotalOnly), true)]
    [InlineData(nameof(UsageStyle.PromptNull), true)]
    [InlineData(nameof(UsageStyle.Zero), false)]
    [InlineData(nameof(UsageStyle.None), false)]
    public async Task Say_what_was_billed_or_leave_it_unknown(string style, bool isKnown)
    {
        await using var run = await GovernedServer.StartAsync();
        run.Server.Style = new(Usage: Enum.Parse<UsageStyle>(style));
        await run.RunAsync(GovernedServer.Inputs(16));
        run.Answers.Single().BilledTokens.ShouldBe(isKnown ? GovernedServer.Inputs(16).Sum(input => input.Tokens) : null);
    }

    [Theory]
    [InlineData("/models/bge-m3-Q8_0.gguf", null, false)]
    [InlineData("/models/bge-m3-Q8_0.gguf", "bge-m3-Q8_0.gguf", true)]
    [InlineData("/models/bge-m3-Q8_0.gguf", "bge-m3", false)]
    [InlineData("anything", "any", true)]
    [InlineData("text-embedding-3-small", "any", true)]
    [InlineData("text-embedding-3-small", "other", false)]
    public async Task Of_another_name_are_taken_where_the_configuration_names_it(string answered, string? expected, bool taken)
    {
        await using var run = await GovernedServer.StartAsync(
            configure: config => config with { Request = RequestConfig.Learned with { Model = expected } });
        run.Server.Style = new(Model: answered);
        if (taken)
        {
            await run.RunAsync(GovernedServer.Inputs(3));
            run.ShouldHaveAnswered(GovernedServer.Inputs(3));
            return;
        }

        var failed = await Should.ThrowAsync<ProviderFailedException>(() => run.RunAsync(GovernedServer.Inputs(3)));
        failed.Message.ShouldContain("embeddings.request.model");
        failed.Message.ShouldContain(answered);
        run.Results.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"error":{"message":"Provider returned error","code":502}}""", 0)]
    [InlineData("""{"error":{"message":"upstream 429: slow down","code":429}}""", 0)]
    [InlineData("""{"object":"error","message":"backend restarted"}""", 0)]
    [InlineData("""{"error":{"message":"Invalid API key","code":401}}""", 6)]
    [InlineData("""{"error":"Unexpected endpoint or method. (POST /embeddings)"}""", 6)]
    public async Task With_an_error_inside_mean_what_it_says(string body, int code)
    {
        await using var run = await GovernedServer.StartAsync(GovernedServer.Options(concurrency: 1));
        run.Server.Next(Fault.Body(body));
        if (code == 0)
        {
            await run.RunAsync(GovernedServer.Inputs(3));
            run.ShouldHaveAnswered(GovernedServer.Inputs(3));
            run.Server.Requests.ShouldBe(2);
            return;
        }

        var refused = await Should.ThrowAsync<ProviderRefusedException>(() => run.RunAsync(GovernedServer.Inputs(3)));
        ((int)refused.ExitCode).ShouldBe(code);
        run.Server.Requests.ShouldBe(1);
    }

    [Theory]
    [InlineData("""{"error":{"message":"input (900 tokens) is too large to process. increase the physical batch size","code":500}}""", 500)]
    [InlineData("""{"error":"input is too large"}""", 500)]
    [InlineData("""{"error":"input is too large"}""", 200)]
    public async Task That_blame_a_text_set_that_one_aside(string body, int status)
    {
        await using var run = await GovernedServer.StartAsync(GovernedServer.Options(concurrency: 1));
        run.Server.Decide = request => request.Inputs.Any(text => text.Contains("long")) ? Fault.Answer(status, body) : null;
        EmbedInput[] inputs = [.. GovernedServer.Inputs(20), GovernedServer.Input("long"), .. GovernedServer.Inputs(20, "more")];
        await run.RunAsync(inputs);
        run.ShouldHaveAnswered(inputs, "long");
        run.Failures.Single().Failure!.Code.ShouldBe(ProblemCodes.InputRefused);
        run.Server.Requests.ShouldBeLessThan(12, "no pause and no retry finds it");
    }

    [Fact]
    public async Task That_name_the_text_set_it_aside_without_a_search()
    {
        await using var run = await GovernedServer.StartAsync(GovernedServer.Options(batchSize: 64, concurrency: 1));
        run.Server.Decide = request => request.Inputs.ToList().FindIndex(text => text.Contains("long")) is >= 0 and var place
            ? Fault.Answer(400, $$"""{"object":"error","message":"Input id {{place}} has 9000 tokens, exceeding max 8192 tokens.","code":"3210"}""") : null;
        EmbedInput[] inputs = [.. GovernedServer.Inputs(40), GovernedServer.Input("long 1"), .. GovernedServer.Inputs(10, "more"),
            GovernedServer.Input("long 2")];
        await run.RunAsync(inputs);
        run.ShouldHaveAnswered(inputs, "long 1", "long 2");
        run.Server.Requests.ShouldBe(5, "whole, one, the rest, the other, the rest");
    }

    [Fact]
    public async Task That_name_the_wrong_text_are_believed_once()
    {
        await using var run = await GovernedServer.StartAsync(GovernedServer.Options(batchSize: 64, concurrency: 1));
        run.Server.Decide = request => request.Inputs.Contains("long") ? Fault.Answer(400, """{"error":{"message":"Invalid 'input[0]': string too long","param":"input[0]"}}""") : null;
        EmbedInput[] inputs = [.. GovernedServer.Inputs(40), GovernedServer.Input("long"), .. GovernedServer.Inputs(10, "more")];
        await run.RunAsync(inputs);
        run.ShouldHaveAnswered(inputs, "long");
        run.ShouldHaveBoughtOnce();
        run.Server.Requests.ShouldBeLessThan(20);
    }

    [Theory]
    [InlineData("""[{"index":0,"embedding":[[0.125,0.2]]}]""")]
    [InlineData("[[0.125,0.2]]")]
    [InlineData("""{"embeddings":[[0.125,0.2]]}""")]
    [InlineData("""{"data":{"embedding":[0.125]}}""")]
    [InlineData("""{"data":[{"embedding":{"float":[0.125]},"index":0}]}""")]
    [InlineData("""{"data":[{"embedding":["a"],"index":0}]}""")]
    [InlineData("\"\\")]
    public async Task Of_another_api_name_the_address(string body)
    {
        await using var run = await GovernedServer.StartAsync(
            GovernedServer.Options(concurrency: 1) with { RetryBudget = TimeSpan.FromSeconds(30) }, new FastClock(100));
        run.Server.Decide = _ => Fault.Body(body);
        var failed = await Should.ThrowAsync<ProviderFailedException>(() => run.RunAsync(GovernedServer.Inputs(1)));
        failed.Message.ShouldContain("embeddings.baseUrl");
        failed.ToString().ShouldNotContain("0.125");
    }
}
