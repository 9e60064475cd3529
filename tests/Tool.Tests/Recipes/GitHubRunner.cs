using System.Text.RegularExpressions;
using EmbSync.Tests;

namespace EmbSync.Tool.Tests.Recipes;

/// <summary>
/// Plays a job of a workflow as it stands, step by step, as GitHub's runner does: shells and their options, <c>if: always()</c>, files for
/// outputs
/// and summaries, a clean machine each time. The few actions that the recipes use are played by copying files; another one is an error.
/// </summary>
internal sealed partial class GitHubRunner(CiWorld world)
{
    private int _run = 100;

    /// <summary>Of the repository's settings; one that isn't there is empty.</summary>
    public Dictionary<string, string> Secrets { get; } = [];

    /// <summary>Instead of what the workflow says in <c>env</c>: the place of a service container.</summary>
    public Dictionary<string, string> Replaced { get; } = [];

    /// <summary>Key and files of the cache service.</summary>
    public Dictionary<string, byte[]> Cache { get; } = [];

    /// <summary>Checkout depth that a user wrote instead of the recipe's.</summary>
    public int? Depth { get; set; }

    /// <summary>The machine of the last job, to look at what it left there.</summary>
    public TempRepository? LastMachine { get; private set; }

    public Job Run(string file, string jobName, bool pullRequest = false)
    {
        var workflow = RecipeYaml.Load(file);
        var job = workflow["jobs"][jobName];
        var state = new GitHubJob(pullRequest, world.Full($"runner{++_run}"));
        Directory.CreateDirectory(state.Temp);
        Play(state, job["steps"].Items, [workflow["env"], job["env"]], workflow["defaults"]["run"]["shell"].Text);
        return state.Result();
    }

    /// <summary>The composite action in a checkout of <c>main</c>.</summary>
    public Job Use(IReadOnlyDictionary<string, string> inputs, IReadOnlyDictionary<string, string>? environment = null)
    {
        var action = RecipeYaml.Load("github-actions/action.yml");
        inputs.Keys.Except(action["inputs"].Keys).ShouldBeEmpty();
        var state = new GitHubJob(false, world.Full($"runner{++_run}")) { Machine = world.Checkout(0) };
        Directory.CreateDirectory(state.Temp);
        foreach (var name in action["inputs"].Keys)
        {
            state.Known["inputs." + name] = inputs.TryGetValue(name, out var value) ? value : action["inputs"][name]["default"].Text!;
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            state.Environment[name] = value;
        }

        LastMachine = state.Machine;
        Play(state, action["runs"]["steps"].Items, [], null);
        return state.Result() with { Outputs = action["outputs"].Keys.ToDictionary(
            name => name, name => Evaluate(action["outputs"][name]["value"].Text!, state)) };
    }

    private void Play(GitHubJob state, IEnumerable<RecipeYaml> steps, IReadOnlyList<RecipeYaml> outer, string? shell)
    {
        foreach (var step in steps)
        {
            var condition = step["if"].Text;
            (condition ?? "always()").ShouldBe("always()");
            if (state.ExitCode == 0 || condition is not null)
            {
                if (step["uses"].Text is { } action)
                {
                    Act(state, action, step["with"].Values.ToDictionary(pair => pair.Key, pair => Evaluate(pair.Value, state)));
                }
                else
                {
                    RunScript(state, step, outer, step["shell"].Text ?? shell);
                }
            }
        }
    }

    private void RunScript(GitHubJob state, RecipeYaml step, IReadOnlyList<RecipeYaml> outer, string? shell)
    {
        (shell ?? "bash").ShouldBe("bash");
        var (output, summary) = (Path.Combine(state.Temp, "output"), Path.Combine(state.Temp, "summary"));
        File.WriteAllText(output, "");
        File.WriteAllText(summary, "");
        var environment = new Dictionary<string, string>(state.Environment)
        {
            ["GITHUB_ACTIONS"] = "true", ["GITHUB_OUTPUT"] = output, ["GITHUB_STEP_SUMMARY"] = summary,
                ["GITHUB_WORKSPACE"] = state.Machine!.Path,
            ["GITHUB_BASE_REF"] = state.Known["github.base_ref"], ["GITHUB_EVENT_NAME"] = state.PullRequest ? "pull_request"
                : "schedule", ["RUNNER_TEMP"] = state.Temp,
        };
        foreach (var (name, value) in outer.Append(step["env"]).SelectMany(env => env.Values))
        {
            environment[name] = Replaced.TryGetValue(name, out var other) ? other : Evaluate(value, state);
        }

        var folder = Path.GetFullPath(Evaluate(step["working-directory"].Text ?? ".", state), state.Machine.Path);
        var run = world.Bash(step["run"].Text!, folder, environment, shell is null ? ["-e"] : ["-e", "-o", "pipefail"]);
        state.Add(run, File.ReadAllText(summary));
        foreach (var (name, value) in Job.ReadOutputs(File.ReadAllText(output)))
        {
            state.Known[$"steps.{step["id"].Text}.outputs.{name}"] = value;
        }
    }

    private void Act(GitHubJob state, string action, Dictionary<string, string> with)
    {
        switch (action[..action.IndexOf('@', StringComparison.Ordinal)])
        {
            case "actions/checkout":
                LastMachine = state.Machine = world.Checkout(Depth ?? int.Parse(with["fetch-depth"]), state.PullRequest);
                break;
            case "actions/setup-dotnet":
                break;
            case "actions/cache/restore":
                var newest = Cache.Keys.LastOrDefault(key => key == with["key"]) ?? Cache.Keys.LastOrDefault(
                    key => key.StartsWith(with["restore-keys"], StringComparison.Ordinal));
                if (newest is not null)
                {
                    File.WriteAllBytes(state.Machine!.Full(with["path"]), Cache[newest]);
                }

                break;
            // What isn't there is a warning to both.
            case "actions/cache/save" when File.Exists(state.Machine!.Full(with["path"])):
                Cache.Add(with["key"], File.ReadAllBytes(state.Machine.Full(with["path"])));
                break;
            case "actions/upload-artifact" when File.Exists(state.Machine!.Full(with["path"])):
                state.Artifacts[with["name"]] = File.ReadAllText(state.Machine.Full(with["path"]));
                break;
            case "actions/cache/save" or "actions/upload-artifact":
                break;
            default:
                throw new InvalidOperationException($"{action} is not played here");
        }
    }

    private string Evaluate(string text, GitHubJob state) => Expression().Replace(text, match => match.Groups[1].Value switch
    {
        var name when name.StartsWith("secrets.", StringComparison.Ordinal) => Secrets.GetValueOrDefault(name["secrets.".Length..], ""),
        "github.run_id" => $"{_run}",
        "github.run_attempt" => "1",
        var name when name.StartsWith("steps.", StringComparison.Ordinal) => state.Known.GetValueOrDefault(name, ""),
        var name => state.Known.TryGetValue(name, out var value) ? value : throw new InvalidOperationException(
        $"'{name}' is not played here"),
    });

    [GeneratedRegex(@"\$\{\{ ([\w.-]+) \}\}")]
    private static partial Regex Expression();
}
