using System.Text.RegularExpressions;

namespace EmbSync.Tool.Tests.Recipes;

/// <summary>The same of GitLab's and Azure's recipes, as far as these use their syntax.</summary>
public sealed class OtherStructureTests
{
    [Fact]
    public void GitLab_has_known_keys_and_runs_each_job_when_it_should()
    {
        var recipe = RecipeYaml.Load(GitLabRunner.Recipe);
        string[] jobs = ["embeddings", "embeddings-of-this-merge-request"];

        recipe.Keys.ShouldBe(["default", "variables", .. jobs]);
        recipe["default"].Keys.ShouldBe(["image"]);
        foreach (var job in jobs.Select(name => recipe[name]))
        {
            job.Keys.Except(["rules", "resource_group", "timeout", "interruptible", "cache", "script", "after_script", "artifacts"])
                .ShouldBeEmpty();
            job["timeout"].Text.ShouldNotBeNullOrEmpty();
            job["rules"].Items.ShouldHaveSingleItem().Keys.ShouldBe(["if"]);
            job["cache"].Keys.Except(["key", "paths", "when"]).ShouldBeEmpty();
            job["artifacts"].Keys.Except(["when", "expose_as", "paths", "expire_in"]).ShouldBeEmpty();
            job["artifacts"]["expose_as"].Text!.ShouldAllBe(character => char.IsAsciiLetterOrDigit(character) || character == ' ');
        }

        recipe["embeddings"]["rules"].Items[0]["if"].Text.ShouldBe("$CI_PIPELINE_SOURCE == \"schedule\"");
        recipe["embeddings"]["resource_group"].Text.ShouldNotBeNullOrEmpty();
        recipe["embeddings-of-this-merge-request"]["rules"].Items[0]["if"].Text.ShouldBe("$CI_PIPELINE_SOURCE == \"merge_request_event\"");
    }

    [Fact]
    public void Azure_has_known_keys_and_maps_secrets_only_where_they_are_used()
    {
        var recipe = RecipeYaml.Load(AzureAgent.Recipe);

        recipe.Keys.ShouldBe(["trigger", "pr", "schedules", "pool", "variables", "jobs"]);
        recipe["schedules"].Items.ShouldHaveSingleItem().Keys.ShouldBe(["cron", "displayName", "branches", "always", "batch"]);
        recipe["jobs"].Items.Select(job => job["job"].Text).ShouldBe(["embeddings", "pull_request"]);
        foreach (var job in recipe["jobs"].Items)
        {
            job.Keys.ShouldBe(["job", "displayName", "condition", "timeoutInMinutes", "steps"]);
            foreach (var step in job["steps"].Items)
            {
                step.Keys.Except(step["checkout"].Exists ? ["checkout", "fetchDepth", "persistCredentials"]
                    : step["bash"].Exists ? ["bash", "displayName", "condition", "env"]
                    : step["publish"].Exists ? ["publish", "artifact", "condition"] : ["task", "inputs"]).ShouldBeEmpty(step.Path);
                step["persistCredentials"].Text.ShouldBe(step["checkout"].Exists ? "false" : null);
            }
        }

        recipe["jobs"].Items[0]["steps"].Items.Count(step => step["env"]["OPENAI_API_KEY"].Exists).ShouldBe(1);
        recipe["jobs"].Items[1]["steps"].Items.ShouldAllBe(step => !step["env"].Exists);
    }

    [Fact]
    public void Azure_scripts_stop_at_the_first_failure_and_hold_no_macro()
    {
        foreach (var script in RecipeYaml.Load(AzureAgent.Recipe)["jobs"].Items.SelectMany(job => job["steps"].Items)
            .Select(step => step["bash"].Text).OfType<string>())
        {
            script.ShouldStartWith("set -euo pipefail\n");
            Regex.IsMatch(script, @"\$[(\[{]{1,2} ?[A-Za-z_]+\.").ShouldBeFalse("a macro is put into the script before bash reads it");
            script.ShouldNotContain("$(");
        }
    }

    [Fact]
    public void Each_recipe_is_in_the_documentation()
    {
        var documentation = File.ReadAllText(Path.Combine(RecipeYaml.Folder, "../docs/ci.md"));

        foreach (var file in Directory.EnumerateFiles(RecipeYaml.Folder, "*.yml", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(RecipeYaml.Folder, file)).Where(
            file => !file.StartsWith("git-hooks", StringComparison.Ordinal)))
        {
            documentation.ShouldContain($"ci-examples/{file}");
        }
    }
}
