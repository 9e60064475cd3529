using EmbSync.Tests;

namespace EmbSync.Tool.Tests.Recipes;

/// <summary>
/// Every recipe as it stands, its step that installs among them, with the packages as they are published: committed to the repository, or
/// in a feed.
/// Each job has a machine on which nothing is installed, and which asks no other feed.
/// </summary>
[Trait("suite", "recipes")]
public sealed class PackedToolTests(PostgresFixture server) : IClassFixture<PostgresFixture>
{
    public static TheoryData<string> Ways => ["From a folder", "From a feed"];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task All_recipes_install_what_is_published(string way)
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        using var world = new CiWorld(provider, install: true);
        world.Install(way);
        world.Developer.Git("checkout", "--quiet", "-b", "change");
        world.Developer.Write("tasks/new.md", TaskRepository.Task(9));
        world.Developer.Commit();
        world.OpenPullRequest("change");
        var github = new GitHubRunner(world) { Secrets = { ["OPENAI_API_KEY"] = "key" } };
        var trial = new GitHubRunner(world) { Replaced = { ["DATABASE_URL"] = await server.NewDatabaseAsync() } };
        var gitlab = new GitLabRunner(world) { Variables = { ["OPENAI_API_KEY"] = "key" } };
        var azure = new AzureAgent(world) { Secrets = { ["OPENAI_API_KEY"] = "key" } };

        Played("Embeddings are kept in step", () => github.Run("github-actions/nightly.yml", "sync"));
        Played("A pull request is priced", () => github.Run("github-actions/pull-request.yml", "status", pullRequest: true));
        Played("The action", () => github.Use(
            new Dictionary<string, string>(), new Dictionary<string, string> { ["OPENAI_API_KEY"] = "key" }));
        Played("A trial", () => trial.Run("github-actions/trial-postgres.yml", "trial"));
        Played("GitLab's night", () => gitlab.Run("embeddings"));
        Played("GitLab's merge request", () => gitlab.Run("embeddings-of-this-merge-request"));
        Played("Azure's night", () => azure.Run("embeddings"));
        Played("Azure's pull request", () => azure.Run("pull_request"));

        void Played(string what, Func<Job> play)
        {
            world.CleanMachine(keepFeeds: true);
            var job = play();
            job.ExitCode.ShouldBe(0, $"{what}: {job.Log}");
            job.Log.ShouldContain($"Tool 'embsync.tool' (version '{CommandLine.Version}') was restored.", Case.Sensitive, what);
            job.Summary.ShouldContain("embsync", Case.Sensitive, what);
        }
    }

    [Fact]
    public void Without_the_packages_a_recipe_fails_where_it_installs()
    {
        using var world = new CiWorld(install: true);
        world.Install("From a folder");
        world.Developer.Git("rm", "--quiet", "-r", "packages");
        world.Developer.Commit();
        world.Push();
        world.CleanMachine();

        var job = new GitHubRunner(world).Run("github-actions/nightly.yml", "sync");

        job.ExitCode.ShouldBe(1, job.Log);
        job.Log.ShouldNotContain("was restored");
    }
}
