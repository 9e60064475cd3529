using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Postgres;
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
        (parsed.Host, parsed.Port, parsed.Database, parsed.Username, parsed.Password).ShouldBe(
            ("db.example", 6432, "app db", "me", "p@ss/w%rd"));
        (parsed.SslMode, parsed.Timeout, parsed.ApplicationName).ShouldBe((SslMode.VerifyFull, 7, "ci"));
    }

    [Theory]
    [InlineData("postgresql://me:a:b@c@[::1]:6432/db", "::1", "a:b@c")]
    [InlineData("postgresql://me:p#w@h:6432/db", "h", "p#w")]
    [InlineData("postgresql://me:p/w@h:6432/db", "h", "p/w")]
    [InlineData("postgresql://me:p?w@h:6432/db", "h", "p?w")]
    [InlineData("postgresql://me:12/w@h:6432/db", "h", "12/w")]
    [InlineData("postgresql://me:12?w=1@h:6432/db", "h", "12?w=1")]
    [InlineData("postgresql://me:p@w@h:6432/db", "h", "p@w")]
    [InlineData("postgresql://me:p@w/x?y#z:@h:6432/db?sslmode=require", "h", "p@w/x?y#z:")]
    [InlineData("postgresql://me:p@ss?w=1@h:6432/db", "h", "p@ss?w=1")]
    [InlineData("postgresql://me:p@h:6432/db?application_name=a@b", "h", "p")]
    [InlineData("postgresql://me:p@h:6432/db?application_name=a@b&schema=public", "h", "p")]
    [InlineData("postgresql://me:p%25w%2F@h:6432/db/?sslmode=prefer", "h", "p%w/")]
    [InlineData("\"postgres://me:p@h:6432/db\"", "h", "p")]
    [InlineData("'postgres://me:p@h:6432/db'\n", "h", "p")]
    [InlineData("host=h port=6432 user=me dbname=db password='p;w'", "h", "p;w")]
    [InlineData("host=h port=6432 user=me dbname=db password=p\\;w", "h", "p;w")]
    [InlineData("server=h;port=6432;user id=me;database=db;password=\"p;w\"", "h", "p;w")]
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
    [InlineData("postgresql://me:c4n4ry%zz@h/db", "%25")]
    [InlineData("postgresql://me:p@ss@h/db?c4n4ry=1", "percent-encoded")]
    [InlineData("postgresql:///c4n4ry", "name a host")]
    [InlineData("mysql://me:c4n4ry@h/db", "it is that of MySQL")]
    [InlineData("prisma+postgres://accelerate.example/?api_key=c4n4ry", "Prisma's own service")]
    [InlineData("c4n4ry://me@h/db", "another scheme")]
    [InlineData("jdbc:mysql://h/c4n4ry", "MySQL")]
    [InlineData("jdbc:c4n4ry", "another scheme")]
    [InlineData("postgresql://me:c4n4ry@h/db?service=c4n4ry", "reads no service files: write host, port, dbname and user")]
    [InlineData("service=c4n4ry", "reads no service files")]
    [InlineData("postgresql://me:c4n4ry@h/db?sslcrl=c4n4ry", "revoked certificates")]
    [InlineData("postgresql://me:c4n4ry@h/db?sslidentity=c4n4ry", "sslcert and sslkey")]
    [InlineData("postgresql://me:c4n4ry@h/db?sslrotcert=c4n4ry", "Did you mean 'sslrootcert'?")]
    [InlineData("postgresql://me:c4n4ry@h/db?ssl_min_protocol_version=TLSv1.3", "'ssl_min_protocol_version'")]
    [InlineData("postgresql://me:c4n4ry@h/db?target_session_attrs=c4n4ry", "'target_session_attrs'")]
    [InlineData("postgresql://me:c4n4ry@h/db?pgbouncer=c4n4ry", "'pgbouncer'")]
    [InlineData("host=a,b,c port=1,2 password=c4n4ry", "'port'")]
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

    /// <summary>As Prisma, SQLAlchemy, Django, Rails, JDBC and libpq write one and the same address.</summary>
    [Theory]
    [InlineData("postgresql://me:pw@h:6432/db?schema=public&connection_limit=5&pool_timeout=10&pgbouncer=true&statement_cache_size=0")]
    [InlineData("postgresql+asyncpg://me:pw@h:6432/db?prepared_statement_cache_size=0&statement_cache_size=0")]
    [InlineData("postgresql+psycopg2://me:pw@h:6432/db")]
    [InlineData("postgres+psycopg://me:pw@h:6432/db")]
    [InlineData("POSTGRESQL://me:pw@h:6432/db")]
    [InlineData("postgis://me:pw@h:6432/db?conn_max_age=60")]
    [InlineData("pgsql://me:pw@h:6432/db?pool=5&prepared_statements=false&encoding=unicode")]
    [InlineData("jdbc:postgresql://h:6432/db?user=me&password=pw&currentSchema=app&ApplicationName=x&prepareThreshold=0&reWriteBatchedInserts=true")]
    [InlineData("postgresql://me:pw@h:6432/db?keepalives_count=3&tcp_user_timeout=1000&sslcompression=0&sslsni=1&gssdelegation=0&load_balance_hosts=disable")]
    [InlineData("postgresql://me:pw@h:6432/db?target_session_attrs=read-write")]
    public void What_ORMs_add_about_their_own_pool_means_nothing_here(string url)
    {
        var parsed = Parse(url);
        (parsed.Host, parsed.Port, parsed.Database, parsed.Username, parsed.Password).ShouldBe(("h", 6432, "db", "me", "pw"));
        parsed.MaxPoolSize.ShouldBe(new NpgsqlConnectionStringBuilder().MaxPoolSize);
        Should.NotThrow(() => NpgsqlDataSource.Create(parsed).Dispose());
    }

    [Theory]
    [InlineData("sslmode=no-verify", SslMode.Require)]
    [InlineData("ssl=true", SslMode.Require)]
    [InlineData("ssl=require", SslMode.Require)]
    [InlineData("ssl=verify-full", SslMode.VerifyFull)]
    [InlineData("ssl=false", SslMode.Disable)]
    [InlineData("requiressl=1", SslMode.Require)]
    [InlineData("sslaccept=strict", SslMode.VerifyFull)]
    [InlineData("sslmode=require&sslaccept=accept_invalid_certs", SslMode.Require)]
    [InlineData("sslrootcert=system", SslMode.VerifyFull)]
    [InlineData("sslmode=verify-ca&sslrootcert=/ca.pem", SslMode.VerifyCA)]
    [InlineData("sslmode=allow&ssl_min_protocol_version=TLSv1.2", SslMode.Allow)]
    public void How_safely_the_server_is_talked_to_is_understood(string parameters, SslMode mode) =>
        Parse($"postgresql://me@h/db?{parameters}").SslMode.ShouldBe(mode);

    [Fact]
    public void Jdbc_checks_certificates_where_it_says_ssl() =>
        Parse("jdbc:postgresql://h/db?ssl=true").SslMode.ShouldBe(SslMode.VerifyFull);

    [Theory]
    [InlineData("postgresql://me@a:1,b:2/db?target_session_attrs=primary", "a:1,b:2", "primary")]
    [InlineData("postgresql://me@a,b/db?target_session_attrs=prefer-standby", "a,b", "prefer-standby")]
    [InlineData("host=a,b port=1,2 dbname=db target_session_attrs=any", "a:1,b:2", "any")]
    [InlineData("jdbc:postgresql://a:1,b:2/db?targetServerType=primary", "a:1,b:2", "primary")]
    [InlineData("Host=a:1,b:2;Database=db;Target Session Attributes=standby", "a:1,b:2", "standby")]
    public void Several_hosts_are_chosen_among(string url, string hosts, string attributes)
    {
        var parsed = Parse(url);
        (parsed.Host, parsed.TargetSessionAttributes, parsed.Database).ShouldBe((hosts, attributes, "db"));
        Should.NotThrow(() => NpgsqlDataSource.Create(parsed).Dispose());
    }

    [Theory]
    [InlineData("schema=app", "\"app\"")]
    [InlineData("schema=My%20App", "\"My App\"")]
    [InlineData("search_path=app,public", "app,public")]
    [InlineData("currentSchema=app", "app")]
    public void Schemas_are_where_names_are_looked_up(string parameters, string path) =>
        Parse($"postgresql://me@h/db?{parameters}").SearchPath.ShouldBe(path);

    [Fact]
    public void A_pooler_is_asked_for_nothing_of_a_session() => Parse("postgresql://me@h/db?pgbouncer=true").NoResetOnClose.ShouldBeTrue();

    [Fact]
    public void A_missing_url_is_a_usage_error() => Should.Throw<UsageException>(() => EmbSync.Core.Storage.StoreFactory.Open(
        Samples.Config(StoreBackend.Postgres), TimeProvider.System)).Message.ShouldContain("store.url");
}
