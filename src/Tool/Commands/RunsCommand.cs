using System.Globalization;
using EmbSync.Core.Configuration;
using EmbSync.Core.Jobs.Runs;
using EmbSync.Core.Model;
using EmbSync.Core.Reporting;
using McMaster.Extensions.CommandLineUtils;

namespace EmbSync.Tool.Commands;

/// <summary><c>runs</c>: the receipts of runs that wrote. Needs no key, writes nothing.</summary>
internal static class RunsCommand
{
    private const int Listed = 10;

    public static void AddTo(CommandLineApplication app, Session session) => app.Command("runs", command =>
    {
        command.Description = "Show the receipts of past runs: what they did, bought and cost";
        command.ExtendedHelpText = """

            Examples:
              embsync runs                       the last ten
              embsync runs 42                    all that one receipt says, failures included
              embsync runs --limit 100 --json    for a spreadsheet
            """;
        var global = new GlobalOptions(command, OutputFormat.Text, OutputFormat.Json);
        var id = command.Argument("id", "One run; without it, the last ones");
        var limit = command.Limit($"At most N runs (default {Listed})");
        command.OnExecute(async () =>
        {
            var token = session.CancellationToken;
            var one = id.Value is { } text ? Id(text) : (long?)null;
            var most = limit.Number(least: 1) ?? Listed;
            await using var workspace = session.Open(global, ConfigOverrides.None);
            var report = RunsReport.Of(
                workspace.StoreDescription, await workspace.Store.ReadRunsAsync(one is null ? most : int.MaxValue, token));
            if (one is { } wanted)
            {
                report = report with { Runs = [report.Runs.FirstOrDefault(run => run.Id == wanted) ?? throw new UsageException(
                    $"there is no run {wanted} in {report.Store}: 'embsync runs' lists them")] };
            }

            var ink = session.Terminal.Ink(global.NoColor);
            session.Print(global.Format == OutputFormat.Json ? ReportJson.Of(report)
                : one is null ? RunsText.Of(report, ink) : RunsText.Of(report.Runs[0], ink));
            return (int)ExitCode.Done;
        });
    });

    private static long Id(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
        ? id : throw new UsageException($"'{text}' is no number of a run: 'embsync runs' lists them");
}
