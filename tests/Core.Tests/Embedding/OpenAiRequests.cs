using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Providers.OpenAi;

namespace EmbSync.Core.Tests.Embedding;

public class OpenAiRequests
{
    [Fact]
    public async Task Carry_the_prefix_of_their_role_and_the_dimension()
    {
        await using var run = await GovernedServer.StartAsync(
            configure: config => config with { Prefixes = new("search_document: ", "search_query: ") });
        await run.RunAsync(GovernedServer.Inputs(1));
        await run.Governor.EmbedQueryAsync("where", default);
        run.Server.Log[0].Inputs.ShouldBe(["search_document: text 0"]);
        run.Server.Log[1].Inputs.ShouldBe(["search_query: where"]);
        run.Server.Log.ShouldAllBe(request => request.Dimensions == 8 && request.Model == GovernedServer.Model);
    }

    [Fact]
    public async Task Name_no_dimension_to_a_model_of_before_that()
    {
        await using var run = await GovernedServer.StartAsync(
            configure: config => config with { Model = "text-embedding-ada-002", Dimension = 1536 });
        await run.RunAsync(GovernedServer.Inputs(1));
        run.Server.Log.Single().Dimensions.ShouldBeNull();
        run.ShouldHaveAnswered(GovernedServer.Inputs(1));
    }

    [Fact]
    public async Task Name_no_dimension_any_more_where_the_server_refuses_it()
    {
        await using var run = await GovernedServer.StartAsync(
            GovernedServer.Options(concurrency: 1), configure: config => config with { Model = "BAAI/bge-m3", Dimension = 64 });
        run.Server.CanShorten = false;
        run.Server.NativeDimension = 64;
        await run.RunAsync(GovernedServer.Inputs(40));
        run.ShouldHaveAnswered(GovernedServer.Inputs(40));
        run.Server.Log.Count(request => request.Dimensions is not null).ShouldBe(1);
        run.Answers.Sum(answer => answer.Requests).ShouldBe(4);
    }

    [Fact]
    public async Task Are_refused_where_the_model_cannot_make_that_dimension()
    {
        await using var run = await GovernedServer.StartAsync();
        run.Server.CanShorten = false;
        var refused = await Should.ThrowAsync<ProviderRefusedException>(() => run.RunAsync(GovernedServer.Inputs(40)));
        refused.Message.ShouldContain("embeddings.dimension");
    }

    [Fact]
    public async Task Carry_the_key_where_there_is_one()
    {
        await using var run = await GovernedServer.StartAsync(configure: config => config with { ApiKey = new("sk-right", "TEST_KEY") });
        run.Server.RequiredKey = "sk-right";
        await run.RunAsync(GovernedServer.Inputs(1));
        run.ShouldHaveAnswered(GovernedServer.Inputs(1));
    }

    [Fact]
    public void Are_not_sent_without_a_key_to_a_host_that_wants_one()
    {
        var config = GovernedServer.ConfigFor(null);
        OpenAiProvider.SignatureOf(config).Dimension.ShouldBe(8, "a signature needs no key");
        Should.Throw<ProviderRefusedException>(() => OpenAiProvider.Create(config, TimeProvider.System)).Message.ShouldContain(
            "OPENAI_API_KEY");
    }

    [Theory]
    [InlineData("http://models.example:8080/v1", "https")]
    [InlineData("ftp://models.example/v1", "http")]
    [InlineData("https://elsewhere.example/v1", "allowHosts")]
    public void Are_not_sent_to(string address, string named)
    {
        var config = GovernedServer.ConfigFor(new(address)) with
            { ApiKey = new("sk-canary-1234", "TEST_KEY"), AllowHosts = ["models.example"] };
        var refused = Should.Throw<UsageException>(() => OpenAiProvider.Create(config, TimeProvider.System));
        refused.Message.ShouldContain(named);
        refused.Message.ShouldNotContain("canary");
    }

    [Fact]
    public void Of_other_role_rules_have_another_fingerprint()
    {
        var plain = GovernedServer.ConfigFor(null);
        EmbeddingsConfig[] configs =
        [
            plain, plain with { Prefixes = new("a", "b") }, plain with { Prefixes = new("ab", "") }, plain with { Model = "m" }, plain with
                { Dimension = 9 },
        ];
        configs.Select(config => OpenAiProvider.SignatureOf(config).Fingerprint).ShouldBeUnique();
        OpenAiProvider.SignatureOf(plain).ShouldBe(new EmbeddingSignature("openai", "text-embedding-3-small", 8, ""));
    }

    [Theory]
    [InlineData("text-embedding-3-small", "text-embedding-3-small", true)]
    [InlineData("text-embedding-3-small", "text-embedding-3-small-20240125", true)]
    [InlineData("text-embedding-3-small", "text-embedding-3-small-2024", true)]
    [InlineData("text-embedding-3-small", "openai/text-embedding-3-small", true)]
    [InlineData("openai/text-embedding-3-small", "text-embedding-3-small", true)]
    [InlineData("nomic-embed-text", "nomic-embed-text:latest", true)]
    [InlineData("gemini-embedding", "gemini-embedding-001", true)]
    [InlineData("BGE-M3", "bge-m3", true)]
    [InlineData("text-embedding-3-small", "", true)]
    [InlineData("text-embedding-3-small", "text-embedding-3-large", false)]
    [InlineData("text-embedding-3", "text-embedding-3-small", false)]
    [InlineData("all-minilm", "all-minilm:33m", false)]
    [InlineData("bge-large-en", "bge-large-en-v1.5", false)]
    [InlineData("bge-m3", "bge-m3-", false)]
    [InlineData("text-embedding", "text-embedding-3", false)]
    public void Accept_an_answer_that_names(string asked, string answered, bool same) => ModelName.IsSame(asked, answered).ShouldBe(same);

    [Theory]
    [InlineData("retry-after-ms", "1500", 1.5)]
    [InlineData("Retry-After", "3", 3.0)]
    [InlineData("Retry-After", "0.5", 0.5)]
    [InlineData("Retry-After", "Fri, 20 Nov 2026 10:00:30 GMT", 30.0)]
    [InlineData("Retry-After", "Fri, 20 Nov 2026 09:00:00 GMT", 0.0)]
    [InlineData("Retry-After", "99999999999999999999999", 86400.0)]
    [InlineData("Retry-After", "Fri, 20 Nov 2099 09:00:00 GMT", 86400.0)]
    [InlineData("Retry-After", "soon", null)]
    [InlineData("Retry-After", "-5", null)]
    [InlineData("Other", "5", null)]
    public void Wait_as_the_header_says(string name, string value, double? seconds)
    {
        var now = new DateTimeOffset(2026, 11, 20, 10, 0, 0, TimeSpan.Zero);
        RetryAfterHeader.Read(header => header == name ? value : null, now)?.TotalSeconds.ShouldBe(seconds!.Value);
        (RetryAfterHeader.Read(header => header == name ? value : null, now) is null).ShouldBe(seconds is null);
    }

    [Fact]
    public void Wait_by_the_servers_clock_where_it_shows_it()
    {
        var headers = new Dictionary<string, string>
            { ["Retry-After"] = "Fri, 20 Nov 2026 10:00:30 GMT", ["Date"] = "Fri, 20 Nov 2026 10:00:20 GMT" };
        RetryAfterHeader.Read(headers.GetValueOrDefault, DateTimeOffset.UnixEpoch).ShouldBe(TimeSpan.FromSeconds(10));
    }
}
