using System.Text;
using EmbSync.Core.Configuration;
using EmbSync.Core.Model;

namespace EmbSync.Core.Tests.Configuration;

/// <summary>Files that are not what they should be, down to hostile ones.</summary>
public sealed class Syntax
{
    [Theory]
    [InlineData("store: &a { path: x }\n", "1:8: YAML anchors (&name) are not read here: remove it")]
    [InlineData("store: *a\n", "1:8: YAML aliases (*name) are not read here: write the value out")]
    [InlineData("project: !!str x\n", "1:10: YAML tags (!name) are not read here: remove it")]
    [InlineData("store: !x { path: y }\n", "1:8: YAML tags (!name) are not read here: remove it")]
    [InlineData("version: 1\n---\nversion: 1\n", "2:1: a second YAML document starts here: only one is read, remove the line ---")]
    [InlineData("? [a]\n: 1\n", "1:3: a key must be text, not a list or a map")]
    [InlineData("project: x\0y\n",
        "1:11: holds the control character U+0000: remove it (a file saved as UTF-16 shows such ones: save it as UTF-8)")]
    public void What_yaml_has_beyond_plain_data_is_refused(string yaml, string error) =>
        ConfigFolder.ErrorsIn(yaml).ShouldBe($"embsync.yaml:{error}");

    [Theory]
    [InlineData("store: [1, 2\nversion: 3\n", 1)]
    [InlineData("project: \"x\n", 1)]
    [InlineData("project: a: b\n", 1)]
    [InlineData("%YAML 9.9\n---\na: 1\n", 1)]
    public void Broken_yaml_has_a_line(string yaml, int line) => ConfigFolder.ErrorsIn(yaml).ShouldStartWith($"embsync.yaml:{line}:");

    [Theory]
    [InlineData("[")]
    [InlineData("{")]
    [InlineData("- ")]
    [InlineData("? ")]
    [InlineData("{a: ")]
    public void A_deep_nest_is_refused_and_the_process_lives(string piece)
    {
        var yaml = string.Concat(Enumerable.Repeat(piece, 900_000 / piece.Length));
        var errors = ConfigFolder.ErrorsIn(yaml);
        (errors.Contains("nested deeper than 64 levels", StringComparison.Ordinal)
            || errors.Contains("a key must be text", StringComparison.Ordinal)).ShouldBeTrue(errors);
    }

    [Fact]
    public void A_deep_nest_of_json_is_refused()
    {
        using var folder = new ConfigFolder();
        folder.Write("embsync.json", string.Concat(Enumerable.Repeat("{\"a\":", 100_000)));
        folder.Errors().ShouldBe("embsync.json:1:321: nested deeper than 64 levels");
        folder.Write("embsync.json", new string('[', 100_000));
        folder.Errors().ShouldBe("embsync.json:1:65: nested deeper than 64 levels");
    }

    [Fact]
    public void A_bomb_of_aliases_is_refused_before_it_grows()
    {
        var yaml = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i < 30; i++)
        {
            yaml.Append($"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 9))}]\n");
        }

        ConfigFolder.ErrorsIn(yaml.ToString()).ShouldBe("embsync.yaml:1:5: YAML anchors (&name) are not read here: remove it");
    }

    [Fact]
    public void A_file_over_a_megabyte_is_refused()
    {
        using var folder = new ConfigFolder("project: x\n#" + new string('x', 1024 * 1024));
        folder.Errors().ShouldBe("embsync.yaml: larger than 1 MB, which no configuration is: check which file was meant");
    }

    [Fact]
    public void An_endless_device_is_not_read_to_its_end()
    {
        using var folder = new ConfigFolder();
        folder.Errors(file: "/dev/zero").ShouldContain("larger than 1 MB");
        folder.Errors(file: "/dev/null").ShouldContain("the file is empty");
    }

    [Fact]
    public void Other_encodings_are_named()
    {
        using var folder = new ConfigFolder();
        File.WriteAllBytes(Path.Combine(folder.Root, "embsync.yaml"), [.. "version: 1\nproject: caf"u8, 0xE9, .. "\n"u8]);
        folder.Errors().ShouldBe("embsync.yaml:2:1: not UTF-8: save the file in that encoding");
        File.WriteAllText(Path.Combine(folder.Root, "embsync.yaml"), "version: 1\n", new UnicodeEncoding(false, false));
        folder.Errors().ShouldContain("U+0000");
        File.WriteAllText(Path.Combine(folder.Root, "embsync.yaml"), "version: 1\nproject: ok\n", new UTF8Encoding(true));
        folder.Load().Project.ShouldBe("ok");
    }

    [Fact]
    public void Windows_line_ends_are_lines() =>
        ConfigFolder.ErrorsIn("version: 1\r\nproject: x\r\nbad: 1\r\n").ShouldStartWith("embsync.yaml:3:1: unknown key 'bad'");

    [Theory]
    [InlineData("{ \"version\": 1,\n  \"projct\": \"é\", \"x\": 1 }",
        "2:3: unknown key 'projct': did you mean 'project'?\nembsync.json:2:18: unknown key 'x'")]
    [InlineData("{ \"version\": 1,\n  // comment\n}", "2:3: not valid JSON: ")]
    [InlineData("{ \"version\": 1, }", "1:17: not valid JSON: ")]
    [InlineData("{ \"version\": 1 } x", "1:18: not valid JSON: ")]
    [InlineData("{ \"version\": 01 }", "1:15: not valid JSON: ")]
    [InlineData("{ \"version\": ", "1:14: not valid JSON: ")]
    [InlineData("{ \"project\": \"\\ud800\" }", "1:1: not valid JSON: ")]
    [InlineData("{ \"version\": \"1\" }", "1:14: version must be 1, not '1': remove the quotes")]
    [InlineData("{ \"store\": null }", "1:12: store has no value: it must be a map of settings, or the line goes")]
    [InlineData("{ \"a\": 1, \"version\": 1, \"version\": 1 }", "1:3: unknown key 'a'")]
    [InlineData("[]", "1:1: the file must hold settings (`version: 1` ...), not a list")]
    [InlineData("  ", "1:1: the file is empty")]
    public void Json_errors_have_line_and_column(string json, string error)
    {
        using var folder = new ConfigFolder();
        folder.Write("embsync.json", json);
        folder.Errors().ShouldStartWith($"embsync.json:{error}");
    }

    [Fact]
    public void Json_says_the_same_as_yaml()
    {
        using var yaml = new ConfigFolder("""
            version: 1
            project: "é \u00e4"
            store: { backend: memory }
            embeddings: { provider: openai, apiKey: env:K, batch: { size: 5 }, prices: { m: 0.02 }, allowInsecureHttp: true }
            limits: { maxCost: 1.25, maxDelete: 20% }
            sources: [{ name: a, type: markdown, include: [x/*.md], metadata: [s], titleOnEveryChunk: false }]
            """);
        using var json = new ConfigFolder();
        json.Write("embsync.json", """
            {
              "$schema": "./schema.json", "version": 1, "project": "\u00e9 ä",
              "store": { "backend": "memory" },
              "embeddings": { "provider": "openai", "apiKey": "env:K", "batch": { "size": 5 }, "prices": { "m": 0.02 }, "allowInsecureHttp": true },
              "limits": { "maxCost": 1.25, "maxDelete": "20%" },
              "sources": [{ "name": "a", "type": "markdown", "include": ["x/*.md"], "metadata": ["s"], "titleOnEveryChunk": false }]
            }
            """);
        Values(yaml.Load()).ShouldBe(Values(json.Load()));

        static string Values(EmbSyncConfig config) =>
            ConfigView.Show(config with { File = null, Root = "/", Origins = new Dictionary<string, string>(), Store = config.Store with
                { Path = "/x" } }, ConfigFormat.Json);
    }

    [Theory]
    [InlineData("unknown{0}: 1\n", 4_900, "and 4850 more")]
    [InlineData("version: {0}\n", 4_900, "and 4850 more")]
    [InlineData("- {{}}\n", 9_900, "and 9850 more")]
    [InlineData("- {{ name: a, include: [../{0}] }}\n", 1_500, "and 2949 more")]
    [InlineData("unknown{0}: 1\n", 5_001, "more than 10000 keys and values, which no configuration has: check which file was meant")]
    [InlineData("- [{0}]\n", 30_000, "more than 10000 keys and values, which no configuration has: check which file was meant")]
    public void A_flood_of_mistakes_is_answered(string line, int count, string end)
    {
        // Anything quadratic in here would take minutes.
        var text = new StringBuilder(line[0] == '-' ? "sources:\n" : "");
        for (var i = 0; i < count; i++)
        {
            text.AppendFormat(line, i);
        }

        ConfigFolder.ErrorsIn(text.ToString()).ShouldEndWith(end);
    }

    [Fact]
    public void Many_sources_are_read()
    {
        var config = ConfigFolder.LoadYaml(
            "sources:\n" + string.Concat(Enumerable.Range(0, 1000).Select(i => $"- {{ name: n{i}, include: [d{i}/*.md] }}\n")));
        config.Sources.Select(source => source.Name).Distinct().Count().ShouldBe(1000);
    }

    [Fact]
    public void A_text_longer_than_any_setting_is_refused()
    {
        var text = new string('x', 8193);
        ConfigFolder.ErrorsIn($"project: '{text}'\n").ShouldBe(
            "embsync.yaml:1:10: a text of more than 8192 characters, which no setting takes");
        using var folder = new ConfigFolder();
        folder.Write("embsync.json", $"{{ \"project\": \"{text}\" }}");
        folder.Errors().ShouldBe("embsync.json:1:14: a text of more than 8192 characters, which no setting takes");
    }

    /// <summary>Pieces of good and bad configurations cut and glued: nothing but a configuration or a usage error may come out.</summary>
    [Fact]
    public void Fuzzed_files_load_or_are_refused()
    {
        var seed = Environment.GetEnvironmentVariable("EMBSYNC_TEST_SEED") is { } given ? int.Parse(given) : Environment.TickCount;
        var random = new Random(seed);
        using var folder = new ConfigFolder().With(("X", "5"), ("K", "canary-key"));
        var (loaded, refused) = (0, 0);
        for (var i = 0; i < 3000; i++)
        {
            var isJson = random.Next(4) == 0;
            var name = isJson ? "embsync.json" : "embsync.yaml";
            var text = FuzzedConfig.Next(random, isJson);
            File.Delete(Path.Combine(folder.Root, isJson ? "embsync.yaml" : "embsync.json"));
            folder.Write(name, text);
            try
            {
                ConfigView.Show(folder.Load(), ConfigFormat.Yaml).ShouldNotContain("canary");
                loaded++;
            }
            catch (UsageException exception)
            {
                refused++;
                exception.Message.ShouldNotBeEmpty();
                exception.Message.ShouldNotContain("canary-key");
                exception.Message.Split('\n')[0].ShouldStartWith(name);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"EMBSYNC_TEST_SEED={seed}, input {i}:\n{text}", exception);
            }
        }

        // Otherwise the inputs reach one side only and prove little.
        loaded.ShouldBeGreaterThan(50, $"seed {seed}");
        refused.ShouldBeGreaterThan(500, $"seed {seed}");
    }
}
