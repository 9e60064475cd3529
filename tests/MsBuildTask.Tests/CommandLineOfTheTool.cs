namespace EmbSync.MsBuildTask.Tests;

public class CommandLineOfTheTool
{
    [Fact]
    public void Status_reads_only_and_prints_for_the_build() =>
        ToolCommandLine.For("/t/embsync.dll", "/r/embsync.yaml", BuildMode.Status, 50, "/r/.embsync/build.stamp")
            .ShouldBe("exec /t/embsync.dll status --format msbuild --limit 50 --config /r/embsync.yaml --stamp /r/.embsync/build.stamp");

    [Fact]
    public void Sync_writes() =>
        ToolCommandLine.For("/t/embsync.dll", "/r/embsync.yaml", BuildMode.Sync, 50, "/r/.embsync/build.stamp")
            .ShouldBe("exec /t/embsync.dll sync --auto --format msbuild --config /r/embsync.yaml --stamp /r/.embsync/build.stamp");

    [Fact]
    public void Paths_with_spaces_stay_one_argument() =>
        ToolCommandLine.For("/a b/embsync.dll", "/c d/embsync.yaml", BuildMode.Sync, 50, "/r/.embsync/build.stamp")
            .ShouldBe("exec \"/a b/embsync.dll\" sync --auto --format msbuild --config \"/c d/embsync.yaml\" --stamp /r/.embsync/build.stamp");
}
