using System.Text;
using System.Text.RegularExpressions;
using EmbSync.Tests;

namespace EmbSync.Tool.Tests.Recipes;

/// <summary>
/// Plays a job of <c>azure-pipelines.yml</c> as the agent does: <c>bash</c> without any option, secrets only where a step maps them, a
/// macro that
/// has no value left as it stands, a cache that is kept when the job succeeded, summaries and warnings by commands in the log.
/// </summary>
internal sealed partial class AzureAgent(CiWorld world)
{
    public const string Recipe = "azure-pipelines/azure-pipelines.yml";

    private int _run;

    public Dictionary<string, string> Secrets { get; } = [];

    /// <summary>Set for one run by hand, over what the file says.</summary>
    public Dictionary<string, string> Variables { get; } = [];

    public byte[]? Cache { get; private set; }

    public Job Run(string name)
    {
        var recipe = RecipeYaml.Load(Recipe);
        var job = recipe["jobs"].Items.Single(item => item["job"].Text == name);
        var pullRequest = job["condition"].Text!.Contains("PullRequest", StringComparison.Ordinal);
        var (work, log, code) = (world.Full($"agent{++_run}"), new StringBuilder(), 0);
        var known = new Dictionary<string, string>
        {
            ["Build.BuildId"] = $"{_run}", ["Build.Reason"] = pullRequest ? "PullRequest" : "Schedule", ["Pipeline.Workspace"] = work,
            ["Build.ArtifactStagingDirectory"] = Path.Combine(work, "a"), ["Agent.TempDirectory"] = Path.Combine(work, "temp"),
            ["TF_BUILD"] = "True",
        };
        foreach (var (variable, value) in recipe["variables"].Values.Concat(Variables))
        {
            known[variable] = value;
        }

        TempRepository? machine = null;
        var (cached, artifacts) = (Path.Combine(work, "embsync-vectors"), new Dictionary<string, string>());
        foreach (var folder in new[] { "a", "temp" })
        {
            Directory.CreateDirectory(Path.Combine(work, folder));
        }

        foreach (var step in job["steps"].Items.Where(step => code == 0 || step["condition"].Text == "always()"))
        {
            (step["condition"].Text ?? "always()").ShouldBe("always()");
            if (step["checkout"].Exists)
            {
                machine = world.Checkout(int.Parse(step["fetchDepth"].Text!), pullRequest);
            }
            else if (step["bash"].Text is { } script)
            {
                var environment = known.ToDictionary(pair => pair.Key.Replace('.', '_').ToUpperInvariant(), pair => pair.Value);
                foreach (var (variable, value) in step["env"].Values)
                {
                    environment[variable] = Macro().Replace(value, match => Secrets.GetValueOrDefault(match.Groups[1].Value, match.Value));
                }

                var run = world.Bash(script, machine!.Path, environment);
                log.Append(run.Out).Append('\n').Append(run.Error).Append('\n');
                code = code == 0 ? run.ExitCode : code;
            }
            else if (step["publish"].Text is { } path)
            {
                artifacts[step["artifact"].Text!] = File.ReadAllText(Expanded(path));
            }
            else if (step["task"].Text == "Cache@2")
            {
                Expanded(step["inputs"]["path"].Text!).ShouldBe(cached);
                if (Cache is not null)
                {
                    Directory.CreateDirectory(cached);
                    File.WriteAllBytes(Path.Combine(cached, "vectors.bin"), Cache);
                }
            }
            else
            {
                step["task"].Text.ShouldBe("UseDotNet@2");
            }
        }

        if (code == 0 && job["steps"].Items.Any(step => step["task"].Text == "Cache@2"))
        {
            Cache = File.ReadAllBytes(Path.Combine(cached, "vectors.bin"));
        }

        var text = log.ToString();
        var summary = string.Concat(Summary().Matches(text).Select(match => File.ReadAllText(match.Groups[1].Value)));
        return new(code, text, summary, new Dictionary<string, string>(), artifacts);

        string Expanded(string value) => Macro().Replace(value, match => known[match.Groups[1].Value]);
    }

    [GeneratedRegex(@"\$\(([\w.]+)\)")]
    private static partial Regex Macro();

    [GeneratedRegex(@"^##vso\[task\.uploadsummary\](.+)$", RegexOptions.Multiline)]
    private static partial Regex Summary();
}
