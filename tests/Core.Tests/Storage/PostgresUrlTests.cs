using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Storage.Postgres;
using Npgsql;

namespace EmbSync.Core.Tests.Storage;

public sealed class PostgresUrlTests
{
    private static NpgsqlConnectionStringBuilder Parse(string url) => PostgresUrl.Parse(new Secret(url, "env:DATABASE_URL"));

    [Theory]
    [InlineData("postgresql://me:p%40ss%2Fw%25rd@db.example:6432/app%20db?sslmode=verify-full&connect_timeout=7&application_name=ci")]
    [InlineData("postgres://me@db.example/app%20db?password=p%40ss%2Fw%25rd&port=6432&sslmode=verify-full&connect_timeout=7&fallback_application_name=ci")]
    [InlineData("host=db.example port=6432 dbname='app db' user = me password=p@ss/w%rd sslmode=verify-full connect_timeout=7 application_name=ci")]
    [InlineData("Host=db.example;Port=6432;Database=app db;Username=me;Password=p@ss/w%rd;SSL Mode=VerifyFull;Timeout=7;Application Name=ci")]
    public void All_forms_mean_the_same(string url)
    {
        var parsed = Parse(url);
        (parsed.Host, parsed.Port, parsed.Database, parsed.Username, parsed.Password).ShouldBe(("db.example", 6432, "app db", "me", "p@ss/w%rd"));
        (parsed.SslMode, parsed.Timeout, parsed.ApplicationName).ShouldBe((SslMode.VerifyFull, 7, "ci"));
    }

    [Theory]
    [InlineData("postgresql://me:a:b@c@[::1]:6432/db", "::1", "a:b@c")]
    [InlineData("postgresql://me:p#w@h:6432/db", "h", "p#w")]
    [InlineData("postgresql://me:x@%2Fvar%2Frun%2Fpostgresql:6432/db", "/var/run/postgresql", "x")]
    [InlineData(@"host=h port=6432 user=me dbname=db password='it\'s \\ x'", "h", @"it's \ x")]
    public void Odd_hosts_and_passwords(string url, string host, string password)
    {
        var parsed = Parse(url);
        (parsed.Host, parsed.Port, parsed.Database, parsed.Username, parsed.Password).ShouldBe((host, 6432, "db", "me", password));
    }

    [Theory]
    [InlineData("postgresql://me:c4n4ry@h/db?sslmod=require", "'sslmod'")]
    [InlineData("postgresql://me:c4n4ry@h/db?sslmode=c4n4ry", "'sslmode'")]
    [InlineData("postgresql://me:c4n4ry@h:c4n4ry/db", "'port'")]
    [InlineData("postgresql://me:c4n4ry/x@h/db", "percent-encoded")]
    [InlineData("postgresql://me:c4n4ry%zz@h/db", "%25")]
    [InlineData("postgresql://me:c4n4ry@a,b/db", "one host")]
    [InlineData("postgresql:///c4n4ry", "one host")]
    [InlineData("mysql://me:c4n4ry@h/db", "postgresql://")]
    [InlineData("Host=h;Pasword=c4n4ry;Database=d", "'pasword'")]
    [InlineData("Host=h;Port=c4n4ry", "'port'")]
    [InlineData("host=h pasword=c4n4ry", "'pasword'")]
    [InlineData("c4n4ry", "key=value")]
    [InlineData("host=h client_encoding=latin1", "'client_encoding'")]
    public void What_is_not_understood_is_named_without_its_value(string url, string says)
    {
        var error = Should.Throw<UsageException>(() => Parse(url));
        error.Message.ShouldContain("env:DATABASE_URL");
        error.Message.ShouldContain(says);
        error.ToString().ShouldNotContain("c4n4ry");
    }

    [Fact]
    public void A_missing_url_is_a_usage_error() => Should.Throw<UsageException>(() => EmbSync.Core.Storage.StoreFactory.Open(
        Samples.Config(StoreBackend.Postgres), TimeProvider.System)).Message.ShouldContain("store.url");
}
