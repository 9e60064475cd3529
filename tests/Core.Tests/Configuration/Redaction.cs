using EmbSync.Core.Configuration;

namespace EmbSync.Core.Tests.Configuration;

public sealed class Redaction
{
    private static readonly Secret Key = new("c@nary/k\"ey+<1>", "env:KEY");

    [Theory]
    [InlineData("key c@nary/k\"ey+<1> here", "key *** here")]
    [InlineData("?key=c%40nary%2Fk%22ey%2B%3C1%3E&x", "?key=***&x")]
    [InlineData("""{"k":"c@nary/k\u0022ey\u002B\u003C1\u003E"}""", """{"k":"***"}""")]
    [InlineData("""{"k":"c@nary/k\"ey+<1>"}""", """{"k":"***"}""")]
    [InlineData("<td>c@nary/k&quot;ey+&lt;1&gt;</td>", "<td>***</td>")]
    [InlineData("nothing to hide", "nothing to hide")]
    public void Known_secrets_go_in_all_their_forms(string text, string expected) => new Redactor([Key]).Redact(text).ShouldBe(expected);

    [Fact]
    public void The_password_of_a_connection_goes_alone_too()
    {
        var redactor = new Redactor(
            [new("postgresql://me:s3cr%40t-word@host/db", "env:U"), new("Host=h;Username=u;Password='other word';Database=d", "env:V")]);
        redactor.Redact("login with s3cr%40t-word or s3cr@t-word or other word failed for me at host")
            .ShouldBe("login with *** or *** or *** failed for me at host");
    }

    [Fact]
    public void A_password_that_is_also_a_name_leaves_the_name_readable() =>
        new Redactor([new("postgresql://postgres:postgres@localhost/postgres", "env:U")]).Redact(
            "postgres localhost/postgres: postgresql://postgres:postgres@localhost/x")
            .ShouldBe("postgres localhost/postgres: postgresql://postgres:***@localhost/x");

    [Theory]
    [InlineData("postgresql://u:canary@h/d", "postgresql://u:***@h/d")]
    [InlineData("https://u:can@ary@h/d", "https://u:***@h/d")]
    [InlineData("Host=h;Password=canary;Port=1", "Host=h;Password=***;Port=1")]
    [InlineData("host=h password='can ary' port=1", "host=h password=*** port=1")]
    [InlineData("""{"Password": "canary"}""", """{"Password": ***}""")]
    [InlineData("PWD=canary", "PWD=***")]
    [InlineData("Authorization: Bearer canary.x-y", "Authorization: Bearer ***")]
    [InlineData("api-key: canary", "api-key: ***")]
    [InlineData("Incorrect API key provided: sk-proj-ab_cd1234.", "Incorrect API key provided: ***.")]
    [InlineData("provided: sk-ab12****************wxyz", "provided: ***")]
    public void What_looks_like_a_secret_goes_unknown(string text, string expected) => new Redactor([]).Redact(text).ShouldBe(expected);

    [Theory]
    [InlineData("https://host:8080/v1?x=me@example.test")]
    [InlineData("task-management sk-1 risk-averse-teams-work")]
    [InlineData("the password is not set")]
    [InlineData("env:DATABASE_URL")]
    public void Ordinary_text_stays(string text) => new Redactor([]).Redact(text).ShouldBe(text);

    [Fact]
    public void An_empty_secret_takes_nothing_out() => new Redactor([new("", "env:X"), new(" ", "env:Y")]).Redact("a b").ShouldBe("a b");

    [Fact]
    public void A_secret_within_another_leaves_no_rest() =>
        new Redactor([new("canary", "env:A"), new("canary-long", "env:B")]).Redact("canary-long").ShouldBe("***");

    [Fact]
    public void Knows_the_secrets_of_a_configuration()
    {
        var config = ConfigFolder.LoadYaml(
            "embeddings: { provider: openai }\n", ("OPENAI_API_KEY", "key-canary"), ("EMBSYNC_STORE_URL", "Host=h;Password=pass-canary"));
        Redactor.For(config).Redact("key-canary pass-canary").ShouldBe("*** ***");
    }

    [Fact]
    public void Is_quick_on_hostile_text()
    {
        // Patterns that backtrack would take minutes here; the run would be stopped by its host.
        var redactor = new Redactor([]);
        foreach (var piece in new[] { "://", "://a:", "password=", "password='", "Bearer ", "sk-", "a:@" })
        {
            redactor.Redact(string.Concat(Enumerable.Repeat(piece, 20_000)));
        }
    }
}
