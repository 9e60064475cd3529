using EmbSync.Tests;

namespace EmbSync.Tool.Tests.Recipes;

/// <summary><c>nightly.yml</c>: what is paid once is carried to the next night, and what goes wrong fails the job.</summary>
[Trait("suite", "recipes")]
public sealed class NightlyWorkflowTests
{
    private const string File = "github-actions/nightly.yml";

    [Fact]
    public async Task The_second_night_buys_nothing()
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        using var world = new CiWorld(provider);
        var runner = Runner(world);

        var first = runner.Run(File, "sync");
        var paid = provider.Requests;
        var second = runner.Run(File, "sync");

        first.ExitCode.ShouldBe(0, first.Log);
        paid.ShouldBeGreaterThan(0);
        second.ExitCode.ShouldBe(0, second.Log);
        provider.Requests.ShouldBe(paid);
        first.Summary.ShouldContain("### embsync sync (dry run)");
        first.Summary.ShouldContain("### embsync sync: done");
        second.Summary.ShouldContain("0 chunks embedded");
        first.Artifacts["embsync-report"].ShouldStartWith("<!DOCTYPE html>", Case.Insensitive);
        runner.Cache.Count.ShouldBe(2);
    }

    [Fact]
    public async Task The_third_night_buys_what_changed()
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        using var world = new CiWorld(provider);
        var runner = Runner(world);
        runner.Run(File, "sync");
        var paid = provider.Inputs;
        world.Developer.Write("tasks/new.md", TaskRepository.Task(9));
        world.Developer.Commit();
        world.Push();

        var job = runner.Run(File, "sync");

        job.ExitCode.ShouldBe(0, job.Log);
        (provider.Inputs - paid).ShouldBe(1);
        provider.BoughtTwice.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_night_that_failed_keeps_what_it_paid()
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        using var world = new CiWorld(provider);
        var runner = Runner(world);
        provider.Spoils = text => text.Contains("number 2", StringComparison.Ordinal);

        var first = runner.Run(File, "sync");
        provider.Spoils = _ => false;
        var second = runner.Run(File, "sync");

        first.ExitCode.ShouldBe(3, first.Log);
        first.Commands.ShouldContain(command => command.Name == "error" && command.Properties["file"] == "tasks/area0/t2.md");
        first.Artifacts.Keys.ShouldContain("embsync-report");
        second.ExitCode.ShouldBe(0, second.Log);
        provider.BoughtTwice.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_budget_fails_the_job_with_5_and_buys_nothing()
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        using var world = new CiWorld(provider);
        var runner = Runner(world);
        runner.Replaced["MAX_COST"] = "0.0000001";

        var job = runner.Run(File, "sync");

        job.ExitCode.ShouldBe(5, job.Log);
        provider.Requests.ShouldBe(0);
        job.Summary.ShouldContain("sync (dry run)", Case.Sensitive, "the summary says what it would have cost");
    }

    [Fact]
    public async Task After_a_change_of_model_the_old_vectors_stop_nothing()
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        using var world = new CiWorld(provider);
        var runner = Runner(world);
        runner.Run(File, "sync");
        world.Developer.Write("embsync.yaml", System.IO.File.ReadAllText(world.Developer.Full("embsync.yaml")).Replace(
            "dimension: 64", "dimension: 32", StringComparison.Ordinal));
        world.Developer.Commit();
        world.Push();

        var job = runner.Run(File, "sync");
        var paid = provider.Requests;
        var next = runner.Run(File, "sync");

        job.ExitCode.ShouldBe(0, job.Log);
        job.Commands.ShouldContain(command => command.Name == "warning" && command.Message.StartsWith("The cached vectors can't be used"));
        next.ExitCode.ShouldBe(0, next.Log);
        provider.Requests.ShouldBe(paid);
    }

    [Fact]
    public async Task The_key_reaches_one_step_and_no_log()
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        provider.RequiredKey = "canary-of-the-night";
        using var world = new CiWorld(provider);
        var runner = Runner(world);
        runner.Secrets["OPENAI_API_KEY"] = "canary-of-the-night";

        var job = runner.Run(File, "sync");

        job.ExitCode.ShouldBe(0, job.Log);
        (job.Log + job.Summary + job.Artifacts["embsync-report"]).ShouldNotContain("canary-of-the-night");
        RecipeYaml.Load(File)["jobs"]["sync"]["steps"].Items.Count(step => step["env"]["OPENAI_API_KEY"].Exists).ShouldBe(1);
    }

    [Fact]
    public async Task A_refused_key_is_exit_code_6()
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        provider.RequiredKey = "another";
        using var world = new CiWorld(provider);

        var job = Runner(world).Run(File, "sync");

        job.ExitCode.ShouldBe(6, job.Log);
        provider.Inputs.ShouldBe(0);
    }

    private static GitHubRunner Runner(CiWorld world) => new(world) { Secrets = { ["OPENAI_API_KEY"] = "key" } };
}
