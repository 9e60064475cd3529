using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Providers;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Embedding;

/// <summary>
/// The form of request that a server takes is learned from its refusals: once, for the run, and no text is to blame for it.
/// </summary>
public class RequestShapes
{
    private const string NoDimensions = """{"detail":[{"type":"extra_forbidden","loc":["body","dimensions"],"msg":"Extra inputs are not permitted","input":8}]}""";
    private const string NoBase64 = """{"object":"error","message":"base64 encoding is not currently supported","type":"BadRequestError","param":null,"code":400}""";
    private const string NoReason = """{"code":40001}""";

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Are_learned_in_one_request_however_many_wait(int concurrency)
    {
        await using var run = await StartAsync(concurrency);
        run.Server.Decide = request => request.Dimensions is null ? null : Fault.Answer(422, NoDimensions);
        var inputs = GovernedServer.Inputs(200);
        await run.RunAsync(inputs);
        run.ShouldHaveAnswered(inputs);
        run.ShouldHaveBoughtOnce();
        run.Server.Log.Count(request => request.Dimensions is not null).ShouldBe(1);
        run.Notices.ShouldHaveSingleItem().ShouldContain("refuses the field 'dimensions'");
        run.Answers.Sum(answer => answer.Requests).ShouldBe(run.Server.Requests);
    }

    [Fact]
    public async Task Are_learned_one_after_the_other()
    {
        await using var run = await StartAsync();
        run.Server.Decide = request => request.EncodingFormat == "base64" ? Fault.Answer(400, NoBase64) : request.Dimensions is not null
            ? Fault.Answer(422, NoDimensions) : null;
        await run.RunAsync(GovernedServer.Inputs(64));
        run.ShouldHaveAnswered(GovernedServer.Inputs(64));
        run.Server.Requests.ShouldBe(4 + 2);
        run.Server.Log[^1].Base64.ShouldBeFalse();
        run.Notices.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Go_without_a_field_where_no_value_of_it_is_taken()
    {
        await using var run = await StartAsync();
        run.Server.Decide = request => request.Body.ContainsKey("encoding_format")
            ? Fault.Answer(422, """{"detail":[{"type":"literal_error","loc":["body","encoding_format"],"msg":"Input should be 'ubyte'"}]}""") : null;
        await run.RunAsync(GovernedServer.Inputs(3));
        run.ShouldHaveAnswered(GovernedServer.Inputs(3));
        run.Server.Log.Select(request => request.EncodingFormat).ShouldBe(["base64", "float", null]);
    }

    [Fact]
    public async Task Are_tried_plain_with_one_text_where_nothing_says_what_is_wrong()
    {
        await using var run = await StartAsync();
        run.Server.Decide = request => request.Body.Count == 2 ? null : Fault.Answer(400, NoReason);
        var inputs = GovernedServer.Inputs(100);
        await run.RunAsync(inputs);
        run.ShouldHaveAnswered(inputs);
        run.ShouldHaveBoughtOnce();
        run.Server.Log.Take(3).Select(request => (request.Inputs.Count, request.Body.Count)).ShouldBe([(16, 4), (1, 4), (1, 2)]);
        run.Server.Log.Skip(3).ShouldAllBe(request => request.Body.Count == 2);
        run.Server.Requests.ShouldBe(3 + 7, "a batch, a text, the text plain; then the rest of the batch and six more");
        run.Notices.ShouldHaveSingleItem().ShouldContain("model and input only");
    }

    [Fact]
    public async Task Keep_the_length_of_a_model_that_is_made_to_be_shortened()
    {
        await using var run = await StartAsync(configure: config => config with { Model = "text-embedding-3-small" });
        run.Server.NativeDimension = 1536;
        run.Server.Next(Fault.Answer(400, NoReason));
        await run.RunAsync(GovernedServer.Inputs(1));
        run.ShouldHaveAnswered(GovernedServer.Inputs(1));
        run.ShouldHaveBoughtOnce();
        run.Server.Log.ShouldAllBe(request => request.Dimensions == 8);
    }

    [Fact]
    public async Task Are_not_to_blame_for_a_text()
    {
        await using var run = await StartAsync();
        run.Server.Decide = request => request.Inputs.Contains("poison") ? Fault.Answer(400, NoReason) : null;
        EmbedInput[] inputs = [.. GovernedServer.Inputs(7), GovernedServer.Input("poison"), .. GovernedServer.Inputs(40, "more")];
        await run.RunAsync(inputs);
        run.ShouldHaveAnswered(inputs, "poison");
        run.ShouldHaveBoughtOnce();
        run.Server.Log.ShouldAllBe(request => request.Dimensions == 8 && request.Base64);
        run.Notices.ShouldBeEmpty();
    }

    [Fact]
    public async Task That_no_server_takes_end_the_run_with_its_words_and_without_the_texts()
    {
        await using var run = await StartAsync(configure: config => config with { ApiKey = new("sk-canary-1234", "TEST_KEY") });
        run.Server.Decide = _ => Fault.Answer(400, """{"message":"Tenant not onboarded, key sk-canary-1234"}""");
        var refused = await Should.ThrowAsync<ProviderRefusedException>(() => run.RunAsync(GovernedServer.Inputs(1000)));
        refused.Message.ShouldContain("The server says: \"Tenant not onboarded, key ***\"");
        refused.Message.ShouldContain("embeddings.request");
        refused.ToString().ShouldNotContain("canary");
        run.Server.Requests.ShouldBeInRange(9, 12, "a batch, eight texts, one of them plain too");
    }

    [Fact]
    public async Task That_echo_the_text_are_not_repeated()
    {
        await using var run = await StartAsync();
        run.Server.Decide = request => Fault.Answer(400, $$"""{"message":"cannot do {{request.Inputs[0]}} today"}""");
        var refused = await Should.ThrowAsync<ProviderRefusedException>(
            () => run.RunAsync(GovernedServer.Inputs(40, "some private words")));
        refused.ToString().ShouldNotContain("private");
    }

    [Theory]
    [InlineData(true, null, "embeddings.request.dimensions")]
    [InlineData(null, VectorEncoding.Base64, "embeddings.request.encoding")]
    public async Task That_are_set_are_not_learned(bool? dimensions, VectorEncoding? encoding, string named)
    {
        await using var run = await StartAsync(
            configure: config => config with { Request = RequestConfig.Learned with { NamesDimension = dimensions, Encoding = encoding } });
        run.Server.Decide = request =>
            dimensions is not null ? Fault.Answer(422, NoDimensions) : request.Base64 ? Fault.Answer(400, NoBase64) : null;
        var refused = await Should.ThrowAsync<ProviderRefusedException>(() => run.RunAsync(GovernedServer.Inputs(3)));
        refused.Message.ShouldContain(named);
        run.Server.Requests.ShouldBe(1);
    }

    [Fact]
    public async Task That_are_set_are_sent()
    {
        ExtraField[] extra = [new("input_type", "\"passage\"", "\"query\""), new("options", """{"a":[1,true,null]}""", """{"a":[1,true,null]}"""), new("only", "1", null)];
        await using var run = await StartAsync(configure: config => config with
        {
            Request = new(false, VectorEncoding.Float, null, extra,
                [new("x-team", new("docs", "test"), null), new("x-secret", new("canary", "env:S"), "S")]),
        });
        await run.RunAsync(GovernedServer.Inputs(1));
        await run.Governor.EmbedQueryAsync("where", default);
        run.Server.Log[0].Body.ToJsonString().ShouldBe("""{"model":"BAAI/bge-m3","input":["text 0"],"encoding_format":"float","input_type":"passage","options":{"a":[1,true,null]},"only":1}""");
        run.Server.Log[1].Body.ToJsonString().ShouldBe("""{"model":"BAAI/bge-m3","input":["where"],"encoding_format":"float","input_type":"query","options":{"a":[1,true,null]}}""");
        run.Server.Log[0].Headers["x-team"].ShouldBe("docs");
        run.Server.Log[0].Headers["x-secret"].ShouldBe("canary");
        run.Server.Log[0].Headers.ContainsKey("authorization").ShouldBeFalse("there is no key");
    }

    [Theory]
    [InlineData("""{"detail":"'input_type' parameter is required for asymmetric models"}""", "embeddings.request.extra: { input_type: { document: passage, query: query } }")]
    [InlineData("""{"detail":[{"type":"missing","loc":["body","task"],"msg":"Field required"}]}""", "embeddings.request.extra: { task:")]
    [InlineData("""{"detail":[{"type":"missing","loc":["body","x y\u001b[31m"],"msg":"Field required"}]}""", "'a field'")]
    public async Task That_lack_a_field_name_the_setting(string body, string named)
    {
        await using var run = await StartAsync();
        run.Server.Decide = _ => Fault.Answer(400, body);
        var refused = await Should.ThrowAsync<ProviderRefusedException>(() => run.RunAsync(GovernedServer.Inputs(40)));
        refused.Message.ShouldContain(named);
        refused.Message.ShouldNotContain('\u001b');
        run.Server.Requests.ShouldBe(1);
    }

    [Fact]
    public async Task That_hold_a_field_too_many_name_it()
    {
        await using var run = await StartAsync(configure: config => config with
            { Request = RequestConfig.Learned with { Extra = [new("truncate", "\"NONE\"", "\"NONE\"")] } });
        run.Server.Decide = _ => Fault.Answer(422, """{"detail":[{"type":"extra_forbidden","loc":["body","truncate"],"msg":"Extra inputs are not permitted"}]}""");
        var refused = await Should.ThrowAsync<ProviderRefusedException>(() => run.RunAsync(GovernedServer.Inputs(40)));
        refused.Message.ShouldContain("'truncate'");
        refused.Message.ShouldContain("embeddings.request.extra");
        run.Server.Requests.ShouldBe(1);
    }

    [Fact]
    public async Task That_a_server_both_wants_and_refuses_end_the_run()
    {
        await using var run = await StartAsync();
        run.Server.Decide = request => request.Dimensions is not null ? Fault.Answer(422, NoDimensions)
            : Fault.Answer(422, """{"detail":[{"type":"missing","loc":["body","dimensions"],"msg":"Field required"}]}""");
        await Should.ThrowAsync<ProviderRefusedException>(() => run.RunAsync(GovernedServer.Inputs(40)));
        run.Server.Requests.ShouldBeLessThan(5);
    }

    [Fact]
    public async Task Without_dimensions_check_the_length_and_say_the_ways_out()
    {
        await using var run = await StartAsync();
        run.Server.NativeDimension = 64;
        run.Server.Decide = request => request.Dimensions is null ? null : Fault.Answer(422, NoDimensions);
        var failed = await Should.ThrowAsync<ProviderFailedException>(() => run.RunAsync(GovernedServer.Inputs(3)));
        failed.Message.ShouldContain("dimension 64, not 8");
        failed.Message.ShouldContain("embeddings.request.extra");
        run.Results.ShouldBeEmpty();
    }

    public static TheoryData<string> Limited =>
        [.. ServerProfiles.All.Where(profile => profile.MaxInputs is < 500).Select(profile => profile.Name)];

    [Theory]
    [MemberData(nameof(Limited))]
    public async Task Hold_as_many_texts_as_the_server_takes(string name)
    {
        var profile = ServerProfiles.Of(name);
        var most = profile.MaxInputs!.Value;
        await using var run = await GovernedServer.StartAsync(
            GovernedServer.Options(batchSize: 128, concurrency: 3), configure: config => config with
        {
            BaseUrl = new(config.BaseUrl!.GetLeftPart(UriPartial.Authority) + profile.Path),
            Model = "m",
            Dimension = profile.Dimension,
            ApiKey = new(ServerProfiles.Key, "KEY"),
            Request = RequestConfig.Learned with
            { Model = RequestConfig.AnyModel, Extra = [new("input_type", "\"search_document\"", "\"search_query\"")] },
        });
        run.Server.Profile = profile;
        var inputs = GovernedServer.Inputs(400);
        await run.RunAsync(inputs);
        run.ShouldHaveAnswered(inputs);
        run.ShouldHaveBoughtOnce();
        // Where nothing says why, requests that are under way meanwhile learn it too; how many of them depends on time, that they are few does not.
        run.Server.Log.Count(request => request.Inputs.Count > most).ShouldBeLessThanOrEqualTo(most == 1 ? run.Server.Log.Count / 8 : 1);
        run.Notices.ShouldHaveSingleItem().ShouldContain($"at most {most} text");
    }

    [Fact]
    public async Task Hold_fewer_texts_where_halves_go_through_and_nobody_says_why()
    {
        await using var run = await StartAsync(batchSize: 64);
        run.Server.Decide = request => request.Inputs.Count > 20 ? Fault.Answer(400, NoReason) : null;
        var inputs = GovernedServer.Inputs(640);
        await run.RunAsync(inputs);
        run.ShouldHaveAnswered(inputs);
        run.ShouldHaveBoughtOnce();
        run.Server.Log.Count(request => request.Inputs.Count > 20).ShouldBeLessThan(12, "learned from the first batch");
    }

    private static Task<GovernedServer> StartAsync(int concurrency = 1, int batchSize = 16,
        Func<EmbeddingsConfig, EmbeddingsConfig>? configure = null) =>
        GovernedServer.StartAsync(GovernedServer.Options(batchSize, concurrency), configure: config =>
        {
            config = config with { Model = "BAAI/bge-m3" };
            return configure?.Invoke(config) ?? config;
        }, prepare: server => server.NativeDimension = GovernedServer.Dimension);
}
