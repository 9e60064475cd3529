using System.Globalization;
using Microsoft.Build.Utilities;

namespace EmbSync.MsBuildTask;

internal enum BuildMode
{
    Status,
    Sync,
}

/// <summary>What the tool is called with.</summary>
internal static class ToolCommandLine
{
    public static string For(string toolDll, string configFile, BuildMode mode, int maxWarnings, string stampFile)
    {
        var line = new CommandLineBuilder();
        line.AppendSwitch("exec");
        line.AppendFileNameIfNotNull(toolDll);
        if (mode == BuildMode.Sync)
        {
            line.AppendSwitch("sync --auto --format msbuild");
        }
        else
        {
            line.AppendSwitch("status --format msbuild --limit " + maxWarnings.ToString(CultureInfo.InvariantCulture));
        }

        line.AppendSwitchIfNotNull("--config ", configFile);
        line.AppendSwitchIfNotNull("--stamp ", stampFile);
        return line.ToString();
    }
}
