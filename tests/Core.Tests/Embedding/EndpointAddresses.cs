using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Providers.OpenAi;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Embedding;

/// <summary>Where requests go, and with which key.</summary>
public class EndpointAddresses
{
    [Theory]
    [InlineData("http://localhost:1/v1", "http://localhost:1/v1/embeddings")]
    [InlineData("http://localhost:1/v1/", "http://localhost:1/v1/embeddings")]
    [InlineData("http://localhost:1", "http://localhost:1/embeddings")]
    [InlineData("http://localhost:1/v1/embeddings", "http://localhost:1/v1/embeddings")]
    [InlineData("http://localhost:1/v1/embeddings/", "http://localhost:1/v1/embeddings")]
    [InlineData("https://x.openai.azure.com/openai/deployments/e?api-version=2024-10-21",
        "https://x.openai.azure.com/openai/deployments/e/embeddings?api-version=2024-10-21")]
    [InlineData("https://x.openai.azure.com/openai/deployments/e/embeddings?api-version=1&a=b",
        "https://x.openai.azure.com/openai/deployments/e/embeddings?api-version=1&a=b")]
    [InlineData("https://x.services.ai.azure.com/openai/v1/", "https://x.services.ai.azure.com/openai/v1/embeddings")]
    public void Are_the_base_and_embeddings(string address, string requests) =>
        new OpenAiEndpoint(GovernedServer.ConfigFor(new(address))).Requests.AbsoluteUri.ShouldBe(requests);

    [Theory]
    [InlineData("http://localhost:1/v1", "Authorization: Bearer sk-1")]
    [InlineData("http://localhost:1/openai/deployments/e", "api-key: sk-1")]
    [InlineData("https://x.openai.azure.com/openai/v1", "api-key: sk-1")]
    public void Get_the_key_in_the_header_that_they_take(string address, string header)
    {
        var config = GovernedServer.ConfigFor(new(address)) with { ApiKey = new("sk-1", "KEY"), AllowHosts = ["x.openai.azure.com"] };
        new OpenAiEndpoint(config).Headers().Select(one => $"{one.Name}: {one.Value}").ShouldBe([header]);
    }

    [Fact]
    public void Get_no_key_where_there_is_none() =>
        new OpenAiEndpoint(GovernedServer.ConfigFor(new("http://localhost:1/v1"))).Headers().ShouldBeEmpty();

    [Fact]
    public async Task Get_the_headers_of_the_configuration_in_place_of_the_key()
    {
        await using var run = await GovernedServer.StartAsync(configure: config => config with
        {
            ApiKey = new("sk-1", "KEY"),
            Request = RequestConfig.Learned with { Headers = [new("authorization", new("Token t-canary", "env:T"), "T")] },
        });
        await run.RunAsync(GovernedServer.Inputs(1));
        run.Server.Log.Single().Headers["authorization"].ShouldBe("Token t-canary");
    }

    [Fact]
    public void Get_no_secret_header_or_field_that_may_not_have_the_key()
    {
        var plain = GovernedServer.ConfigFor(new("https://elsewhere.example/v1"));
        RequestConfig[] secret =
        [
            RequestConfig.Learned with { Headers = [new("x-key", new("canary", "env:K"), "K")] },
            RequestConfig.Learned with { Extra = [new("token", "\"canary\"", "\"canary\"") { Secrets = [new("canary", "env:K")] }] },
        ];
        foreach (var request in secret)
        {
            var refused = Should.Throw<UsageException>(() => new OpenAiEndpoint(plain with { Request = request }));
            refused.Message.ShouldContain("env:K");
            refused.Message.ShouldContain("allowHosts");
            refused.Message.ShouldNotContain("canary");
            new OpenAiEndpoint(plain with { Request = request, AllowHosts = ["elsewhere.example"] }).Address.Host.ShouldBe(
                "elsewhere.example");
        }
    }

    [Fact]
    public void Miss_a_header_whose_variable_is_not_set()
    {
        var config = GovernedServer.ConfigFor(new("http://localhost:1/v1")) with
            { Request = RequestConfig.Learned with { Headers = [new("x-key", null, "TEAM_KEY")] } };
        var refused = Should.Throw<ProviderRefusedException>(() => OpenAiProvider.Create(config, TimeProvider.System));
        refused.Message.ShouldContain("TEAM_KEY");
        refused.Message.ShouldContain("x-key");
    }

    [Fact]
    public void Need_no_key_where_a_header_brings_one()
    {
        var config = GovernedServer.ConfigFor(new("https://x.openai.azure.com/openai/v1")) with
        {
            AllowHosts = ["x.openai.azure.com"],
            Request = RequestConfig.Learned with { Headers = [new("Authorization", new("Bearer entra", "env:T"), "T")] },
        };
        Should.NotThrow(() => OpenAiProvider.Create(config, TimeProvider.System).Dispose());
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task That_point_elsewhere_are_not_followed_and_name_it(int status)
    {
        await using var other = await FakeEmbeddingServer.StartAsync();
        await using var run = await GovernedServer.StartAsync(configure: config => config with { ApiKey = new("sk-canary-1", "KEY") });
        run.Server.Decide = _ => Fault.Redirect(status, other.BaseUrl + "/embeddings?key=sk-canary-1");
        var refused = await Should.ThrowAsync<ProviderRefusedException>(() => run.RunAsync(GovernedServer.Inputs(3)));
        refused.Message.ShouldContain($"{other.BaseUrl}/embeddings");
        refused.Message.ShouldContain("embeddings.baseUrl");
        refused.ToString().ShouldNotContain("canary");
        other.Requests.ShouldBe(0);
        run.Server.Requests.ShouldBe(1);
    }

    [Fact]
    public async Task Without_a_path_are_told_that_most_have_one()
    {
        await using var run = await GovernedServer.StartAsync(
            configure: config => config with { BaseUrl = new(config.BaseUrl!.GetLeftPart(UriPartial.Authority)) });
        var refused = await Should.ThrowAsync<ProviderRefusedException>(() => run.RunAsync(GovernedServer.Inputs(3)));
        refused.Message.ShouldContain($"{run.Server.BaseUrl}");
    }

    [Fact]
    public async Task That_are_dead_keep_a_search_waiting_for_a_moment_only()
    {
        var clock = new FastClock(10);
        await using var run = await GovernedServer.StartAsync(
            GovernedServer.Options() with { RequestTimeout = TimeSpan.FromMinutes(1), RetryBudget = TimeSpan.FromMinutes(2) }, clock);
        await run.Server.DisposeAsync();
        var failed = await Should.ThrowAsync<ProviderFailedException>(() => run.Governor.EmbedQueryNowAsync("where", default));
        clock.Waits.Count.ShouldBeLessThan(10);
        clock.Waits.ShouldAllBe(wait => wait <= TimeSpan.FromMilliseconds(2500), "a run's patience would be two minutes");
        failed.Message.ShouldContain("can't be reached");
        failed.Message.ShouldContain("embeddings.queryTimeoutMs");
    }

    [Theory]
    [InlineData("hang")]
    [InlineData("500")]
    [InlineData("429")]
    public async Task That_do_not_answer_keep_a_search_within_its_time(string name)
    {
        var clock = new FastClock(2);
        var options = GovernedServer.Options() with { RequestTimeout = TimeSpan.FromMinutes(1), RetryBudget = TimeSpan.FromMinutes(2) };
        await using var run = await GovernedServer.StartAsync(options, clock);
        run.Server.Decide = _ =>
            name switch { "hang" => Fault.Hang(), "429" => Fault.RateLimited(TimeSpan.FromSeconds(20)), _ => Fault.Status(500) };
        var failed = await Should.ThrowAsync<ProviderFailedException>(() => run.Governor.EmbedQueryNowAsync("where", default));
        failed.Message.ShouldContain("embeddings.queryTimeoutMs");
        run.Server.Requests.ShouldBeInRange(1, 3);
        clock.Waits.Where(wait => wait < TimeSpan.FromHours(1)).ShouldAllBe(wait => wait <= TimeSpan.FromMilliseconds(2500));
    }
}
