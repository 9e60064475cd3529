using System.Text.Json;

namespace EmbSync.Tool.Tests.Faults;

/// <summary>One <c>sync --json</c>. A run that stopped before its report has none, and says why on stderr.</summary>
internal sealed class FaultRun(ToolRun run)
{
    private readonly JsonElement report = run.Out.StartsWith('{') ? JsonDocument.Parse(run.Out).RootElement : default;

    public int ExitCode => run.ExitCode;

    public string Error => run.Error;

    public JsonElement Json => report;

    public bool HasReport => report.ValueKind == JsonValueKind.Object;

    /// <summary>Code, path (else id) and line of all that was set aside.</summary>
    public IReadOnlyList<(string Code, string Path, int? Line)> Errors => [.. Report("errors").EnumerateArray().Select(error => (
        error.GetProperty("code").GetString()!,
        error.GetProperty("path").GetString() ?? error.GetProperty("id").GetString()!,
        error.GetProperty("line").ValueKind == JsonValueKind.Number ? error.GetProperty("line").GetInt32() : (int?)null))];

    /// <summary>The same of details that cost no item.</summary>
    public IReadOnlyList<(string Code, string Path, int? Line)> Warnings =>
        [.. Report("warnings").GetProperty("items").EnumerateArray().Select(warning => (
        warning.GetProperty("code").GetString()!,
        warning.GetProperty("path").GetString() ?? warning.GetProperty("id").GetString()!,
        warning.GetProperty("line").ValueKind == JsonValueKind.Number ? warning.GetProperty("line").GetInt32() : (int?)null))];

    public IReadOnlyList<string> Messages =>
        [.. Report("errors").EnumerateArray().Select(error => error.GetProperty("message").GetString()!)];

    public int Requests => Report("requests").GetInt32();

    public int Items(string name) => Report("items").GetProperty(name).GetInt32();

    public int Embedded => Report("chunks").GetProperty("embedded").GetInt32();

    /// <summary>Ended with this code; says so of what it was told, and shows no secret.</summary>
    public FaultRun ShouldEnd(int exitCode, params string[] says)
    {
        run.ExitCode.ShouldBe(exitCode, run.ToString());
        foreach (var word in says)
        {
            (run.Out + run.Error).ShouldContain(word);
        }

        (run.Out + run.Error).ShouldNotContain("c4n4ry");
        run.Error.ShouldNotContain("defect in embsync");
        return this;
    }

    public override string ToString() => run.ToString();

    private JsonElement Report(string name) => HasReport ? report.GetProperty(name) : throw new ShouldAssertException($"no report: {run}");
}
