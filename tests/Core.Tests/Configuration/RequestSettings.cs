using EmbSync.Core.Configuration;
using EmbSync.Core.Providers;

namespace EmbSync.Core.Tests.Configuration;

/// <summary><c>embeddings.request</c>: what is written, what may be, and where it may go.</summary>
public sealed class RequestSettings
{
    [Fact]
    public void Are_learned_where_nothing_is_written() =>
        ConfigFolder.LoadYaml("version: 1").Embeddings.Request.ShouldBe(RequestConfig.Learned with
    {
        Extra = ConfigFolder.LoadYaml("version: 1").Embeddings.Request.Extra,
        Headers = ConfigFolder.LoadYaml("version: 1").Embeddings.Request.Headers,
    });

    [Fact]
    public void Are_read_as_they_are_written()
    {
        var request = Load("""
                dimensions: omit
                encoding: float
                model: any
                extra:
                  truncate: NONE
                  input_type: { document: passage, query: query }
                  onlyDocuments: { document: 1 }
                  options: { a: [1, 2.5, true, ~, "x"], document: y, other: z }
                  big: 1e400
                  odd: 0x1F
                headers: { x-team: docs, X-Number: 5, api-key: env:GATEWAY_KEY }
            """, ("GATEWAY_KEY", "canary"));
        (request.NamesDimension, request.Encoding, request.Model).ShouldBe((false, VectorEncoding.Float, "any"));
        request.Extra.Select(field => $"{field.Name} {field.Document} {field.Query}").ShouldBe(
        [
            "big 1e400 1e400", "input_type \"passage\" \"query\"", "odd \"0x1F\" \"0x1F\"", "onlyDocuments 1 ",
            """options {"a":[1,2.5,true,null,"x"],"document":"y","other":"z"} {"a":[1,2.5,true,null,"x"],"document":"y","other":"z"}""", "truncate \"NONE\" \"NONE\"",
        ]);
        request.Headers.Select(header => $"{header.Name}={header.Value!.Reveal()} {header.Variable}").ShouldBe(
            ["x-team=docs ", "X-Number=5 ", "api-key=canary GATEWAY_KEY"]);
    }

    [Theory]
    [InlineData("dimensions: 512", "must be send or omit")]
    [InlineData("encoding: bas64", "did you mean 'base64'")]
    [InlineData("dimension: omit", "did you mean 'dimensions'")]
    [InlineData("extra: [a]", "must be a map of fields")]
    [InlineData("extra: { dimensions: 5 }", "embeddings.request.dimensions: omit")]
    [InlineData("extra: { Model: x }", "embeddings.model")]
    [InlineData("extra: { a: 1, a: 2 }", "twice")]
    [InlineData("extra: { a: { document: 1, document: 2 } }", "twice")]
    [InlineData("extra: { a: env:UNSET_VARIABLE }", "UNSET_VARIABLE, which is not set")]
    [InlineData("extra: { a: 'env:1 x' }", "can't be the name of an environment variable")]
    [InlineData("headers: { 'a b': c }", "no name of a header")]
    [InlineData("headers: { Host: other.test }", "the connection's own")]
    [InlineData("headers: { content-type: text/plain }", "the connection's own")]
    [InlineData("headers: { a: }", "must be text")]
    [InlineData("headers: { a: [b] }", "must be text")]
    [InlineData("headers: { a: \"b\\nc\" }", "line break")]
    [InlineData("headers: { a: 1, A: 2 }", "twice")]
    public void That_can_not_be_meant_are_refused(string line, string why)
    {
        var errors = ConfigFolder.ErrorsIn($"embeddings:\n  provider: openai\n  request:\n    {line}\n");
        errors.ShouldContain(why);
        errors.ShouldStartWith("embsync.yaml:4:");
    }

    [Theory]
    [InlineData("headers: { Authorization: Bearer canary }")]
    [InlineData("headers: { api-key: canary }")]
    [InlineData("headers: { Ocp-Apim-Subscription-Key: canary }")]
    [InlineData("headers: { x-auth-token: canary }")]
    [InlineData("headers: { x: sk-canarycanarycanary }")]
    [InlineData("headers: { x: canary0123456789abcdefABCDEF012345 }")]
    [InlineData("extra: { apiKey: canary }")]
    [InlineData("extra: { deep: { list: [{ token: canary }] } }")]
    [InlineData("extra: { x: { document: sk-canarycanarycanary } }")]
    public void That_look_like_keys_are_refused_and_not_repeated(string line)
    {
        var errors = ConfigFolder.ErrorsIn($"embeddings:\n  provider: openai\n  request:\n    {line}\n");
        errors.ShouldContain("looks like a key");
        errors.ShouldContain("env:NAME");
        errors.ShouldNotContain("canary");
    }

    [Theory]
    [InlineData("headers: { x-tenant: 6f9619ff-8b86-d011-b42d-00cf4fc964ff }")]
    [InlineData("headers: { x-model: text-embedding-3-small-20240125-preview }")]
    [InlineData("extra: { task: retrieval_document_with_a_long_name_of_words }")]
    [InlineData("extra: { max_tokens: 512, tokenizer: cl100k, keyed: true }")]
    public void That_do_not_may_stand_in_the_file(string line) => Should.NotThrow(() => Load("    " + line));

    [Theory]
    [InlineData("request: { headers: { x: env:CANARY } }")]
    [InlineData("request: { extra: { x: env:CANARY } }")]
    [InlineData("request: { extra: { x: { deep: [env:CANARY] } } }")]
    [InlineData("model: env:CANARY")]
    [InlineData("prefixes: { document: env:CANARY }")]
    [InlineData("spaces: { large: { model: env:CANARY, dimension: 8 } }")]
    public void Of_the_environment_go_only_where_the_key_may_go(string line)
    {
        var yaml = $"embeddings:\n  provider: openai\n  dimension: 8\n  baseUrl: https://evil.test/v1\n  {line}\n";
        if (line.StartsWith("spaces", StringComparison.Ordinal))
        {
            yaml = yaml.Replace("  dimension: 8\n", "", StringComparison.Ordinal);
        }

        var errors = ConfigFolder.ErrorsIn(yaml, ("CANARY", "value-of-it"));
        errors.ShouldContain("embeddings.baseUrl points to 'evil.test', which may not have what the file takes from the environment (CANARY)");
        errors.ShouldNotContain("value-of-it");
        Should.NotThrow(() => ConfigFolder.LoadYaml(yaml, ("CANARY", "value-of-it"), ("EMBSYNC_EMBEDDINGS_ALLOW_HOSTS", "evil.test")));
        Should.NotThrow(() => ConfigFolder.LoadYaml(
            yaml.Replace("https://evil.test", "http://localhost:1", StringComparison.Ordinal), ("CANARY", "value-of-it")));
    }

    [Fact]
    public void Of_an_unset_header_keep_no_plan_from_being_made()
    {
        var header = Load("    headers: { x-key: env:TEAM_KEY }").Headers.Single();
        (header.Value, header.Variable).ShouldBe((null, "TEAM_KEY"));
    }

    [Theory]
    [InlineData("https://host.test/v1?key=canary-0123")]
    [InlineData("https://host.test/v1?a=b&api_key=canary-0123")]
    [InlineData("https://host.test/v1?code=canary-0123")]
    public void With_a_key_in_the_address_are_refused(string address)
    {
        var errors = ConfigFolder.ErrorsIn($"embeddings: {{ provider: openai, baseUrl: '{address}', allowHosts: [host.test] }}\n");
        Redactor.RedactPatterns(errors).ShouldNotContain("canary");
        errors.ShouldContain("its query holds a key");
        var config = ConfigFolder.LoadYaml(
            "embeddings: { provider: openai, baseUrl: env:ADDRESS, allowHosts: [host.test] }\n", ("ADDRESS", address));
        config.Embeddings.BaseUrl!.OriginalString.ShouldBe(address);
        ConfigView.Show(config, ConfigFormat.Yaml).ShouldNotContain("canary");
    }

    [Fact]
    public void Show_where_secrets_come_from_and_not_what_they_are()
    {
        var config = ConfigFolder.LoadYaml("""
            embeddings:
              provider: openai
              request:
                extra: { team: env:TEAM, input_type: { document: a, query: b } }
                headers: { x-key: env:X_KEY, x-plain: docs }
            """, ("TEAM", "canary-team"), ("X_KEY", "canary-key"));
        foreach (var format in new[] { ConfigFormat.Yaml, ConfigFormat.Json })
        {
            var shown = ConfigView.Show(config, format);
            shown.ShouldNotContain("canary");
            shown.ShouldContain("env:X_KEY");
            shown.ShouldContain("env:TEAM");
            shown.ShouldContain("docs");
        }

        Redactor.For(config).Redact("canary-team and canary-key of docs").ShouldBe("*** and *** of docs");
    }

    [Fact]
    public void That_change_vectors_change_the_fingerprint_and_others_do_not()
    {
        string[] other = ["    extra: { a: 1 }", "    extra: { a: 2 }", "    extra: { a: { document: 1, query: 2 } }",
            "    extra: { a: { document: 1 } }", "    extra: { a: { query: 1 } }", "    extra: { b: 1 }", "    extra: { a: \"1\" }"];
        string[] same = ["    dimensions: omit", "    encoding: float", "    model: any", "    headers: { x: y }", "    extra: {}"];
        other.Select(Fingerprint).ShouldBeUnique();
        other.Select(Fingerprint).ShouldNotContain(Fingerprint("    encoding: base64"));
        same.Select(Fingerprint).Distinct().ShouldHaveSingleItem().ShouldBe(Fingerprint("    encoding: base64"));
        Fingerprint("    extra: { a: 1, b: 2 }").ShouldBe(Fingerprint("    extra: { b: 2, a: 1 }"), "their order changes nothing");
        ProviderFactory.SignatureOf(ConfigFolder.LoadYaml("embeddings: { provider: openai }").Embeddings).RoleRules.ShouldBe(
            "", "stores of before stay as they are");
    }

    private static string Fingerprint(string lines) =>
        ProviderFactory.SignatureOf(ConfigFolder.LoadYaml($"embeddings:\n  provider: openai\n  request:\n{lines}\n").Embeddings)
        .Fingerprint;

    private static RequestConfig Load(string lines, params (string Name, string Value)[] environment) =>
        ConfigFolder.LoadYaml($"embeddings:\n  provider: openai\n  request:\n{lines}\n", environment).Embeddings.Request;
}
