namespace EmbSync.Tool.Tests.Recipes;

/// <summary>
/// Workflows hold only what GitHub's syntax has, as far as the recipes use it: a key that is not listed here is a slip, or is to be added
/// with care.
/// What must never be in one, isn't.
/// </summary>
public sealed class GitHubStructureTests
{
    private static readonly string[] WorkflowKeys = ["name", "on", "permissions", "concurrency", "defaults", "env", "jobs"];
    private static readonly string[] JobKeys = ["name", "runs-on", "timeout-minutes", "needs", "services", "env", "steps"];
    private static readonly string[] StepKeys = ["name", "id", "if", "uses", "with", "env", "run", "shell", "working-directory"];

    /// <summary>Each action with the inputs of it that are used; a version of one is a major version.</summary>
    private static readonly Dictionary<string, string[]> Actions = new()
    {
        ["actions/checkout@v4"] = ["fetch-depth", "persist-credentials"],
        ["actions/setup-dotnet@v4"] = ["dotnet-version"],
        ["actions/cache/restore@v4"] = ["path", "key", "restore-keys"],
        ["actions/cache/save@v4"] = ["path", "key"],
        ["actions/upload-artifact@v4"] = ["name", "path", "retention-days"],
    };

    public static TheoryData<string> Workflows => [.. Files];

    private static IEnumerable<string> Files => [.. Directory.GetFiles(Path.Combine(RecipeYaml.Folder, "github-actions"), "*.yml")
        .Select(file => "github-actions/" + Path.GetFileName(file)).Where(file => !file.EndsWith("/action.yml", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Workflows))]
    public void A_workflow_has_known_keys_and_ends_in_time(string file)
    {
        var workflow = RecipeYaml.Load(file);

        workflow.Keys.Except(WorkflowKeys).ShouldBeEmpty();
        workflow["name"].Text.ShouldNotBeNullOrEmpty();
        workflow["on"].Keys.Except(["schedule", "workflow_dispatch", "pull_request"]).ShouldBeEmpty(
            "pull_request_target, for one, would run a stranger's code with secrets");
        workflow["on"]["schedule"].Items.ShouldAllBe(item => item["cron"].Text!.Split(' ').Length == 5);
        workflow["concurrency"].Keys.Except(["group", "cancel-in-progress"]).ShouldBeEmpty();
        workflow["defaults"]["run"]["shell"].Text.ShouldBe("bash", "without it a pipe hides a failure");
        workflow["jobs"].Keys.ShouldNotBeEmpty();
        foreach (var job in workflow["jobs"].Keys.Select(name => workflow["jobs"][name]))
        {
            job.Keys.Except(JobKeys).ShouldBeEmpty(job.Path);
            job["runs-on"].Text.ShouldBe("ubuntu-latest");
            int.Parse(job["timeout-minutes"].Text!).ShouldBeInRange(1, 60);
            job["services"].Keys.ShouldAllBe(
                service => !job["services"][service].Keys.Except(new[] { "image", "env", "ports", "options" }).Any());
            job["steps"].Items.ToList().ForEach(step => Check(step, isComposite: false));
        }
    }

    [Theory]
    [MemberData(nameof(Workflows))]
    public void A_workflow_may_read_the_code_and_nothing_else(string file)
    {
        var workflow = RecipeYaml.Load(file);

        workflow["permissions"].Values.ShouldBe(new Dictionary<string, string> { ["contents"] = "read" });
        foreach (var checkout in workflow["jobs"].Keys.SelectMany(name => workflow["jobs"][name]["steps"].Items).Where(
            step => step["uses"].Text?.StartsWith("actions/checkout@", StringComparison.Ordinal) == true))
        {
            checkout["with"]["persist-credentials"].Text.ShouldBe("false");
        }
    }

    [Fact]
    public void Pull_requests_and_trials_name_no_secret() =>
        Files.Where(file => File.ReadAllText(Path.Combine(RecipeYaml.Folder, file)).Contains("secrets.", StringComparison.Ordinal))
            .ShouldBe(["github-actions/nightly.yml"]);

    [Fact]
    public void Nights_come_one_after_another()
    {
        var concurrency = RecipeYaml.Load("github-actions/nightly.yml")["concurrency"];

        concurrency["group"].Text.ShouldNotBeNullOrEmpty();
        concurrency["group"].Text!.ShouldNotContain("${{", Case.Sensitive, "one group for all");
        concurrency["cancel-in-progress"].Text.ShouldBe("false");
    }

    [Fact]
    public void The_action_has_known_keys_and_describes_all_it_takes_and_gives()
    {
        var action = RecipeYaml.Load("github-actions/action.yml");

        action.Keys.ShouldBe(["name", "description", "inputs", "outputs", "runs"]);
        action["inputs"].Keys.ShouldBe(["command", "since", "config", "max-cost", "fail-on-drift", "summary", "working-directory"]);
        action["inputs"].Keys.ShouldAllBe(name => action["inputs"][name].Keys.SequenceEqual(new[] { "description", "default" }));
        action["outputs"].Keys.ShouldAllBe(name => action["outputs"][name].Keys.SequenceEqual(new[] { "description", "value" }));
        action["runs"].Keys.ShouldBe(["using", "steps"]);
        action["runs"]["using"].Text.ShouldBe("composite");
        action["runs"]["steps"].Items.ToList().ForEach(step => Check(step, isComposite: true));
    }

    private static void Check(RecipeYaml step, bool isComposite)
    {
        step.Keys.Except(StepKeys).ShouldBeEmpty(step.Path);
        (step["uses"].Exists ^ step["run"].Exists).ShouldBeTrue(step.Path);
        if (step["uses"].Text is { } action)
        {
            Actions.Keys.ShouldContain(action, step.Path);
            step["with"].Keys.Except(Actions[action]).ShouldBeEmpty(step.Path);
        }
        else
        {
            step["run"].Text!.ShouldNotContain("${{", Case.Sensitive, $"{step.Path}: what stands in an expression would be read as shell");
            step["shell"].Text.ShouldBe(isComposite ? "bash" : null, step.Path);
        }
    }
}
