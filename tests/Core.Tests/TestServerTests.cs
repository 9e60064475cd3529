using DotNet.Testcontainers.Builders;
using EmbSync.Tests;

namespace EmbSync.Core.Tests;

/// <summary>
/// Where the tests' own database is. A container that starts is not among it: that takes an engine, which not every machine has.
/// </summary>
public sealed class TestServerTests
{
    [Fact]
    public async Task Without_a_server_and_an_engine_the_message_says_what_to_do()
    {
        var error = await Should.ThrowAsync<InvalidOperationException>(
            () => TestServer.FindAsync(null, () => throw new DockerUnavailableException("none")));

        error.Message.ShouldContain("EMBSYNC_TEST_POSTGRES is not set");
        error.Message.ShouldContain("./test.sh");
        error.Message.ShouldContain("eng/postgres.sh start");
    }

    [Theory]
    [InlineData("postgresql://me:p%40ss@db.example:5433/postgres")]
    [InlineData("Host=db.example;Port=5433;Username=me;Password=p@ss;Database=postgres")]
    public async Task A_server_that_is_named_is_taken_in_either_form(string address)
    {
        var server = await TestServer.FindAsync(address, () => throw new InvalidOperationException("not needed"));

        (server.Host, server.Port, server.Username, server.Password, server.Database).ShouldBe(
            ("db.example", 5433, "me", "p@ss", "postgres"));
    }
}
