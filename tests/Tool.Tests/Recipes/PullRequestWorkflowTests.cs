using EmbSync.Tests;

namespace EmbSync.Tool.Tests.Recipes;

/// <summary>
/// <c>pull-request.yml</c>: says what a sync will embed and cost, and needs nothing for it: no secret, no store, no provider.
/// </summary>
[Trait("suite", "recipes")]
public sealed class PullRequestWorkflowTests
{
    private const string File = "github-actions/pull-request.yml";

    /// <summary>Commands of a runner in a title, in both forms, with line ends that are real or encoded.</summary>
    private const string Hostile =
        "\"::set-output name=x::owned\\n::error::y %0A::warning::z ##[add-mask]q ##vso[task.complete]r <img src=x> | `code`\"";

    [Theory]
    [Fault(65, "a pull request from a fork", On = [Touched.NoStore])]
    [InlineData(null)]
    [InlineData(2)]
    public async Task Changed_documents_are_annotated_and_priced_without_any_secret(int? depth)
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        using var world = Proposed(provider);

        var job = new GitHubRunner(world) { Depth = depth }.Run(File, "status", pullRequest: true);

        job.ExitCode.ShouldBe(0, job.Log);
        job.Commands.Select(command => (command.Name, command.Properties["file"], command.Properties["title"])).ShouldBe(
            [("warning", "tasks/area0/t2.md", "embsync EMB1002"), ("warning", "tasks/new, 100%.md", "embsync EMB1001")], ignoreOrder: true);
        job.Summary.ShouldContain("A sync would have 2 chunks to embed in 1 request, about ");
        job.Summary.ShouldContain("less than $0.0001 (price of ");
        provider.Requests.ShouldBe(0);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(2)]
    public async Task What_the_base_branch_got_meanwhile_is_not_the_pull_requests(int? depth)
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        using var world = Proposed(provider);
        world.Developer.Checkout("main");
        world.Developer.Write("tasks/elsewhere.md", TaskRepository.Task(8));
        world.Developer.Commit();
        world.Push();

        var job = new GitHubRunner(world) { Depth = depth }.Run(File, "status", pullRequest: true);

        job.ExitCode.ShouldBe(0, job.Log);
        job.Log.ShouldNotContain("elsewhere");
        job.Commands.Count.ShouldBe(2);
    }

    [Fact]
    [Fault(61, "workflow commands in titles", On = [Touched.NoStore])]
    public async Task A_hostile_title_is_text_in_annotations_and_summary()
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        using var world = new CiWorld(provider);
        world.Developer.Git("checkout", "--quiet", "-b", "change");
        world.Developer.Write("tasks/h.md", $"---\nid: H-1\ntitle: {Hostile}\n---\n\nbody\n::add-mask::x\n");
        world.Developer.Commit();
        world.OpenPullRequest("change");

        var job = new GitHubRunner(world).Run(File, "status", pullRequest: true);

        job.ExitCode.ShouldBe(0, job.Log);
        var command = job.Commands.ShouldHaveSingleItem();
        (command.Name, command.Properties["file"]).ShouldBe(("warning", "tasks/h.md"));
        command.Message.ShouldStartWith("'::set-output name=x::owned ::error::y %0A::warning::z ");
        job.AzureCommands.ShouldBeEmpty();
        job.Summary.ShouldContain("\\<img src=x\\> \\| \\`code\\`");
        job.Summary.Split('\n').ShouldNotContain(line => line.TrimStart().StartsWith("::", StringComparison.Ordinal));
        job.Outputs.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_broken_document_is_an_error_on_its_line_and_the_job_goes_on()
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        using var world = new CiWorld(provider);
        world.Developer.Git("checkout", "--quiet", "-b", "change");
        world.Developer.Write("tasks/broken.md", "# A\n\nno \0 text\n");
        world.Developer.Commit();
        world.OpenPullRequest("change");

        var job = new GitHubRunner(world).Run(File, "status", pullRequest: true);

        job.ExitCode.ShouldBe(0, job.Log);
        var command = job.Commands.ShouldHaveSingleItem();
        (command.Name, command.Properties["file"], command.Properties["title"]).ShouldBe(("error", "tasks/broken.md", "embsync EMB1106"));
    }

    /// <summary>A pull request that changes a task, adds one whose name needs encoding, and moves one, which costs nothing.</summary>
    private static CiWorld Proposed(FakeEmbeddingServer provider)
    {
        var world = new CiWorld(provider);
        world.Developer.Git("checkout", "--quiet", "-b", "change");
        world.Developer.Write("tasks/area0/t2.md", TaskRepository.Task(2).Replace("Body", "Changed body", StringComparison.Ordinal));
        world.Developer.Write("tasks/new, 100%.md", TaskRepository.Task(7));
        world.Developer.Move("tasks/area1/t1.md", "tasks/moved.md");
        world.Developer.Commit();
        world.OpenPullRequest("change");
        return world;
    }
}
