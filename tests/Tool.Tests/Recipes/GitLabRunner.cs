using System.Text;

namespace EmbSync.Tool.Tests.Recipes;

/// <summary>
/// Plays a job of <c>.gitlab-ci.yml</c> as GitLab's runner does: all lines of <c>script</c> in one bash that ends at the first failure,
/// <c>after_script</c>
/// in another one whatever happened, the cache before and after, artifacts at the end.
/// </summary>
internal sealed class GitLabRunner(CiWorld world)
{
    public const string Recipe = "gitlab/.gitlab-ci.yml";

    /// <summary>CI/CD variables of the project.</summary>
    public Dictionary<string, string> Variables { get; } = [];

    public Dictionary<string, byte[]> Cache { get; } = [];

    public Job Run(string name)
    {
        var recipe = RecipeYaml.Load(Recipe);
        var job = recipe[name];
        var mergeRequest = job["rules"].Items[0]["if"].Text!.Contains("merge_request_event", StringComparison.Ordinal);
        var machine = world.Checkout(int.Parse(recipe["variables"]["GIT_DEPTH"].Text!), mergeRequest);
        var environment = new Dictionary<string, string>(recipe["variables"].Values)
        {
            ["GITLAB_CI"] = "true", ["CI_PROJECT_DIR"] = machine.Path, ["CI_PIPELINE_SOURCE"] = mergeRequest ? "merge_request_event"
                : "schedule", ["CI_DEFAULT_BRANCH"] = "main",
        };
        if (mergeRequest)
        {
            environment["CI_MERGE_REQUEST_TARGET_BRANCH_NAME"] = "main";
            environment["CI_MERGE_REQUEST_TARGET_BRANCH_SHA"] = "";   // has a value in merged results pipelines only
            environment["CI_MERGE_REQUEST_DIFF_BASE_SHA"] = machine.Git("merge-base", "origin/main", "HEAD");
        }

        foreach (var (variable, value) in Variables)
        {
            environment[variable] = value;
        }

        foreach (var (path, content) in Cache)
        {
            File.WriteAllBytes(machine.Full(path), content);
        }

        var log = new StringBuilder();
        var code = Play(job["script"]);
        Play(job["after_script"]);
        foreach (var path in job["cache"]["paths"].Items.Select(item => item.Text!).Where(
            path => code == 0 || job["cache"]["when"].Text == "always"))
        {
            Cache[path] = File.ReadAllBytes(machine.Full(path));
        }

        var artifacts = job["artifacts"]["paths"].Items.Select(item => item.Text!).Where(
            path => code == 0 || job["artifacts"]["when"].Text == "always")
            .ToDictionary(path => path, path => File.Exists(machine.Full(path)) ? File.ReadAllText(machine.Full(path)) : "");
        return new(code, log.ToString(), artifacts.GetValueOrDefault("embsync-summary.txt", ""), new Dictionary<string, string>(),
            artifacts);

        int Play(RecipeYaml lines)
        {
            var run = world.Bash(string.Join('\n', lines.Items.Select(line => line.Text)), machine.Path, environment, "-e", "-o",
                "pipefail");
            log.Append(run.Out).Append('\n').Append(run.Error).Append('\n');
            return run.ExitCode;
        }
    }
}
