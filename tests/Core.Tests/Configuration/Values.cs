using EmbSync.Core.Configuration;

namespace EmbSync.Core.Tests.Configuration;

/// <summary>What values mean.</summary>
public sealed class Values
{
    [Theory]
    [InlineData("20%", 0.20, null)]
    [InlineData("'20 %'", 0.20, null)]
    [InlineData("0.5%", 0.005, null)]
    [InlineData("100%", 1.0, null)]
    [InlineData("50", null, 50)]
    [InlineData("0", null, 0)]
    [InlineData("'50'", null, 50)]
    [InlineData("20% or 10", 0.20, 10)]
    public void Max_delete(string written, double? share, int? count) =>
        ConfigFolder.LoadYaml($"limits: {{ maxDelete: {written} }}\n").Limits.MaxDelete.ShouldBe(new DeleteLimit(share, count));

    [Theory]
    [InlineData("0.2")]
    [InlineData("101%")]
    [InlineData("-5")]
    [InlineData("5 or 10")]
    [InlineData("99999999999")]
    [InlineData("true")]
    public void Max_delete_refuses(string written) =>
        ConfigFolder.ErrorsIn($"limits: {{ maxDelete: {written} }}\n").ShouldContain("limits.maxDelete must be a share such as 20%");

    [Theory]
    [InlineData("5MB", 5 * 1024 * 1024)]
    [InlineData("512KB", 512 * 1024)]
    [InlineData("2 GB", 2L * 1024 * 1024 * 1024)]
    [InlineData("100", 100)]
    [InlineData("100B", 100)]
    public void Max_file_bytes(string written, long bytes) =>
        ConfigFolder.LoadYaml($"limits: {{ maxFileBytes: {written} }}\n").Limits.MaxFileBytes.ShouldBe(bytes);

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("5mb")]
    [InlineData("1.5MB")]
    [InlineData("999999999999GB")]
    public void Max_file_bytes_refuses(string written) =>
        ConfigFolder.ErrorsIn($"limits: {{ maxFileBytes: {written} }}\n").ShouldContain("limits.maxFileBytes must be a size");

    [Theory]
    [InlineData("never", 0)]
    [InlineData("always", int.MaxValue)]
    [InlineData("250", 250)]
    public void On_model_change(string written, int items) =>
        ConfigFolder.LoadYaml($"limits: {{ onModelChange: {written} }}\n").Limits.OnModelChange.ShouldBe(items);

    [Fact]
    public void A_whole_markdown_source()
    {
        var config = ConfigFolder.LoadYaml("""
            sources:
              - name: tasks
                type: markdown
                include: ["tasks/**/*.md"]
                exclude: ["tasks/archive/**", "a[b]/{x}.md"]
                id: id
                embed: [title, summary]
                metadata: [status, priority, labels]
                itemType: task
                chunk: { maxTokens: 256, minTokens: 16 }
                titleOnEveryChunk: true
                priority: -2
              - name: docs
            """);
        config.Sources.Count.ShouldBe(2);
        var tasks = config.Sources[0].ShouldBeOfType<MarkdownSourceConfig>();
        tasks.Include.ShouldBe(["tasks/**/*.md"]);
        tasks.Exclude.ShouldBe(["tasks/archive/**", "a[b]/{x}.md"]);
        tasks.Embed.ShouldBe(["title", "summary"]);
        tasks.Metadata.ShouldBe(["status", "priority", "labels"]);
        (tasks.Name, tasks.Priority, tasks.IdKey, tasks.ItemType, tasks.Chunk, tasks.TitleOnEveryChunk).ShouldBe(
            ("tasks", -2, "id", "task", new ChunkConfig(256, 16), true));
        config.Sources[1].ShouldBeOfType<MarkdownSourceConfig>().ItemType.ShouldBe("docs");
    }

    [Fact]
    public void Store_and_prefixes()
    {
        var config = ConfigFolder.LoadYaml("""
            store: { backend: postgres, url: 'Host=h', schema: emb_2, branch: release/1.0, vectors: vector, keepText: false, path: /var/x.db }
            embeddings: { prefixes: { document: "passage: ", query: "Instruct: find\nQuery: " }, prices: { a/b: 0.5, "3": 1e-2 }, autoIndex: off }
            """);
        (config.Store with { Url = null }).ShouldBe(
            new StoreConfig(StoreBackend.Postgres, "/var/x.db", null, "emb_2", "release/1.0", VectorType.Vector, false));
        config.Embeddings.Prefixes.ShouldBe(new RolePrefixes("passage: ", "Instruct: find\nQuery: "));
        config.Embeddings.Prices.ShouldBe(new Dictionary<string, decimal> { ["a/b"] = 0.5m, ["3"] = 0.01m });
        config.Embeddings.AutoIndex.ShouldBe(AutoIndex.Off);
    }

    [Fact]
    public void A_relative_store_path_starts_at_the_file()
    {
        using var folder = new ConfigFolder();
        folder.Write("a/embsync.yaml", "store: { path: x/y.db }\n");
        folder.Load(file: "a/embsync.yaml").Store.Path.ShouldBe(Path.Combine(folder.Root, "a", "x", "y.db"));
    }

    [Theory]
    [InlineData("text-embedding-3-small", 1536)]
    [InlineData("text-embedding-3-large", 3072)]
    [InlineData("text-embedding-ada-002", 1536)]
    public void Known_models_bring_their_dimension(string model, int dimension) =>
        ConfigFolder.LoadYaml($"embeddings: {{ provider: openai, model: {model} }}\n").Embeddings.Dimension.ShouldBe(dimension);

    [Fact]
    public void Openai_without_a_model_takes_the_small_one()
    {
        var embeddings = ConfigFolder.LoadYaml("embeddings: { provider: openai, dimension: 384 }\n").Embeddings;
        (embeddings.Model, embeddings.Dimension).ShouldBe(("text-embedding-3-small", 384));
    }

    [Theory]
    [InlineData("provider: openai, model: text-embedding-3-small, dimension: 1537",
        "1:75: embeddings.dimension 1537 is more than 'text-embedding-3-small' makes: 1536 at most")]
    [InlineData("provider: openai, model: text-embedding-ada-002, dimension: 384",
        "1:75: embeddings.dimension 384: 'text-embedding-ada-002' makes vectors of 1536 only")]
    [InlineData("provider: openai, model: nomic-embed-text", "1:40: embeddings.dimension is needed for 'nomic-embed-text', a model that embsync doesn't know: write the length of its vectors (known are text-embedding-3-small, text-embedding-3-large, text-embedding-ada-002)")]
    [InlineData("provider: openai, model: lexical-v1, dimension: 9", "1:40: 'lexical-v1' is the model of provider lexical, not of openai: name another (known are text-embedding-3-small, text-embedding-3-large, text-embedding-ada-002)")]
    [InlineData("model: text-embedding-3-small", "1:22: provider lexical has one model, lexical-v1, not 'text-embedding-3-small': write provider: openai for others, or set EMBSYNC_EMBEDDINGS_MODEL=lexical-v1")]
    [InlineData("dimension: 63", "1:26: embeddings.dimension 63 is outside what 'lexical-v1' makes: 64 to 4000")]
    [InlineData("dimension: 4001", "1:26: embeddings.dimension 4001 is outside what 'lexical-v1' makes: 64 to 4000")]
    [InlineData("dimension: 16001", "1:26: embeddings.dimension must be a whole number from 1 to 16000, not the number 16001")]
    [InlineData("provider: openia, model: text-embedding-3-small",
        "1:25: embeddings.provider must be local, lexical or openai, not 'openia': did you mean 'openai'?")]
    public void A_model_must_make_the_dimension(string embeddings, string error) =>
        ConfigFolder.ErrorsIn($"embeddings: {{ {embeddings} }}\n").ShouldBe($"embsync.yaml:{error}");

    [Theory]
    [InlineData("halfvec", 4000, null)]
    [InlineData("halfvec", 4001, "an index over halfvec goes to 4000: write a smaller dimension")]
    [InlineData("vector", 2000, null)]
    [InlineData("vector", 2001, "an index over vector goes to 2000: write store.vectors: halfvec, or a smaller dimension")]
    [InlineData("vector", 4001, "an index over vector goes to 2000: write a smaller dimension")]
    public void A_column_must_take_the_dimension(string type, int dimension, string? error)
    {
        var yaml = $"store: {{ url: 'Host=h', vectors: {type} }}\nembeddings: {{ provider: openai, model: own, dimension: {dimension} }}\n";
        if (error is null)
        {
            ConfigFolder.LoadYaml(yaml).Embeddings.Dimension.ShouldBe(dimension);
        }
        else
        {
            ConfigFolder.ErrorsIn(yaml).ShouldBe($"embsync.yaml:2:56: embeddings.dimension {dimension}: {error}");
        }

        // Without an index there is no such bound.
        ConfigFolder.LoadYaml(yaml, ("EMBSYNC_STORE_BACKEND", "sqlite")).Embeddings.Dimension.ShouldBe(dimension);
    }

    [Fact]
    public void A_chunk_must_fit_the_model() =>
        ConfigFolder.ErrorsIn("embeddings: { provider: openai }\nsources: [{ name: a, chunk: { maxTokens: 9000 } }]\n")
            .ShouldBe("embsync.yaml:2:10: source 'a' has chunk.maxTokens 9000, and 'text-embedding-3-small' takes 8191: lower it");

    [Fact]
    public void Numbers_that_overflow_are_refused()
    {
        ConfigFolder.ErrorsIn("limits: { maxTokens: 99999999999999999999, maxCost: 1e999 }\n").Split('\n').Length.ShouldBe(2);
        ConfigFolder.LoadYaml("limits: { maxTokens: 9223372036854775807 }\n").Limits.MaxTokens.ShouldBe(long.MaxValue);
    }
}
