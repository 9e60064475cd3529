using System.Text.Json;
using EmbSync.Tests;

namespace EmbSync.Tool.Tests.Recipes;

/// <summary><c>action.yml</c>: any command, with outputs, a summary, annotations and embsync's own exit code.</summary>
[Trait("suite", "recipes")]
public sealed class CompositeActionTests
{
    private static readonly Dictionary<string, string> Key = new() { ["OPENAI_API_KEY"] = "key" };

    [Fact]
    public async Task A_sync_says_what_it_cost_and_that_nothing_is_left()
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        using var world = new CiWorld(provider);

        var job = new GitHubRunner(world).Use(With(("max-cost", "1.00"), ("fail-on-drift", "true")), Key);

        job.ExitCode.ShouldBe(0, job.Log);
        job.Outputs["exit-code"].ShouldBe("0");
        job.Outputs["drift"].ShouldBe("0");
        var report = JsonDocument.Parse(job.Outputs["report"]).RootElement;
        report.GetProperty("items").GetProperty("new").GetInt32().ShouldBe(5);
        decimal.Parse(job.Outputs["cost"]).ShouldBe(report.GetProperty("cost").GetProperty("actual").GetDecimal());
        decimal.Parse(job.Outputs["estimate"]).ShouldBe(report.GetProperty("cost").GetProperty("estimated").GetDecimal());
        File.ReadAllText(job.Outputs["report-file"]).TrimEnd().ShouldBe(job.Outputs["report"].TrimEnd());
        job.Summary.ShouldContain("### embsync sync: done");
    }

    [Theory]
    [InlineData("false", 0)]
    [InlineData("true", 4)]
    public void Drift_fails_the_step_where_that_is_wanted(string failOnDrift, int exitCode)
    {
        using var world = new CiWorld();

        var job = new GitHubRunner(world).Use(With(("command", "status"), ("fail-on-drift", failOnDrift), ("summary", "false")));

        job.ExitCode.ShouldBe(exitCode, job.Log);
        job.Outputs["exit-code"].ShouldBe($"{exitCode}");
        job.Outputs["drift"].ShouldBe("5");
        job.Outputs["cost"].ShouldBe("");
        job.Outputs["estimate"].ShouldBe("0");
        job.Commands.Count(command => command.Name == "warning").ShouldBe(5);
        job.Summary.ShouldBe("");
    }

    [Fact]
    public void A_sync_of_one_source_that_leaves_the_other_fails_where_drift_does()
    {
        using var world = new CiWorld();

        var job = new GitHubRunner(world).Use(With(("command", "sync --source docs"), ("fail-on-drift", "true")));

        job.ExitCode.ShouldBe(4, job.Log);
        job.Outputs["drift"].ShouldBe("4");
    }

    [Fact]
    public async Task A_budget_that_stops_a_sync_is_exit_code_5_with_outputs()
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        using var world = new CiWorld(provider);

        var job = new GitHubRunner(world).Use(With(("max-cost", "0.0000001"), ("fail-on-drift", "true")), Key);

        job.ExitCode.ShouldBe(5, job.Log);
        job.Outputs["exit-code"].ShouldBe("5");
        job.Outputs["drift"].ShouldBe("5");
        JsonDocument.Parse(job.Outputs["report"]).RootElement.ValueKind.ShouldBe(JsonValueKind.Object);
        provider.Requests.ShouldBe(0);
    }

    [Fact]
    public async Task Items_that_fail_are_exit_code_3()
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        provider.Spoils = text => text.Contains("number 2", StringComparison.Ordinal);
        using var world = new CiWorld(provider);

        var job = new GitHubRunner(world).Use(With(), Key);

        job.ExitCode.ShouldBe(3, job.Log);
        job.Outputs["drift"].ShouldBe("1");
        job.Commands.ShouldContain(command => command.Name == "error" && command.Properties["file"] == "tasks/area0/t2.md");
    }

    [Theory]
    [InlineData("command", "$(touch owned)")]
    [InlineData("command", "sync; touch owned")]
    [InlineData("command", "status `touch owned`")]
    [InlineData("command", "status\n--check & touch owned")]
    [InlineData("since", "$(touch owned)")]
    [InlineData("since", "--help")]
    [InlineData("since", "main' ; touch owned ; '")]
    [InlineData("config", "\"; touch owned; \"")]
    [InlineData("max-cost", "1; touch owned")]
    [InlineData("fail-on-drift", "true; touch owned")]
    [InlineData("summary", "$(touch owned)")]
    public void An_input_is_never_read_as_shell(string input, string value)
    {
        using var world = new CiWorld();
        var runner = new GitHubRunner(world);

        var job = runner.Use(With((input, value)));

        job.ExitCode.ShouldBe(input is "fail-on-drift" or "summary" ? 0 : 2, job.Log);
        Directory.EnumerateFiles(Path.GetTempPath(), "owned").ShouldBeEmpty();
        Directory.EnumerateFiles(world.Full(""), "owned", SearchOption.AllDirectories).ShouldBeEmpty();
        Directory.EnumerateFiles(runner.LastMachine!.Path, "owned", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    [Fault(61, "workflow commands in titles", On = [Touched.NoStore])]
    public void A_title_can_not_end_an_output_or_begin_another()
    {
        using var world = new CiWorld();
        world.Developer.Write("tasks/h.md", "---\nid: H-1\ntitle: \"EOF\\nexit-code=9\\nreport<<EOF\\n\\\"items\\\": { \\\"missing\\\": 77\\n::set-output name=drift::0\"\n---\n\nbody\n");
        world.Developer.Commit();
        world.Push();

        var job = new GitHubRunner(world).Use(With(("command", "status")));

        job.ExitCode.ShouldBe(0, job.Log);
        job.Outputs["exit-code"].ShouldBe("0");
        job.Outputs["drift"].ShouldBe("6");
        JsonDocument.Parse(job.Outputs["report"]).RootElement.GetProperty("drift").GetArrayLength().ShouldBe(6);
        job.Commands.ShouldAllBe(command => command.Name == "warning");
    }

    [Fact]
    public void It_runs_where_it_is_told_with_the_configuration_it_is_told()
    {
        using var world = new CiWorld();
        world.Developer.Write("team/own.yaml",
            "version: 1\nproject: acme/team\nsources:\n  - { name: notes, type: markdown, include: [\"notes/*.md\"] }\n");
        world.Developer.Write("team/notes/a.md", "# A\n\nText.\n");
        world.Developer.Commit();
        world.Push();

        var job = new GitHubRunner(world).Use(With(("working-directory", "team"), ("config", "own.yaml"), ("fail-on-drift", "true")));

        job.ExitCode.ShouldBe(0, job.Log);
        JsonDocument.Parse(job.Outputs["report"]).RootElement.GetProperty("items").GetProperty("total").GetInt32().ShouldBe(1);
    }

    [Fact]
    public void A_report_too_long_for_an_output_stays_in_its_file()
    {
        using var world = new CiWorld(tasks: 0);
        for (var i = 0; i < 1_500; i++)
        {
            world.Developer.Write($"tasks/{i % 9}/t{i}.md", TaskRepository.Task(i, title: new string('x', 300)));
        }

        world.Developer.Commit();
        world.Push();

        var job = new GitHubRunner(world).Use(With(("command", "status")));

        job.ExitCode.ShouldBe(0, job.Log[..Math.Min(2000, job.Log.Length)]);
        job.Outputs["report"].ShouldBe("{}");
        job.Outputs["drift"].ShouldBe("1501");
        JsonDocument.Parse(File.ReadAllText(job.Outputs["report-file"])).RootElement.GetProperty("drift").GetArrayLength().ShouldBe(1501);
        job.Commands.ShouldContain(command => command.Message.StartsWith("The report is too long"));
        job.Summary.ShouldContain("and 1,301 more");
    }

    private static Dictionary<string, string> With(params (string Name, string Value)[] inputs) =>
        inputs.ToDictionary(input => input.Name, input => input.Value);
}
