using System.Text;
using EmbSync.Tests;

namespace EmbSync.Tool.Tests.Recipes;

/// <summary>A job under way.</summary>
internal sealed class GitHubJob(bool pullRequest, string temp)
{
    private readonly StringBuilder _log = new();
    private readonly StringBuilder _summary = new();

    public bool PullRequest => pullRequest;

    public string Temp => temp;

    public TempRepository? Machine { get; set; }

    public Dictionary<string, string> Environment { get; } = [];

    public Dictionary<string, string> Known { get; } = new() { ["github.base_ref"] = pullRequest ? "main" : "" };

    public Dictionary<string, string> Artifacts { get; } = [];

    public int ExitCode { get; private set; }

    public void Add(ToolRun run, string summary)
    {
        _log.Append(run.Out).Append('\n').Append(run.Error).Append('\n');
        _summary.Append(summary);
        ExitCode = ExitCode == 0 ? run.ExitCode : ExitCode;
    }

    public Job Result() => new(ExitCode, _log.ToString(), _summary.ToString(), new Dictionary<string, string>(), Artifacts);
}
