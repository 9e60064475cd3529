using EmbSync.Core.Configuration;
using EmbSync.Core.Jobs.Hooks;
using EmbSync.Core.Tests.Configuration;

namespace EmbSync.Core.Tests.Hooks;

/// <summary>The digest changes with where texts and secrets go, and with nothing else.</summary>
public sealed class DestinationsTests
{
    private const string Base = """
        version: 1
        embeddings: { provider: openai, baseUrl: "https://one.example/v1", apiKey: env:KEY, allowHosts: [one.example] }
        store: { backend: postgres, url: env:STORE }
        sources:
          - { name: docs, type: markdown, include: ["**/*.md"] }
          - { name: rows, type: table, url: "postgresql://ada@db.example/rows", table: t, text: [body] }
        """;

    [Fact]
    public void Is_sixteen_digits() => DigestOf(Base).ShouldMatch(@"\A[0-9a-f]{16}\z");

    [Theory]
    [InlineData("one.example/v1", "one.example/v2")]
    [InlineData("allowHosts", "allowInsecureHttp: true, allowHosts")]
    [InlineData("env:KEY", "env:OTHER")]
    [InlineData("apiKey: env:KEY, ", "")]
    [InlineData("[one.example]", "[one.example, two.example]")]
    [InlineData("provider: openai, baseUrl: \"https://one.example/v1\", apiKey: env:KEY, allowHosts: [one.example]", "provider: lexical")]
    [InlineData("url: env:STORE", "url: env:OTHER")]
    [InlineData("backend: postgres, url: env:STORE", "backend: sqlite")]
    [InlineData("postgresql://ada@db.example/rows", "postgresql://ada@evil.example/rows")]
    [InlineData("\"postgresql://ada@db.example/rows\"", "env:OTHER")]
    public void Is_another_where_something_goes_elsewhere(string part, string other) =>
        DigestOf(Base.Replace(part, other, StringComparison.Ordinal)).ShouldNotBe(DigestOf(Base));

    [Theory]
    [InlineData("version: 1", "# a line more\nversion: 1\nproject: acme/docs")]
    [InlineData("allowHosts: [one.example]", "allowHosts: [one.example], model: text-embedding-3-large, autoIndex: off")]
    [InlineData("include: [\"**/*.md\"]", "include: [\"docs/*.md\"]")]
    [InlineData("name: rows", "name: lines")]
    [InlineData("text: [body]", "text: [title, body]")]
    public void Is_the_same_where_all_goes_to_the_same_places(string part, string other) =>
        DigestOf(Base.Replace(part, other, StringComparison.Ordinal)).ShouldBe(DigestOf(Base));

    [Fact]
    public void Is_of_the_names_of_secrets_not_of_their_values()
    {
        DigestOf(Base, ("KEY", "another")).ShouldBe(DigestOf(Base));
        DigestOf(Base, ("KEY", "")).ShouldBe(DigestOf(Base));
        DigestOf(Base, ("STORE", "postgresql://ada@elsewhere.example/store")).ShouldBe(DigestOf(Base));
    }

    [Fact]
    public void Is_of_the_address_that_a_variable_holds()
    {
        var yaml = Base.Replace("\"https://one.example/v1\"", "env:ADDRESS", StringComparison.Ordinal);

        DigestOf(yaml, ("ADDRESS", "https://two.example/v1")).ShouldNotBe(DigestOf(yaml, ("ADDRESS", "https://one.example/v1")));
    }

    [Fact]
    public void Is_the_same_wherever_the_repository_lies()
    {
        DigestOf("version: 1\n").ShouldBe(DigestOf("version: 1\n"));
        DigestOf("version: 1\n").ShouldBe(Destinations.DigestOf(ConfigLoader.Default(Path.GetTempPath(), null)));
    }

    private static string DigestOf(string yaml, params (string Name, string Value)[] environment) =>
        Destinations.DigestOf(ConfigFolder.LoadYaml(
            yaml, [("KEY", "value"), ("OTHER", "postgresql://ada@other.example/store"), ("STORE", "postgresql://ada@db.example/store"),
            .. environment]));
}
