using EmbSync.Core.Configuration;
using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Model;
using EmbSync.Core.Reporting;
using McMaster.Extensions.CommandLineUtils;

namespace EmbSync.Tool.Commands;

/// <summary><c>status</c>: what is current, missing, stale, orphaned or blocked. Needs no key, writes nothing.</summary>
internal static class StatusCommand
{
    private const int ListedOnTerminal = 20;

    public static void AddTo(CommandLineApplication app, Session session) => app.Command("status", command =>
    {
        command.Description = "Show what is missing, stale, orphaned or blocked, and what a sync would cost";
        command.ExtendedHelpText = """

            Examples:
              embsync status                     the whole picture
              embsync status --check             exit code 4 when the index is not in step
              embsync status --runs 10           with the last ten runs
              embsync status --format sarif      drift for code scanning and editors
              embsync status --against main      what a sync would do if the store held the tree of main
            """;
        var global = new GlobalOptions(
            command, OutputFormat.Text, OutputFormat.Json, OutputFormat.Markdown, OutputFormat.GitHub, OutputFormat.MsBuild,
            OutputFormat.Sarif);
        var scope = new ScopeOptions(command);
        var check = command.Flag("--check", "Exit with 4 when anything is missing, stale, orphaned or blocked");
        var limit = command.Limit("Names at most N items; counts are always whole");
        var against = command.Value("--against <REF>", "Compare with the tree of REF instead of the store");
        var runs = command.Value("--runs <N>", "Also show the last N runs");
        var stamp = new StampOption(command, session);
        var all = command.Flag("--all", "Ignore source versions: read and compare everything");
        command.OnExecute(async () =>
        {
            var token = session.CancellationToken;
            var format = global.Format;
            stamp.Remove();
            await using var workspace = session.Open(
                global, new ConfigOverrides { Storeless = against.HasValue() }, stdinSource: scope.StdinSource);
            var request = scope.Request with { Command = "status", All = all.HasValue() };
            var listed = limit.Number(least: 0) ?? (format == OutputFormat.Text ? ListedOnTerminal : null);
            StatusReport report;
            try
            {
                report = against.Value() is { } reference
                    ? await AgainstTree.StatusAsync(workspace, reference, request, listed, session.Terminal.Clock, token)
                    : await new SyncEngine(workspace, session.Terminal.Clock).StatusAsync(request, listed, token);
            }
            catch (EmbSyncException failure) when (format == OutputFormat.MsBuild && failure is StoreException or SourceException)
            {
                session.Print(MsBuildText.Unknown(failure));
                return (int)failure.ExitCode;
            }

            stamp.Keep(workspace, !report.HasDrift && report.Items.Metadata == 0 && !request.IsPartial && !against.HasValue());
            if (runs.Number(least: 1) is { } most)
            {
                report = report with { Runs = [.. (await workspace.Store.ReadRunsAsync(most, token)).Select(RunStatus.Of)] };
            }

            session.Note(global, report.Notes);
            session.Show(global, form => form switch
            {
                OutputFormat.Json => ReportJson.Of(report),
                OutputFormat.Markdown => MarkdownText.Of(report),
                OutputFormat.GitHub => GitHubText.Of(report),
                OutputFormat.MsBuild => MsBuildText.Of(report),
                OutputFormat.Sarif => SarifText.Of(report, CommandLine.Version),
                _ => StatusText.Of(report, session.Terminal.Ink(global.NoColor)),
            });
            return (int)(check.HasValue() && report.HasDrift ? ExitCode.Drift : ExitCode.Done);
        });
    });
}
