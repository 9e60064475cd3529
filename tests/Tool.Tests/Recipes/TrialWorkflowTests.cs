using EmbSync.Tests;

namespace EmbSync.Tool.Tests.Recipes;

/// <summary>
/// <c>trial-postgres.yml</c>: a database that lives as long as the job; here one of the test server takes the container's place.
/// </summary>
[Trait("suite", "recipes")]
public sealed class TrialWorkflowTests(PostgresFixture server) : IClassFixture<PostgresFixture>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Two_syncs_a_check_and_a_page_in_a_database_of_its_own_cost_nothing(bool paid)
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        using var world = new CiWorld(paid ? provider : null);
        var url = await server.NewDatabaseAsync();
        var runner = new GitHubRunner(world) { Replaced = { ["DATABASE_URL"] = url } };

        var job = runner.Run("github-actions/trial-postgres.yml", "trial");

        job.ExitCode.ShouldBe(0, job.Log);
        job.Summary.ShouldContain("### embsync sync: done");
        job.Summary.ShouldContain("nothing to embed");
        job.Artifacts["embsync-report"].ShouldStartWith("<!doctype html>");
        provider.Requests.ShouldBe(0);
        (await PostgresFixture.RowsAsync(url, "SELECT count(DISTINCT task_id) FROM embsync.embeddings")).ShouldBe(["5"]);
    }

    [Fact]
    public void The_address_is_that_of_the_container()
    {
        var job = RecipeYaml.Load("github-actions/trial-postgres.yml")["jobs"]["trial"];
        var (container, address) = (job["services"]["postgres"], new Uri(job["env"]["DATABASE_URL"].Text!));

        address.UserInfo.ShouldBe($"postgres:{container["env"]["POSTGRES_PASSWORD"].Text}");
        container["ports"].Items.ShouldHaveSingleItem().Text.ShouldBe($"{address.Port}:5432");
        address.IsLoopback.ShouldBeTrue();
    }
}
