namespace EmbSync.MsBuildTask.Tests;

public sealed class BuildWithThePackage : IClassFixture<PackedBuild>
{
    private readonly PackedBuild _project;

    public BuildWithThePackage(PackedBuild project)
    {
        _project = project;
        _project.Reset();
    }

    [Fact]
    public void Launches_the_tool_once_for_two_projects_of_two_frameworks_and_again_in_the_next_build()
    {
        var launch = $"status --format msbuild --limit 50 --config {_project.ConfigFile} --stamp {_project.Stamp}";

        _project.Build().ShouldSucceed();
        _project.Launches.ShouldBe([launch]);

        _project.Build().ShouldSucceed();
        _project.Launches.ShouldBe([launch, launch]);
    }

    [Fact]
    public void Shows_drift_as_a_warning_at_its_place()
    {
        _project.StubOutput = "tasks/1.md(3,1): warning EMB1002: task 1 is stale (content)";

        var build = _project.Target();

        build.ShouldSucceed();
        build.Output.ShouldContain("tasks/1.md(3,1): warning EMB1002: task 1 is stale (content)");
    }

    [Fact]
    public void Fails_on_drift_when_told_to()
    {
        _project.StubOutput = "tasks/1.md(3,1): warning EMB1002: task 1 is stale (content)";

        var build = _project.Target("-p:EmbSyncTreatDriftAsError=true");

        build.ShouldFail();
        build.Output.ShouldContain("tasks/1.md(3,1): error EMB1002: task 1 is stale (content)");
    }

    [Fact]
    public void Warns_of_a_tool_that_failed_and_fails_when_told_to()
    {
        _project.StubExit = 2;

        var build = _project.Target();
        build.ShouldSucceed();
        build.Output.ShouldContain("warning EMB1302: embsync status ended with exit code 2");

        _project.Target("-p:EmbSyncTreatDriftAsError=true").ShouldFail();
    }

    [Fact]
    public void Syncs_when_told_to()
    {
        _project.Target("-p:EmbSyncOnBuild=Sync").ShouldSucceed();

        _project.Launches.ShouldBe([$"sync --auto --format msbuild --config {_project.ConfigFile} --stamp {_project.Stamp}"]);
    }

    [Theory]
    [InlineData("-p:EmbSyncOnBuild=Off")]
    [InlineData("-p:DesignTimeBuild=true")]
    public void Launches_nothing_when_off_or_when_an_editor_asks(string property)
    {
        _project.Target(property).ShouldSucceed();

        _project.Launches.ShouldBeEmpty();
    }

    [Fact]
    public void Refuses_a_mode_it_does_not_know()
    {
        var build = _project.Target("-p:EmbSyncOnBuild=Always");

        build.ShouldFail();
        build.Output.ShouldContain("error EMB1303: EmbSyncOnBuild is 'Always': set it to Off, Status or Sync.");
    }

    [Fact]
    public void Says_that_there_is_no_configuration()
    {
        File.Delete(_project.ConfigFile);

        var build = _project.Target();

        build.ShouldSucceed();
        build.Output.ShouldContain("warning EMB1301");
        _project.Launches.ShouldBeEmpty();
    }
}
