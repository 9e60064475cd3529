using EmbSync.Core.Buying;
using EmbSync.Core.Jobs.Backfill;
using EmbSync.Core.Model;
using EmbSync.Core.Reporting;
using McMaster.Extensions.CommandLineUtils;

namespace EmbSync.Tool.Commands;

/// <summary><c>backfill</c>: what lacks vectors, most urgent first, in rounds; on as many machines as wanted.</summary>
internal static class BackfillCommand
{
    /// <summary>Rounds between two lines of progress.</summary>
    private const int ReportEvery = 10;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static void AddTo(CommandLineApplication app, Session session) => app.Command("backfill", command =>
    {
        command.Description = "Embed what lacks vectors in rounds, most urgent first; run it on several machines to share the work";
        command.ExtendedHelpText = """

            Examples:
              embsync backfill                   100 rounds of 200, 15 seconds between
              embsync backfill 10 5 --limit 50   10 rounds of 50, 5 seconds between
              embsync backfill --dry-run         what is left, and what it would cost
            """;
        var global = new GlobalOptions(command, OutputFormat.Text, OutputFormat.Json);
        var rounds = command.Argument("ROUNDS", $"Rounds at most (default {BackfillRequest.DefaultRounds})");
        var seconds = command.Argument(
            "SECONDS", $"Pause between rounds, {BackfillRequest.LeastSeconds} at least (default {BackfillRequest.DefaultSeconds})");
        var limit = command.Limit($"Chunks a round (default {BackfillRequest.DefaultLimit}); most rows are one chunk");
        var sources = command.Many("--source <NAME>", "Only this source (repeatable)");
        var dryRun = command.Flag("--dry-run", "Show what is left and what it would cost; buy and write nothing");
        var spend = new SpendOptions(command, byBatches: false, wait: "60s");
        command.OnExecute(async () =>
        {
            var token = session.CancellationToken;
            var format = global.Format;
            var request = new BackfillRequest(
                OptionValues.Whole(rounds.Value, "ROUNDS", 1) ?? BackfillRequest.DefaultRounds,
                TimeSpan.FromSeconds(OptionValues.Whole(seconds.Value, "SECONDS", BackfillRequest.LeastSeconds)
                ?? BackfillRequest.DefaultSeconds),
                limit.Number(least: 1) ?? BackfillRequest.DefaultLimit,
                sources.All());
            await using var workspace = session.Open(global, spend.Overrides, spend.Wait == TimeSpan.Zero ? Patience : spend.Wait);
            var engine = new BackfillEngine(workspace, session.Terminal.Clock);
            var bounds = SpendLimit.Of(workspace.Config.Limits);
            var result = dryRun.HasValue()
                ? new(await engine.DryRunAsync(request, bounds, token), ExitCode.Done, null)
                : await engine.RunAsync(request, bounds, new Lines(session, global), token);
            session.Note(global, result.Report.Notes);
            session.Print(format == OutputFormat.Json ? ReportJson.Of(result.Report) : BackfillText.Of(
                result.Report, session.Terminal.Ink(global.NoColor)));
            if (result.Stopped is EmbSyncException stopped)
            {
                session.Complain(global.Verbose ? stopped.ToString() : stopped.Message);
            }

            return (int)result.ExitCode;
        });
    });

    private sealed class Lines(Session session, GlobalOptions global) : IProgress<BackfillProgress>
    {
        public void Report(BackfillProgress value)
        {
            if (value.Round == 1 || value.Round % ReportEvery == 0)
            {
                session.Note(global, [BackfillText.Of(value)]);
            }
        }
    }
}
