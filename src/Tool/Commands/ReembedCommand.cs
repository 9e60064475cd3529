using EmbSync.Core.Buying;
using EmbSync.Core.Configuration;
using EmbSync.Core.Jobs.Reembed;
using EmbSync.Core.Model;
using EmbSync.Core.Providers;
using EmbSync.Core.Reporting;
using McMaster.Extensions.CommandLineUtils;

namespace EmbSync.Tool.Commands;

/// <summary><c>reembed</c>: another model or dimension, beside the one that is searched.</summary>
internal static class ReembedCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static void AddTo(CommandLineApplication app, Session session) => app.Command("reembed", command =>
    {
        command.Description = "Embed all again with another model or dimension; searches go on meanwhile, and --rollback goes back";
        command.ExtendedHelpText = """

            Examples:
              embsync reembed --dry-run                                          what the configured model would cost
              embsync reembed --model text-embedding-3-large --dimension 3072    another one than configured; syncs keep it
              embsync reembed --rollback                                         back to the one before, at no cost
              embsync reembed --unpin                                            let syncs follow the configuration again
              embsync reembed --table notes --text body --column embedding --postgres-url env:DATABASE_URL
                                                                                 a vector column of your own table
            """;
        var global = new GlobalOptions(command, OutputFormat.Text, OutputFormat.Json);
        var flags = new ReembedOptions(command);
        var column = new ColumnOptions(command);
        var spend = new ReembedSpendOptions(command);
        var dryRun = command.Flag("--dry-run", "Show what it would do and cost; buy and write nothing");
        command.OnExecute(() =>
        {
            var overrides = spend.Overrides with { Model = flags.Model, Dimension = flags.Dimension, Space = flags.Space };
            if (column.IsGiven)
            {
                flags.RequireNoSpace();
                var request = flags.Request;
                return ReembedColumn.RunAsync(
                    session, global, column, column.Request(request.DropIndexFirst, request.ConcurrentIndex), overrides, dryRun.HasValue());
            }

            column.RequireAbsent();
            return RunAsync(session, global, flags, overrides, dryRun.HasValue());
        });
    });

    private static async Task<int> RunAsync(
        Session session, GlobalOptions global, ReembedOptions flags, ConfigOverrides overrides, bool dryRun)
    {
        var token = session.CancellationToken;
        var format = global.Format;
        var request = flags.Request;
        var configured = session.Load(global, ConfigOverrides.None).Embeddings.BySpace;
        await using var workspace = session.Open(global, overrides, flags.Wait ?? Patience);
        request = request with { Space = flags.Space ?? workspace.MainSpace };
        var own = configured.Where(space => space.Space == request.Space).Select(space => ProviderFactory.SignatureOf(space.Config))
            .FirstOrDefault();
        if (own is null && !request.Rollback && !request.Unpin)
        {
            _ = workspace.SignatureOf(request.Space);
        }

        var reembed = new StoreReembed(workspace, own, session.Terminal.Clock);
        var limit = SpendLimit.Of(workspace.Config.Limits);
        if (dryRun)
        {
            return Print(session, global, format, new(await reembed.DryRunAsync(request, limit, token), ExitCode.Done, null));
        }

        using var progress = session.Progress(global);
        var result = await reembed.RunAsync(request, limit, progress, token);
        return Print(session, global, format, result);
    }

    private static int Print(Session session, GlobalOptions global, OutputFormat format, ReembedResult result)
    {
        session.Note(global, result.Report.Notes);
        session.Print(format == OutputFormat.Json ? ReportJson.Of(result.Report) : ReembedText.Of(
            result.Report, session.Terminal.Ink(global.NoColor)));
        if (result.Stopped is EmbSyncException stopped)
        {
            session.Complain(global.Verbose ? stopped.ToString() : stopped.Message);
        }

        return (int)result.ExitCode;
    }
}
