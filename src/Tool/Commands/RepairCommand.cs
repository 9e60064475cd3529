using EmbSync.Core.Buying;
using EmbSync.Core.Jobs.Repair;
using EmbSync.Core.Model;
using EmbSync.Core.Reporting;
using McMaster.Extensions.CommandLineUtils;

namespace EmbSync.Tool.Commands;

/// <summary><c>repair</c>: mends the store two ways, and buys nothing.</summary>
internal static class RepairCommand
{
    public static void AddTo(CommandLineApplication app, Session session) => app.Command("repair", command =>
    {
        command.Description = "Mend the store: orphans, unusable and spare vectors, indexes, views, generations past their time; buys nothing";
        command.ExtendedHelpText = """

            Examples:
              embsync repair --dry-run           what it would do
              embsync repair --verify 50         also embed 50 stored texts again and compare
              embsync repair --grace 1d          drop what has been unused for a day

            Exits with 4 when something remains that it may not do, with 5 when that is because too much would be deleted; its text says what does.
            """;
        var global = new GlobalOptions(command, OutputFormat.Text, OutputFormat.Json);
        var sources = command.Many("--source <NAME>", "Only orphans of this source (repeatable)");
        var maxDelete = command.Value(
            "--max-delete <LIMIT>", "Deletions (N items or P%) that are allowed (default: the larger of 20% and 10)");
        var verify = command.Value("--verify <N>", "Embed N stored texts again and compare; costs their tokens");
        var seed = command.Value("--seed <N>", "Which ones (default 1)");
        var grace = command.Value("--grace <TIME>", "Keep what became unused less long ago, such as 7d or 12h (default 7d)");
        var dryRun = command.Flag("--dry-run", "Show what it would do; buy and write nothing");
        var wait = command.Wait();
        command.OnExecute(async () =>
        {
            var token = session.CancellationToken;
            var format = global.Format;
            var request = new RepairRequest(
                sources.All(), DeleteLimits.Of(maxDelete), verify.Number(least: 1) ?? 0, seed.Number(least: 0) ?? 1, grace.Duration()
                ?? RepairRequest.DefaultGrace);
            await using var workspace = session.Open(global, Core.Configuration.ConfigOverrides.None, wait.Duration() ?? TimeSpan.Zero);
            var engine = new RepairEngine(workspace, session.Terminal.Clock, new Notes(session, global));
            var spend = SpendLimit.Of(workspace.Config.Limits);
            var result = dryRun.HasValue() ? await engine.DryRunAsync(request, spend, token) : await engine.RunAsync(request, spend, token);
            session.Note(global, result.Report.Notes);
            session.Print(format == OutputFormat.Json ? ReportJson.Of(result.Report) : RepairText.Of(
                result.Report, session.Terminal.Ink(global.NoColor)));
            if (result.Stopped is EmbSyncException stopped)
            {
                session.Complain(global.Verbose ? stopped.ToString() : stopped.Message);
            }

            return (int)result.ExitCode;
        });
    });
}
