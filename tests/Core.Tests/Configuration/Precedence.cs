using EmbSync.Core.Configuration;

namespace EmbSync.Core.Tests.Configuration;

public sealed class Precedence
{
    private const string Yaml = """
        embeddings:
          batch: { size: 10, sleepMs: 20 }
          concurrency: 2
        limits: { maxCost: 1.5, maxTokens: 1000, maxDelete: 30% }
        """;

    [Fact]
    public void File_wins_over_default()
    {
        var config = ConfigFolder.LoadYaml(Yaml);
        config.Embeddings.BatchSize.ShouldBe(10);
        config.Embeddings.SleepMs.ShouldBe(20);
        config.Limits.ShouldBe(new LimitsConfig(1.5m, 1000, new DeleteLimit(0.30, null), 5 * 1024 * 1024, 1000));
    }

    [Fact]
    public void Environment_wins_over_file()
    {
        var config = ConfigFolder.LoadYaml(
            Yaml, ("EMBSYNC_EMBEDDINGS_BATCH_SIZE", "11"), ("EMBSYNC_LIMITS_MAX_COST", "0.25"), ("EMBSYNC_LIMITS_MAX_DELETE", "7"));
        config.Embeddings.BatchSize.ShouldBe(11);
        config.Limits.MaxCost.ShouldBe(0.25m);
        config.Limits.MaxDelete.ShouldBe(new DeleteLimit(null, 7));
        config.Embeddings.SleepMs.ShouldBe(20);
    }

    [Fact]
    public void Flags_win_over_environment()
    {
        using var folder = new ConfigFolder(Yaml).With(
            ("EMBSYNC_EMBEDDINGS_BATCH_SIZE", "11"), ("EMBSYNC_EMBEDDINGS_BATCH_SLEEP_MS", "11"), ("EMBSYNC_EMBEDDINGS_CONCURRENCY", "11"),
            ("EMBSYNC_LIMITS_MAX_COST", "11"), ("EMBSYNC_LIMITS_MAX_TOKENS", "11"), ("EMBSYNC_LIMITS_MAX_DELETE", "11"),
            ("EMBSYNC_EMBEDDINGS_MODEL", "env-model"), ("EMBSYNC_EMBEDDINGS_DIMENSION", "11"), ("EMBSYNC_EMBEDDINGS_PROVIDER", "openai"));
        var config = folder.Load(new(BatchSize: 12, SleepMs: 13, Concurrency: 14, MaxCost: 15.5m, MaxTokens: 16, MaxDelete: "17%",
            Model: "text-embedding-3-large", Dimension: 18));
        config.Embeddings.BatchSize.ShouldBe(12);
        config.Embeddings.SleepMs.ShouldBe(13);
        config.Embeddings.Concurrency.ShouldBe(14);
        config.Limits.ShouldBe(new LimitsConfig(15.5m, 16, new DeleteLimit(0.17, null), 5 * 1024 * 1024, 1000));
        config.Embeddings.Model.ShouldBe("text-embedding-3-large");
        config.Embeddings.Dimension.ShouldBe(18);
        config.Origins["embeddings.batch.size"].ShouldBe("--batch-size");
    }

    [Fact]
    public void An_empty_variable_is_no_setting()
    {
        // CI systems pass an absent secret or input as an empty variable.
        ConfigFolder.LoadYaml(Yaml, ("EMBSYNC_EMBEDDINGS_BATCH_SIZE", "")).Embeddings.BatchSize.ShouldBe(10);
    }

    [Fact]
    public void Bad_flags_and_variables_are_named_and_not_repeated_when_from_the_environment()
    {
        using var folder = new ConfigFolder().With(("EMBSYNC_EMBEDDINGS_CONCURRENCY", "canary-7781"));
        var errors = folder.Errors(new(BatchSize: 0, MaxCost: -1, MaxDelete: "lots"));
        errors.ShouldBe("""
            --batch-size: embeddings.batch.size must be a whole number from 1 to 2048, not '0'
            EMBSYNC_EMBEDDINGS_CONCURRENCY: embeddings.concurrency must be a whole number from 1 to 64, not what the environment holds
            --max-cost: limits.maxCost must be a number, 0 or more, not '-1'
            --max-delete: limits.maxDelete must be a share such as 20%, a number of items, or both as '20% or 10' (the larger counts), not 'lots'
            """);
    }

    [Fact]
    public void A_variable_that_is_no_setting_is_an_error_with_a_guess() =>
        ConfigFolder.ErrorsIn("version: 1", ("EMBSYNC_STORE_URI", "x"), ("EMBSYNC_LIMITS_MAXCOST", "1"), ("EMBSYNC_TEST_X", "1"))
        .ShouldBe("""
            EMBSYNC_LIMITS_MAXCOST: no setting has this variable: did you mean 'EMBSYNC_LIMITS_MAX_COST'?
            EMBSYNC_STORE_URI: no setting has this variable: did you mean 'EMBSYNC_STORE_URL'?
            """);

    [Fact]
    public void Every_variable_reaches_its_setting()
    {
        // Those of a local model are refused beside another provider. Each value differs from the default; the origin shows that it was
        // read from the variable.
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["project"] = "p", ["store.backend"] = "postgres", ["store.path"] = "x.db", ["store.url"] = "Host=h;Password=p",
                ["store.schema"] = "s",
            ["store.branch"] = "main", ["store.vectors"] = "vector", ["store.keepText"] = "false", ["embeddings.autoIndex"] = "off",
            ["embeddings.provider"] = "openai", ["embeddings.baseUrl"] = "https://example.test/v1", ["embeddings.apiKey"] = "k-123456",
            ["embeddings.model"] = "m", ["embeddings.dimension"] = "12", ["embeddings.batch.size"] = "3",
            ["embeddings.batch.sleepMs"] = "4",
            ["embeddings.concurrency"] = "5", ["embeddings.allowHosts"] = "a.test, b.test", ["embeddings.allowInsecureHttp"] = "true",
            ["embeddings.prefixes.document"] = "d: ", ["embeddings.prefixes.query"] = "q: ", ["limits.maxCost"] = "6",
            ["limits.maxTokens"] = "7",
            ["limits.maxDelete"] = "8", ["limits.maxFileBytes"] = "9KB", ["limits.onModelChange"] = "always",
            ["store.spool"] = "waiting", ["embeddings.rate.requestsPerMinute"] = "10", ["embeddings.rate.tokensPerMinute"] = "11",
            ["embeddings.retry.seconds"] = "12", ["embeddings.retry.max"] = "13", ["embeddings.timeoutSeconds"] = "14",
            ["store.index.m"] = "15", ["store.index.efConstruction"] = "65", ["store.index.efSearch"] = "101",
            ["store.index.memory"] = "2GB", ["store.index.minRows"] = "16",
            ["embeddings.request.dimensions"] = "omit", ["embeddings.request.encoding"] = "float", ["embeddings.request.model"] = "any",
            ["embeddings.queryTimeoutMs"] = "17000",
        };
        var known = ConfigView.Settings.Where(setting => setting.Variable is not null && !setting.Path.StartsWith("embeddings.local.",
            StringComparison.Ordinal)).ToDictionary(setting => setting.Path, setting => setting.Variable!);
        known.Keys.ShouldBe(values.Keys, ignoreOrder: true);
        var config = ConfigFolder.LoadYaml("version: 1", [.. values.Select(pair => (known[pair.Key], pair.Value))]);
        foreach (var (path, variable) in known)
        {
            config.Origins.GetValueOrDefault(path).ShouldBe(variable, path);
        }

        config.Embeddings.AllowHosts.ShouldBe(["a.test", "b.test", "example.test"]);
        config.Embeddings.Prefixes.ShouldBe(new RolePrefixes("d: ", "q: "));
        config.Embeddings.Pace.ShouldBe(new(10, 11, 12, 13, 14) { QueryMs = 17_000 });
        config.Embeddings.Request.ShouldBe(
            new(false, VectorEncoding.Float, "any", config.Embeddings.Request.Extra, config.Embeddings.Request.Headers));
        config.Store.Index.ShouldBe(new(15, 65, 101, 2L * 1024 * 1024 * 1024, 16));
        config.Limits.OnModelChange.ShouldBe(int.MaxValue);
        config.Store.Url!.Reveal().ShouldBe("Host=h;Password=p");
        config.Store.Url.ToString().ShouldBe("(env:EMBSYNC_STORE_URL)");
    }
}
