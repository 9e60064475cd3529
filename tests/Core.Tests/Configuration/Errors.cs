using EmbSync.Core.Configuration;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Configuration;

/// <summary>Whole listings, as people see them.</summary>
public sealed class Errors
{
    [Fact]
    public void Unknown_keys_with_guesses() => Approval.Verify(ConfigFolder.ErrorsIn("""
        version: 1
        projekt: x
        model: text-embedding-3-small
        store:
          url: env:DATABASE_URL
          bakend: postgres
          file: x.db
        embeddings:
          api_key: sk-canarycanarycanary
          dimensions: 384
          batch: { sise: 3, sleep-ms: 4 }
          spaces: { large: { model: x } }
        sources:
          - name: docs
            type: markdown
            includ: ["docs/**/*.md"]
            chunk: { maxtokens: 5 }
            "a\u202Eb\e[31m": 1
        """, ("DATABASE_URL", "postgresql://localhost/x")));

    [Fact]
    public void Sources_of_rows_that_lack_something() => Approval.Verify(ConfigFolder.ErrorsIn("""
        version: 1
        sources:
          - { name: a, type: table }
          - { name: b, type: table, table: t, text: [x], template: "{x}" }
          - { name: c, type: table, table: t, template: "nothing" }
          - { name: d, type: table, table: t, column: x, text: [x], title: y }
          - { name: e, type: query, table: t, text: [x] }
          - { name: f, type: json, where: "a > 1", url: "postgresql://u:canary@localhost/x" }
          - { name: g, include: ["*.md"], text: [x], format: html }
          - { name: g, type: json, text: [] }
        """));

    [Fact]
    public void Spaces_that_can_t_be_meant() => Approval.Verify(ConfigFolder.ErrorsIn("""
        version: 1
        store: { backend: postgres, url: env:DATABASE_URL, vectors: vector }
        embeddings:
          provider: openai
          model: text-embedding-3-small
          spaces:
            Large: { model: text-embedding-3-large }
            large: { model: text-embedding-3-large, dimension: 3072 }
            large: { model: text-embedding-3-large }
            small: { model: text-embedding-3-small, dimension: 4000 }
            own: { model: my-model, dimensions: 3 }
            none: 12
        """, ("DATABASE_URL", "postgresql://localhost/x")));

    [Fact]
    public void Spaces_of_models_that_nobody_knows_or_that_do_not_fit() => Approval.Verify(ConfigFolder.ErrorsIn("""
        version: 1
        store: { backend: postgres, url: env:DATABASE_URL, vectors: vector }
        embeddings:
          provider: openai
          spaces:
            large: { model: text-embedding-3-large }
            small: { model: text-embedding-3-small, dimension: 4000 }
            own: { model: my-model }
        """, ("DATABASE_URL", "postgresql://localhost/x")));

    [Fact]
    public void Spaces_have_the_dimension_of_their_model_where_none_is_written()
    {
        var config = ConfigFolder.LoadYaml(
            "version: 1\nembeddings:\n  provider: openai\n  spaces: { large: { model: text-embedding-3-large }, small: { } }");
        config.Embeddings.Spaces.ShouldBe([new("large", "text-embedding-3-large", 3072), new("small", "text-embedding-3-small", 1536)]);
        config.Embeddings.BySpace.Select(space => (space.Space, space.Config.Model, space.Config.Dimension))
            .ShouldBe([("large", "text-embedding-3-large", 3072), ("small", "text-embedding-3-small", 1536)]);
        (config.Embeddings.Model, config.Embeddings.Dimension).ShouldBe(("text-embedding-3-large", 3072));
    }

    [Fact]
    public void Wrong_types() => Approval.Verify(ConfigFolder.ErrorsIn("""
        version: "1"
        project: [a]
        store: sqlite
        embeddings:
          provider: 3
          model: 12
          dimension: many
          concurrency: 1.5
          batch: { size: '128', sleepMs: true }
          prices: 0.02
          allowHosts: example.test
          allowInsecureHttp: yes
          prefixes: [a, b]
        limits:
          maxCost: lots
          maxTokens:
          maxFileBytes: {}
        sources:
          - docs
          - name: true
            include: "docs/**/*.md"
            embed: title
            titleOnEveryChunk: "true"
        """));

    [Fact]
    public void Bad_values() => Approval.Verify(ConfigFolder.ErrorsIn("""
        version: 2
        project: ""
        store: { backend: postgresql, schema: pg_x, branch: "-x", vectors: half }
        embeddings:
          autoIndex: oncreate
          provider: openia
          dimension: 0
          concurrency: 0
          batch: { size: 4096, sleepMs: -1 }
          prices: { m: -0.02 }
          allowHosts: ["https://example.test/v1"]
          baseUrl: ftp://example.test
        limits: { maxCost: -1, maxTokens: -5, maxDelete: 120%, maxFileBytes: 5TB, onModelChange: nevr }
        sources:
          - { name: a b, type: markdwon, priority: 5000, include: [], chunk: { maxTokens: 40, minTokens: 32 } }
          - { name: x, include: [/etc/*.md, "C:/x", ~/x, ../x/**, a/../b, a\b, "!x", "{a,b}/*.md", ""] }
          - { name: x, exclude: ["docs/.."] }
          - { type: markdown }
        """));

    [Fact]
    public void Duplicate_keys() => ConfigFolder.ErrorsIn("version: 1\nstore:\n  path: a\n  path: b\nversion: 1\nembeddings: { prices: { m: 1, m: 2 } }\n").ShouldBe("""
        embsync.yaml:4:3: 'path' stands here twice: the first is in line 3
        embsync.yaml:5:1: 'version' stands here twice: the first is in line 1
        embsync.yaml:6:31: 'm' stands here twice
        """);

    [Fact]
    public void Tabs() => ConfigFolder.ErrorsIn("version: 1\nstore:\n\tpath: a\n  \tbackend: sqlite\n\t# a comment may\nlimits: {}\n").ShouldBe("""
        embsync.yaml:3:1: indented with a tab: YAML wants spaces
        embsync.yaml:4:3: indented with a tab: YAML wants spaces
        """);

    [Theory]
    [InlineData("")]
    [InlineData("   \n\n")]
    [InlineData("# only a comment\n")]
    [InlineData("---\n")]
    [InlineData("null\n")]
    public void Empty_file(string yaml) => ConfigFolder.ErrorsIn(yaml).ShouldBe(
        "embsync.yaml:1:1: the file is empty: write at least `version: 1`, or remove it to use the defaults (`embsync init` writes one)");

    [Theory]
    [InlineData("- a\n", "a list")]
    [InlineData("just text\n", "'just text'")]
    public void Something_else_than_settings(string yaml, string what) =>
        ConfigFolder.ErrorsIn(yaml).ShouldBe($"embsync.yaml:1:1: the file must hold settings (`version: 1` ...), not {what}");

    [Fact]
    public void Many_errors_are_counted_after_fifty() =>
        ConfigFolder.ErrorsIn(string.Concat(Enumerable.Range(0, 70).Select(i => $"unknown{i}: 1\n"))).Split('\n')
            .ShouldSatisfyAllConditions(
            lines => lines.Length.ShouldBe(51), lines => lines[0].ShouldStartWith("embsync.yaml:1:1: unknown key 'unknown0'"), lines =>
            lines[50].ShouldBe("and 20 more"));

    [Fact]
    public void Sources_that_name_nothing() => ConfigFolder.ErrorsIn("sources: []\n").ShouldBe(
        "embsync.yaml:1:10: sources is empty: name at least one source, or leave the key out for all Markdown");

    [Fact]
    public void The_file_is_named_from_where_people_stand()
    {
        using var folder = new ConfigFolder();
        var elsewhere = folder.Write("a/embsync.yaml", "vresion: 1\n");
        folder.Errors(file: elsewhere).ShouldStartWith("a/embsync.yaml:1:1: ");
        using var other = new ConfigFolder();
        other.Errors(file: elsewhere).ShouldStartWith($"{elsewhere}:1:1: ");
    }

    [Fact]
    public void The_alias_of_the_backend_is_read_and_both_are_refused()
    {
        ConfigFolder.LoadYaml("vectorStorage: { backend: memory }\n").Store.Backend.ShouldBe(StoreBackend.Memory);
        ConfigFolder.LoadYaml("vectorStorage: { backend: memory }\n", ("EMBSYNC_STORE_BACKEND", "sqlite")).Store.Backend.ShouldBe(
            StoreBackend.Sqlite);
        ConfigFolder.ErrorsIn("store: { backend: memory }\nvectorStorage: { backend: sqlite }\n")
            .ShouldBe("embsync.yaml:2:27: vectorStorage.backend is another name of store.backend, which is set too: keep one");
        ConfigFolder.ErrorsIn("vectorStorage: { path: x }\n").ShouldBe(
            "embsync.yaml:1:18: unknown key 'path' in vectorStorage: did you mean 'store.path'?");
    }
}
