using EmbSync.Tests;

namespace EmbSync.Tool.Tests.Recipes;

/// <summary>Recipes over a configuration whose store is a PostgreSQL that stays, named by a secret.</summary>
[Trait("suite", "recipes")]
public sealed class DatabaseStoreTests(PostgresFixture server) : IClassFixture<PostgresFixture>
{
    private const string Canary = "canary-4f1d9c2e77";

    [Fact]
    public async Task The_second_night_finds_all_as_it_was()
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        using var world = OverDatabase(provider);
        var runner = new GitHubRunner(world) { Secrets = { ["DATABASE_URL"] = server.Url, ["OPENAI_API_KEY"] = Canary } };

        var first = runner.Run("github-actions/nightly.yml", "sync");
        var paid = provider.Requests;
        runner.Cache.Clear();
        var second = runner.Run("github-actions/nightly.yml", "sync");

        first.ExitCode.ShouldBe(0, first.Log);
        second.ExitCode.ShouldBe(0, second.Log);
        second.Log.ShouldContain("5 items: 0 new, 0 changed, 0 metadata, 5 unchanged");
        provider.Requests.ShouldBe(paid);
        (first.Log + first.Summary + second.Log).ShouldNotContain(Canary);
    }

    [Fact]
    public async Task A_night_whose_database_is_away_fails_and_spends_nothing()
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        using var world = OverDatabase(provider);
        var runner = new GitHubRunner(
            world) { Secrets = { ["DATABASE_URL"] = $"postgresql://postgres:{Canary}@localhost:1/nowhere", ["OPENAI_API_KEY"] = "key" } };
        runner.Cache["embsync-vectors-1"] = [];

        var job = runner.Run("github-actions/nightly.yml", "sync");

        job.ExitCode.ShouldBe(1, job.Log);
        job.Log.ShouldNotContain(Canary);
        provider.Requests.ShouldBe(0);
    }

    [Theory]
    [InlineData("github")]
    [InlineData("gitlab")]
    [InlineData("azure")]
    public async Task A_pull_request_needs_neither_its_address_nor_a_key(string service)
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        using var world = OverDatabase(provider);
        world.Developer.Git("checkout", "--quiet", "-b", "change");
        world.Developer.Write("embsync.yaml", File.ReadAllText(world.Developer.Full("embsync.yaml")).Replace(
            "sources:", "sources:\n  - { name: rows, type: table, table: note, text: [body] }\n  - { name: more, type: query, url: \"env:OTHER_URL\", query: \"SELECT 1 AS id, 'x' AS text\" }", StringComparison.Ordinal));
        world.Developer.Write("tasks/new.md", TaskRepository.Task(7));
        world.Developer.Commit();
        world.OpenPullRequest("change");

        var job = service switch
        {
            "github" => new GitHubRunner(world).Run("github-actions/pull-request.yml", "status", pullRequest: true),
            "gitlab" => new GitLabRunner(world).Run("embeddings-of-this-merge-request"),
            _ => new AzureAgent(world).Run("pull_request"),
        };

        job.ExitCode.ShouldBe(0, job.Log);
        job.Summary.ShouldContain("A sync would have 1 chunk to embed in 1 request");
        provider.Requests.ShouldBe(0);
    }

    private static CiWorld OverDatabase(FakeEmbeddingServer provider)
    {
        var world = new CiWorld(provider);
        var config = world.Developer.Full("embsync.yaml");
        File.AppendAllText(config, "\nstore: { backend: postgres, url: \"env:DATABASE_URL\" }\n");
        world.Developer.Commit();
        world.Push();
        return world;
    }
}
