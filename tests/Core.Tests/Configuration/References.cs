using EmbSync.Core.Configuration;

namespace EmbSync.Core.Tests.Configuration;

/// <summary><c>env:NAME</c> in place of a value.</summary>
public sealed class References
{
    [Fact]
    public void Stand_for_text_numbers_and_list_items()
    {
        var config = ConfigFolder.LoadYaml("""
            project: env:P
            store: { keepText: env:KEEP, backend: env:BACKEND }
            embeddings: { batch: { size: env:SIZE } }
            limits: { maxCost: "env:COST" }
            sources: [{ name: env:NAME, include: [env:GLOB, b/*.md], priority: env:PRIORITY }]
            """, ("P", "x"), ("KEEP", "false"), ("BACKEND", "memory"), ("SIZE", "7"), ("COST", "0.5"), ("NAME", "n"), ("GLOB", "a/*.md"), ("PRIORITY", "3"));
        config.Project.ShouldBe("x");
        config.Store.KeepText.ShouldBeFalse();
        config.Store.Backend.ShouldBe(StoreBackend.Memory);
        config.Embeddings.BatchSize.ShouldBe(7);
        config.Limits.MaxCost.ShouldBe(0.5m);
        var source = config.Sources.ShouldHaveSingleItem().ShouldBeOfType<MarkdownSourceConfig>();
        (source.Name, source.Include, source.Priority).ShouldBe(("n", source.Include, 3));
        source.Include.ShouldBe(["a/*.md", "b/*.md"]);
        config.Origins["project"].ShouldBe("embsync.yaml:1 (env:P)");
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public void An_unset_variable_is_named_with_its_place(string? value)
    {
        (string, string)[] environment = value is null ? [] : [("NOT_THERE", value)];
        ConfigFolder.ErrorsIn("limits:\n  maxCost: env:NOT_THERE\nsources:\n  - name: a\n    include: [x/*.md, env:NOT_THERE]\n", environment).ShouldBe("""
            embsync.yaml:2:12: limits.maxCost is taken from the environment variable NOT_THERE, which is not set (or empty): set it, or write a value here
            embsync.yaml:5:23: sources[0].include[1] is taken from the environment variable NOT_THERE, which is not set (or empty): set it, or write a value here
            """);
    }

    [Fact]
    public void A_name_that_no_variable_can_have_is_refused() => ConfigFolder.ErrorsIn("project: 'env: X'\nembeddings: { apiKey: 'env:' }\n").ShouldBe("""
        embsync.yaml:1:10: project: ' X' can't be the name of an environment variable: write env:NAME
        embsync.yaml:2:23: embeddings.apiKey: what follows env: can't be the name of an environment variable
        """);

    [Fact]
    public void What_a_variable_holds_is_never_repeated() =>
        ConfigFolder.ErrorsIn("embeddings: { dimension: env:K }\nproject: env:P\nstore: { url: env:U, backend: postgres }\n",
        ("K", "canary-4711"), ("P", "canary\u0007"), ("U", "canary-0815")).ShouldBe("""
        embsync.yaml:1:26: embeddings.dimension must be a whole number from 1 to 16000, not what the environment holds
        embsync.yaml:2:10: project must be a name of at most 200 characters, not what the environment holds: it holds a line break, a control character or half a character
        embsync.yaml:3:15: store.url is neither a postgresql:// URI nor a keyword string such as Host=localhost;Database=docs
        """);

    [Fact]
    public void An_override_makes_an_unset_variable_unneeded() =>
        ConfigFolder.LoadYaml("limits: { maxCost: env:NOT_THERE }\n", ("EMBSYNC_LIMITS_MAX_COST", "2")).Limits.MaxCost.ShouldBe(2);

    [Fact]
    public void A_missing_key_is_no_error_and_is_remembered_by_name()
    {
        var embeddings = ConfigFolder.LoadYaml("embeddings: { provider: openai, apiKey: env:MY_KEY }\n").Embeddings;
        embeddings.ApiKey.ShouldBeNull();
        embeddings.ApiKeyVariable.ShouldBe("MY_KEY");
        var standard = ConfigFolder.LoadYaml("embeddings: { provider: openai }\n").Embeddings;
        standard.ApiKey.ShouldBeNull();
        standard.ApiKeyVariable.ShouldBe("OPENAI_API_KEY");
        ConfigFolder.LoadYaml("embeddings: { provider: lexical }\n").Embeddings.ApiKeyVariable.ShouldBeNull();
    }

    [Fact]
    public void The_key_comes_from_the_named_variable_the_setting_or_the_usual_one()
    {
        (string, string)[] environment = [("MY_KEY", "mine-123"), ("OPENAI_API_KEY", "usual-123")];
        var named = ConfigFolder.LoadYaml("embeddings: { provider: openai, apiKey: env:MY_KEY }\n", environment).Embeddings;
        (named.ApiKey!.Reveal(), named.ApiKey.ToString(), named.ApiKeyVariable).ShouldBe(("mine-123", "(env:MY_KEY)", "MY_KEY"));
        var usual = ConfigFolder.LoadYaml("embeddings: { provider: openai }\n", environment).Embeddings;
        (usual.ApiKey!.Reveal(), usual.ApiKey.ToString()).ShouldBe(("usual-123", "(env:OPENAI_API_KEY)"));
        var setting = ConfigFolder.LoadYaml("embeddings: { provider: openai, apiKey: env:MY_KEY }\n",
            [.. environment, ("EMBSYNC_EMBEDDINGS_API_KEY", "set-123")]).Embeddings;
        (setting.ApiKey!.Reveal(), setting.ApiKeyVariable).ShouldBe(("set-123", "EMBSYNC_EMBEDDINGS_API_KEY"));
        ConfigFolder.LoadYaml("embeddings: { provider: lexical }\n", environment).Embeddings.ApiKey.ShouldBeNull();
    }

    [Fact]
    public void The_usual_address_counts_for_openai_only()
    {
        (string, string) address = ("OPENAI_BASE_URL", "https://gateway.test/v1");
        var config = ConfigFolder.LoadYaml("embeddings: { provider: openai }\n", address);
        config.Embeddings.BaseUrl.ShouldBe(new Uri("https://gateway.test/v1"));
        config.Origins["embeddings.baseUrl"].ShouldBe("OPENAI_BASE_URL");
        ConfigFolder.LoadYaml("embeddings: { provider: lexical }\n", address).Embeddings.BaseUrl.ShouldBeNull();
        ConfigFolder.LoadYaml("embeddings: { provider: openai }\n").Embeddings.BaseUrl.ShouldBeNull();
        ConfigFolder.ErrorsIn("embeddings: { provider: openai, baseUrl: env:OPENAI_BASE_URL }\n").ShouldStartWith(
            "embsync.yaml:1:42: embeddings.baseUrl is taken from the environment variable OPENAI_BASE_URL, which is not set");
        ConfigFolder.LoadYaml("embeddings: { provider: lexical, baseUrl: env:OPENAI_BASE_URL }\n").Embeddings.BaseUrl.ShouldBeNull();
        ConfigFolder.ErrorsIn("embeddings: { provider: openai }\n", ("OPENAI_BASE_URL", "not an address")).ShouldBe(
            "OPENAI_BASE_URL: the address must be an address such as https://host/v1, not what the environment holds");
    }

    [Fact]
    public void The_store_url_is_needed_for_postgres_only()
    {
        const string Yaml = "store: { backend: sqlite, url: env:DATABASE_URL }\n";
        ConfigFolder.LoadYaml(Yaml).Store.Url.ShouldBeNull();
        ConfigFolder.ErrorsIn(Yaml, ("EMBSYNC_STORE_BACKEND", "postgres")).ShouldBe(
            "embsync.yaml:1:32: store.url is taken from the environment variable DATABASE_URL, which is not set (or empty): set it");
        ConfigFolder.ErrorsIn("store:\n  backend: postgres\n").ShouldBe(
            "embsync.yaml:2:12: the postgres backend needs store.url: write url: env:DATABASE_URL, or set EMBSYNC_STORE_URL");
    }

    [Fact]
    public void A_url_without_a_backend_means_postgres_and_never_falls_back_on_a_file()
    {
        var config = ConfigFolder.LoadYaml("store: { url: env:DATABASE_URL }\n", ("DATABASE_URL", "postgres://u:p@h/d"));
        config.Store.Backend.ShouldBe(StoreBackend.Postgres);
        config.Origins["store.backend"].ShouldBe("store.url in embsync.yaml:1 (env:DATABASE_URL)");
        ConfigFolder.LoadYaml("version: 1\n", ("EMBSYNC_STORE_URL", "Host=h")).Store.Backend.ShouldBe(StoreBackend.Postgres);
        ConfigFolder.ErrorsIn("store: { url: env:DATABASE_URL }\n").ShouldContain("DATABASE_URL, which is not set");
    }
}
