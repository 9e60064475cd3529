using EmbSync.Tool.Commands.Hooks;

namespace EmbSync.Tool.Tests.Hooks;

/// <summary>Which path a hook holds, so that an update of the tool doesn't break it.</summary>
public sealed class RunningToolTests
{
    [Theory]
    [InlineData("/home/ada/.dotnet/tools/embsync",
        "/home/ada/.dotnet/tools/.store/embsync.tool/1.0.0/embsync.tool/1.0.0/tools/net10.0/any/", "/home/ada/.dotnet/tools/embsync")]
    [InlineData("/home/ada/.dotnet/tools/.store/embsync.tool/1.0.0/tools/net10.0/linux-x64/embsync", "/home/ada/.dotnet/tools/.store/x/",
        "/home/ada/.dotnet/tools/embsync")]
    [InlineData("/usr/bin/dotnet", "/home/ada/.dotnet/tools/.store/embsync.tool/1.0.0/tools/net10.0/any/",
        "/home/ada/.dotnet/tools/embsync")]
    [InlineData("/usr/bin/dotnet", "/home/ada/.nuget/packages/embsync.tool/1.0.0/tools/net10.0/any/",
        "/usr/bin/dotnet|/home/ada/.nuget/packages/embsync.tool/1.0.0/tools/net10.0/any/embsync.dll")]
    [InlineData("/opt/embsync/embsync", "/opt/embsync/", "/opt/embsync/embsync")]
    public void Is_the_one_that_stays(string process, string folder, string expected) =>
        RunningTool.Program(process, folder, file => file == "/home/ada/.dotnet/tools/embsync").Files.ShouldBe(expected.Split('|'));
}
