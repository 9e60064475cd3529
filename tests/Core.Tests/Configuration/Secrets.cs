namespace EmbSync.Core.Tests.Configuration;

public sealed class Secrets
{
    [Theory]
    [InlineData("canary-abcdef")]
    [InlineData("sk-canarycanarycanary")]
    [InlineData("ENV:OPENAI_API_KEY")]
    [InlineData("12345")]
    public void A_key_in_the_file_is_refused_and_not_repeated(string key)
    {
        var errors = ConfigFolder.ErrorsIn($"embeddings:\n  provider: openai\n  apiKey: {key}\n");
        errors.ShouldBe("embsync.yaml:3:11: embeddings.apiKey is written out, and keys never stand in files: put it into an environment variable and write"
            + " apiKey: env:OPENAI_API_KEY (if this file was ever shared, revoke the key)");
    }

    [Fact]
    public void A_key_in_the_file_is_refused_whatever_overrides_it() =>
        ConfigFolder.ErrorsIn("embeddings: { apiKey: canary-abc }\n", ("EMBSYNC_EMBEDDINGS_API_KEY", "other")).ShouldNotContain("canary");

    [Theory]
    [InlineData("apiKey: [canary]")]
    [InlineData("apiKey: { canary: canary }")]
    [InlineData("apiKey:")]
    public void A_key_of_another_shape_is_refused(string line) =>
        ConfigFolder.ErrorsIn($"embeddings:\n  {line}\n").ShouldContain(
            "embeddings.apiKey must be env:NAME, the environment variable that holds the key");

    [Theory]
    [InlineData("postgresql://user:canary@host/db")]
    [InlineData("postgres://user:can/ary@host/db")]
    [InlineData("postgresql://:canary@host/db")]
    [InlineData("postgresql://host/db?user=u&password=canary")]
    [InlineData("Host=h;Username=u;Password=canary")]
    [InlineData("Host=h;PWD = canary")]
    [InlineData("host=h password=canary")]
    [InlineData("Host=h;SSL Password=canary")]
    public void A_url_with_a_password_is_refused_and_not_repeated(string url)
    {
        var errors = ConfigFolder.ErrorsIn($"store:\n  url: '{url}'\n");
        errors.ShouldBe("embsync.yaml:2:8: store.url holds a password, and passwords never stand in files: put the whole URL into an environment variable and write url: env:DATABASE_URL");
    }

    [Theory]
    [InlineData("postgresql://host/db")]
    [InlineData("postgresql://user@host:5432/db?sslmode=require")]
    [InlineData("Host=h;Username=u;Database=d")]
    public void A_url_without_a_password_may_stand_in_the_file(string url)
    {
        var config = ConfigFolder.LoadYaml($"store:\n  url: '{url}'\n");
        config.Store.Url!.Reveal().ShouldBe(url);
        config.Store.Url.ToString().ShouldBe("(embsync.yaml)");
    }

    [Fact]
    public void Plain_http_goes_to_this_machine_only()
    {
        foreach (var local in new[]
            { "http://localhost:11434/v1", "http://127.0.0.1/v1", "http://[::1]:8080/v1", "http://ollama.localhost/v1" })
        {
            ConfigFolder.LoadYaml($"embeddings: {{ provider: openai, baseUrl: '{local}' }}\n").Embeddings.BaseUrl.ShouldBe(new Uri(local));
        }

        foreach (var other in new[]
            { "http://example.test/v1", "http://10.0.0.1/v1", "http://localhost.example.test/v1", "http://0.0.0.0/v1" })
        {
            ConfigFolder.ErrorsIn($"embeddings: {{ provider: openai, baseUrl: '{other}' }}\n").ShouldContain("is plain HTTP to");
            ConfigFolder.LoadYaml($"embeddings: {{ provider: openai, baseUrl: '{other}', allowInsecureHttp: true }}\n")
                .Embeddings.AllowInsecureHttp.ShouldBeTrue();
        }

        ConfigFolder.ErrorsIn("embeddings: { provider: openai }\n", ("OPENAI_BASE_URL", "http://example.test")).ShouldContain(
            "is plain HTTP to");
    }

    [Fact]
    public void A_changed_endpoint_does_not_get_the_key()
    {
        const string Yaml = "embeddings:\n  provider: openai\n  apiKey: env:K\n  baseUrl: https://evil.test/v1\n";
        const string Error = "embsync.yaml:4:12: embeddings.baseUrl points to 'evil.test', which may not have the key (K): "
            + "add the host to embeddings.allowHosts, or set EMBSYNC_EMBEDDINGS_ALLOW_HOSTS, which wins over the file";
        ConfigFolder.ErrorsIn(Yaml, ("K", "canary")).ShouldBe(Error);
        ConfigFolder.ErrorsIn(Yaml).ShouldBe(Error);
        ConfigFolder.ErrorsIn(Yaml.Replace("  apiKey: env:K\n", "", StringComparison.Ordinal), ("OPENAI_API_KEY", "canary")).ShouldContain(
            "may not have the key (OPENAI_API_KEY)");
        ConfigFolder.LoadYaml(Yaml + "  allowHosts: [EVIL.test]\n").Embeddings.BaseUrl!.Host.ShouldBe("evil.test");
        // The environment's list wins: a pull request can't add to it.
        ConfigFolder.ErrorsIn(Yaml + "  allowHosts: [evil.test]\n", ("EMBSYNC_EMBEDDINGS_ALLOW_HOSTS", "good.test")).ShouldBe(Error);
        ConfigFolder.LoadYaml(Yaml.Replace("https://evil.test/v1", "env:ADDRESS", StringComparison.Ordinal),
            ("ADDRESS", "https://mine.test/v1"))
            .Embeddings.AllowHosts.ShouldBe(["mine.test"]);
    }

    [Fact]
    public void An_address_with_credentials_is_refused()
    {
        var errors = ConfigFolder.ErrorsIn("embeddings: { provider: openai, baseUrl: 'https://user:canary@example.test/v1' }\n");
        errors.ShouldNotContain("canary");
        errors.ShouldContain("it holds a user or password");
    }

    [Fact]
    public void A_key_with_a_line_break_is_refused() =>
        ConfigFolder.ErrorsIn("embeddings: { provider: openai }\n", ("OPENAI_API_KEY", "canary\n")).ShouldBe(
            "OPENAI_API_KEY: the key holds a line break or control character: set the variable again, without it");
}
