using EmbSync.Core.Configuration;
using EmbSync.Core.Jobs.Publish;
using EmbSync.Core.Model;
using EmbSync.Core.Reporting;
using McMaster.Extensions.CommandLineUtils;

namespace EmbSync.Tool.Commands;

/// <summary><c>publish</c>: vectors into the user's own tables.</summary>
internal static class PublishCommand
{
    public static void AddTo(CommandLineApplication app, Session session) => app.Command("publish", command =>
    {
        command.Description = "Write vectors into columns of your own tables, as sources say with publish; buys nothing";
        command.ExtendedHelpText = """

            Examples:
              embsync sync && embsync publish    rows that changed, and those that are gone
              embsync publish --dry-run          how many that would be
              embsync publish --all              every row, after a change of model of the same dimension

            Rows that the store doesn't have count as deletions of a sync do: more than the bound, or all, and nothing is begun (exit code 5).
            """;
        var global = new GlobalOptions(command, OutputFormat.Text, OutputFormat.Json);
        var sources = command.Many("--source <NAME>", "Only this source (repeatable)");
        var all = command.Flag("--all", "Also rows that show their vector already");
        var maxDelete = command.Value(
            "--max-delete <LIMIT>", "Rows (N or P%) that may lose their vector (default: the larger of 20% and 10)");
        var dryRun = command.Flag("--dry-run", "Show what it would write; write nothing");
        command.OnExecute(async () =>
        {
            var format = global.Format;
            var request = new PublishRequest(sources.All(), all.HasValue(), dryRun.HasValue()) { MaxDelete = DeleteLimits.Of(maxDelete) };
            await using var workspace = session.Open(global, ConfigOverrides.None);
            var report = await new PublishEngine(workspace, session.Terminal.Clock).RunAsync(request, session.CancellationToken);
            session.Note(global, report.Notes);
            session.Print(format == OutputFormat.Json ? ReportJson.Of(report) : PublishText.Of(
                report, session.Terminal.Ink(global.NoColor)));
            return (int)ExitCode.Done;
        });
    });
}
