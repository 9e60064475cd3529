using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using EmbSync.Core.Configuration;
using EmbSync.Core.Configuration.Definition;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Configuration;

/// <summary>What <c>config show</c> and <c>config schema</c> print.</summary>
public sealed class View
{
    private const string Yaml = """
        version: 1
        store: { url: env:DATABASE_URL, branch: main }
        embeddings:
          provider: openai
          model: text-embedding-3-small
          dimension: 384
          apiKey: env:MY_KEY
          prices: { "my: model": 0.5, b: 2 }
          prefixes: { query: "q: " }
        sources:
          - name: tasks
            include: ["tasks/**/*.md"]
            id: id
            metadata: [status, "true", "1"]
            chunk: { maxTokens: 256 }
          - name: docs
            include: ["docs/**/*.md", "*.md"]
        """;

    [Fact]
    public void Yaml_has_each_value_with_its_origin() => Approval.Verify(ShowAll(ConfigFormat.Yaml));

    [Fact]
    public void Json_has_values_and_origins() => Approval.Verify(ShowAll(ConfigFormat.Json));

    [Fact]
    public void Defaults_say_so()
    {
        using var folder = new ConfigFolder();
        Approval.Verify(ConfigView.Show(folder.Load(origin: "owner/repo"), ConfigFormat.Yaml));
    }

    [Theory]
    [InlineData(ConfigFormat.Yaml)]
    [InlineData(ConfigFormat.Json)]
    public void No_secret_shows(ConfigFormat format)
    {
        var text = ShowAll(format);
        text.ShouldNotContain("canary");
        text.ShouldContain("(env:MY_KEY)");
        text.ShouldContain("(env:DATABASE_URL)");
    }

    /// <summary>Two sources where settings exclude each other.</summary>
    [Theory]
    [InlineData("markdown", "{ name: a }")]
    [InlineData("table", "{ name: a, type: table, table: t, template: '{x}' }", "{ name: b, type: table, table: t, text: [x] }",
        "{ name: c, type: table, table: t, column: x }")]
    [InlineData("query", "{ name: a, type: query, query: SELECT 1 }")]
    [InlineData("json", "{ name: a, type: json, text: [x] }", "{ name: b, type: json, template: '{x}' }")]
    public void Every_setting_shows(string type, params string[] sources)
    {
        var config = ConfigFolder.LoadYaml(
            $"sources:\n{string.Concat(sources.Select(source => $"  - {source}\n"))}", ("DATABASE_URL", "postgresql://localhost/x"));
        var shown = EffectiveSettings.Of(config).Select(row => row.Setting.Path).Distinct();
        var all = ConfigSchema.All.OfType<Leaf>().Where(leaf => leaf.AliasOf is null && leaf != ConfigSchema.JsonSchema
            && (leaf.SourceTypes.Count == 0 || leaf.SourceTypes.Contains(type)));
        shown.ShouldBe(all.Select(leaf => leaf.Path), ignoreOrder: true);
    }

    [Fact]
    public void Defaults_are_what_the_definition_says()
    {
        using var folder = new ConfigFolder();
        foreach (var row in EffectiveSettings.Of(folder.Load()).Where(row => row.Setting is { Otherwise: null, DefaultJson: not null }))
        {
            row.Value?.ToJsonString().ShouldBe(row.Setting.DefaultJson!.ToJsonString(), row.Subject);
        }
    }

    [Fact]
    public void The_committed_schema_is_the_definitions() =>
        ConfigView.Schema().ShouldBe(
            File.ReadAllText(SchemaFile()).ReplaceLineEndings("\n"), "To accept: embsync config schema > schema/embsync.schema.json");

    [Fact]
    public void Every_setting_is_described()
    {
        foreach (var setting in ConfigView.Settings)
        {
            setting.Description.ShouldNotBeNullOrWhiteSpace(setting.Path);
            setting.Description[^1].ShouldNotBe('.', setting.Path);
            setting.Expected.ShouldNotBeNullOrWhiteSpace(setting.Path);
        }
    }

    [Fact]
    public void The_schema_knows_every_key_and_no_other()
    {
        var paths = Paths(JsonNode.Parse(ConfigView.Schema())!.AsObject(), "").ToList();
        paths.ShouldBe(ConfigSchema.All.Select(setting => setting.Path), ignoreOrder: true);
    }

    private static IEnumerable<string> Paths(JsonObject schema, string path)
    {
        schema["additionalProperties"]!.GetValue<bool>().ShouldBeFalse();
        foreach (var (key, value) in schema["properties"]!.AsObject())
        {
            var full = path.Length == 0 ? key : $"{path}.{key}";
            yield return full;
            var inner = value!["items"] as JsonObject is { } items && items.ContainsKey("properties") ? (items, full + "[]")
                : (value.AsObject(), full);
            if (inner.Item1.ContainsKey("properties"))
            {
                foreach (var below in Paths(inner.Item1, inner.Item2))
                {
                    yield return below;
                }
            }
        }
    }

    private static string ShowAll(ConfigFormat format)
    {
        using var folder = new ConfigFolder(Yaml).With(
            ("DATABASE_URL", "postgresql://u:canary@h/d"), ("MY_KEY", "canary-key"), ("EMBSYNC_EMBEDDINGS_CONCURRENCY", "2"),
            ("OPENAI_BASE_URL", "https://gateway.test/v1"));
        return ConfigView.Show(folder.Load(new(BatchSize: 16, MaxCost: 0.5m), origin: "owner/repo"), format);
    }

    private static string SchemaFile([CallerFilePath] string file = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "../../../schema/embsync.schema.json"));
}
