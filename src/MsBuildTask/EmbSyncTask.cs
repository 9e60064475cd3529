using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace EmbSync.MsBuildTask;

/// <summary>
/// Runs embsync in a process of its own: the tool needs .NET 10, and the MSBuild that loads this task may be .NET Framework's.
/// What the tool prints as <c>path(line,column): warning EMB1001: text</c> becomes a warning of the build at that place.
/// Keys and connection strings are no parameters, since builds log those: the tool reads them from the environment it inherits.
/// </summary>
public sealed class EmbSyncTask : ToolTask
{
    /// <summary>The tool's <c>embsync.dll</c>, absolute.</summary>
    [Required]
    public string ToolDll { get; set; } = "";

    /// <summary>Configuration file, absolute; the tool runs in its folder.</summary>
    [Required]
    public string ConfigFile { get; set; } = "";

    /// <summary><c>Status</c> reports drift, <c>Sync</c> removes it as far as <c>embeddings.autoIndex</c> lets builds do so.</summary>
    public string Mode { get; set; } = nameof(BuildMode.Status);

    /// <summary>Drift fails the build.</summary>
    public bool TreatDriftAsError { get; set; }

    /// <summary>
    /// File that stands while nothing is out of step, absolute; the build that finds it newer than its inputs doesn't run this task.
    /// </summary>
    [Required]
    public string StampFile { get; set; } = "";

    /// <summary>Items named in the build's log at most; counts are never trimmed.</summary>
    public int MaxWarnings { get; set; } = 50;

    private string? _unknown;

    /// <inheritdoc />
    protected override string ToolName => Path.DirectorySeparatorChar == '\\' ? "dotnet.exe" : "dotnet";

    /// <inheritdoc />
    protected override MessageImportance StandardOutputLoggingImportance => MessageImportance.High;

    /// <inheritdoc />
    protected override Encoding StandardOutputEncoding => Encoding.UTF8;

    /// <inheritdoc />
    protected override Encoding StandardErrorEncoding => Encoding.UTF8;

    /// <inheritdoc />
    protected override string GetWorkingDirectory() => Path.GetDirectoryName(ConfigFile)!;

    /// <summary>The <c>dotnet</c> that runs this build, else the one on the PATH.</summary>
    protected override string GenerateFullPathToTool() => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host
        ? host
        : ToolName;

    /// <inheritdoc />
    protected override string GenerateCommandLineCommands() =>
        ToolCommandLine.For(ToolDll, ConfigFile, (BuildMode)Enum.Parse(typeof(BuildMode), Mode, ignoreCase: true), MaxWarnings, StampFile);

    /// <inheritdoc />
    protected override void LogEventsFromTextOutput(string singleLine, MessageImportance messageImportance)
    {
        if (DriftLine.IsUnknown(singleLine))
        {
            _unknown = singleLine;
        }

        base.LogEventsFromTextOutput(TreatDriftAsError ? DriftLine.AsError(singleLine) : singleLine, messageImportance);
    }

    /// <summary>How the tool is called is for detailed logs.</summary>
    protected override void LogToolCommand(string message) => Log.LogMessage(MessageImportance.Low, message);

    /// <inheritdoc />
    protected override bool HandleTaskExecutionErrors()
    {
        if (_unknown is not null && !TreatDriftAsError)
        {
            // Away from its store a build goes on; its one line was shown.
            return true;
        }

        if (ExitCode > 0)
        {
            Log.LogError(
                null, "EMB1302", null, ConfigFile, 0, 0, 0, 0,
                $"embsync {Mode.ToLowerInvariant()} ended with exit code {ExitCode}: its messages above say why. "
                + "Set EmbSyncOnBuild to Off to build without it.");
        }

        return false;
    }
}
