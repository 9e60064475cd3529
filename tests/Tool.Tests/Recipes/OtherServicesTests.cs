using EmbSync.Tests;

namespace EmbSync.Tool.Tests.Recipes;

/// <summary>The recipes of GitLab and Azure Pipelines keep the same promises as those of GitHub.</summary>
[Trait("suite", "recipes")]
public sealed class OtherServicesTests
{
    /// <summary>Commands of both log readers in one title.</summary>
    private const string Hostile =
        "\"##vso[task.setvariable variable=x]owned ##VSO[task.complete] ##[error]y\\n##vso[task.uploadsummary]/etc/passwd\\n::error::z\"";

    public static TheoryData<string> Services => ["gitlab", "azure"];

    [Theory]
    [MemberData(nameof(Services))]
    public async Task The_second_night_buys_nothing(string service)
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        using var world = new CiWorld(provider);
        var nights = Nights(service, world);

        var first = nights();
        var paid = provider.Requests;
        var second = nights();

        first.ExitCode.ShouldBe(0, first.Log);
        first.Summary.ShouldContain("### embsync sync: done");
        first.Artifacts.Values.ShouldContain(text => text.StartsWith("<!DOCTYPE html>", StringComparison.OrdinalIgnoreCase));
        second.ExitCode.ShouldBe(0, second.Log);
        second.Summary.ShouldContain("0 chunks embedded");
        paid.ShouldBeGreaterThan(0);
        provider.Requests.ShouldBe(paid);
    }

    [Theory]
    [MemberData(nameof(Services))]
    public async Task A_budget_fails_the_job_with_5(string service)
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        using var world = new CiWorld(provider);

        var job = Nights(service, world, maxCost: "0.0000001")();

        job.ExitCode.ShouldBe(5, job.Log);
        provider.Requests.ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(Services))]
    public async Task Items_that_fail_fail_the_job_with_3_and_leave_a_report(string service)
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        provider.Spoils = text => text.Contains("number 2", StringComparison.Ordinal);
        using var world = new CiWorld(provider);

        var job = Nights(service, world)();

        job.ExitCode.ShouldBe(3, job.Log);
        job.Summary.ShouldContain("tasks/area0/t2.md");
        job.Artifacts.Values.ShouldContain(text => text.StartsWith("<!DOCTYPE html>", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public async Task After_a_change_of_model_the_old_vectors_stop_nothing(string service)
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        using var world = new CiWorld(provider);
        var nights = Nights(service, world);
        nights();
        world.Developer.Write("embsync.yaml", File.ReadAllText(world.Developer.Full("embsync.yaml")).Replace(
            "dimension: 64", "dimension: 32", StringComparison.Ordinal));
        world.Developer.Commit();
        world.Push();

        var job = nights();

        job.ExitCode.ShouldBe(0, job.Log);
        job.Log.ShouldContain("The cached vectors can't be used");
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void What_a_job_writes_is_no_source_where_all_Markdown_is(string service)
    {
        using var world = new CiWorld();
        world.Developer.Delete("embsync.yaml");
        world.Developer.Commit();
        world.Push();
        var nights = Nights(service, world);

        nights().ExitCode.ShouldBe(0);
        var second = nights();

        second.ExitCode.ShouldBe(0, second.Log);
        second.Log.ShouldContain("5 items: 5 new");
    }

    [Fact]
    public async Task On_GitLab_a_night_that_failed_keeps_what_it_paid()
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        provider.Spoils = text => text.Contains("number 2", StringComparison.Ordinal);
        using var world = new CiWorld(provider);
        var nights = Nights("gitlab", world);

        nights().ExitCode.ShouldBe(3);
        provider.Spoils = _ => false;
        nights().ExitCode.ShouldBe(0);

        provider.BoughtTwice.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Services))]
    [Fault(61, "workflow commands in titles", On = [Touched.NoStore])]
    public async Task A_merge_request_is_priced_without_a_key_and_its_titles_are_text(string service)
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        using var world = new CiWorld(provider);
        world.Developer.Git("checkout", "--quiet", "-b", "change");
        world.Developer.Write("tasks/h.md", $"---\nid: H-1\ntitle: {Hostile}\n---\n\nbody\n##vso[task.complete]\n");
        world.Developer.Commit();
        world.OpenPullRequest("change");
        world.Developer.Checkout("main");
        world.Developer.Write("tasks/elsewhere.md", TaskRepository.Task(8));
        world.Developer.Commit();
        world.Push();

        var job = service == "gitlab" ? new GitLabRunner(world).Run("embeddings-of-this-merge-request") : new AzureAgent(world).Run(
            "pull_request");

        job.ExitCode.ShouldBe(0, job.Log);
        job.Summary.ShouldContain("A sync would have 1 chunk to embed in 1 request, about ");
        job.Summary.ShouldContain("tasks/h.md");
        job.Summary.ShouldNotContain("elsewhere");
        job.AzureCommands.ShouldBe(service == "gitlab" ? [] : ["task.uploadsummary"]);
        job.Commands.ShouldBeEmpty();
        provider.Requests.ShouldBe(0);
    }

    /// <summary>One night each call, on a machine of its own.</summary>
    private static Func<Job> Nights(string service, CiWorld world, string? maxCost = null)
    {
        if (service == "gitlab")
        {
            var runner = new GitLabRunner(world) { Variables = { ["OPENAI_API_KEY"] = "key" } };
            if (maxCost is not null)
            {
                runner.Variables["MAX_COST"] = maxCost;
            }

            return () => runner.Run("embeddings");
        }

        var agent = new AzureAgent(world) { Secrets = { ["OPENAI_API_KEY"] = "key" } };
        if (maxCost is not null)
        {
            agent.Variables["MAX_COST"] = maxCost;
        }

        return () => agent.Run("embeddings");
    }
}
