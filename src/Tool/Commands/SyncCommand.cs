using EmbSync.Core.Buying;
using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Jobs.Sync.Saved;
using EmbSync.Core.Model;
using EmbSync.Core.Planning;
using EmbSync.Core.Reporting;
using McMaster.Extensions.CommandLineUtils;

namespace EmbSync.Tool.Commands;

/// <summary><c>sync</c>: walks the whole path, or stops at the plan with <c>--dry-run</c>.</summary>
internal static class SyncCommand
{
    public static void AddTo(CommandLineApplication app, Session session) => app.Command("sync", command =>
    {
        command.Description = "Bring the index in step with the sources";
        command.ExtendedHelpText = """

            Examples:
              embsync sync --dry-run             what it would do, and what it would cost
              embsync sync --since main          only what changed on this branch
              embsync sync --max-cost 0.50       refuse to spend more
              embsync sync --plan plan.json      write the plan down for review; buy nothing
              embsync sync --apply plan.json     do exactly that, or refuse if anything moved
              embsync sync --watch               embed rows of a database as they are written
            """;
        var global = new GlobalOptions(
            command, OutputFormat.Text, OutputFormat.Json, OutputFormat.Markdown, OutputFormat.GitHub, OutputFormat.MsBuild);
        var scope = new ScopeOptions(command);
        var changedOnly = command.Flag("--changed-only", "Trust source versions: read only what changed (default)");
        var all = command.Flag("--all", "Ignore source versions: check everything, buy only what is missing");
        var reindex = command.Flag("--reindex", "Buy again what is there already");
        var dryRun = command.Flag("--dry-run", "Show plan and cost; buy and write nothing");
        var limit = command.Limit("At most N items that need vectors");
        var maxDelete = command.Value(
            "--max-delete <LIMIT>", "Deletions (N items or P%) that are allowed (default: the larger of 20% and 10)");
        var automatic = command.Flag("--auto", "Embed only what embeddings.autoIndex lets hooks and builds embed by themselves");
        var watch = command.Flag("--watch", "Go on: sync again whenever rows of a database change, see 'embsync hook sql'");
        var pause = command.Value("--watch-pause <TIME>", "With --watch: gather changes for so long, such as 5s or 1m (default 2s)");
        var every = command.Value("--watch-every <TIME>", "With --watch: look after so long though nothing was heard (default 15m)");
        var stamp = new StampOption(command, session);
        var plan = new PlanOptions(command);
        var spend = new SpendOptions(command);
        command.OnExecute(async () =>
        {
            var token = session.CancellationToken;
            if (changedOnly.HasValue() && (all.HasValue() || reindex.HasValue()))
            {
                throw new UsageException("--changed-only and --all (or --reindex) exclude each other: leave one away");
            }

            var request = scope.Request with
            {
                All = all.HasValue(),
                Reindex = reindex.HasValue(),
                Automatic = automatic.HasValue(),
                Limit = limit.Number(least: 1),
                MaxDelete = DeleteLimits.Of(maxDelete),
                MaxBatches = spend.MaxBatches,
            };
            if (stamp.IsGiven && (watch.HasValue() || dryRun.HasValue() || (plan.Apply ?? plan.Write) is not null))
            {
                throw new UsageException("--stamp goes with a sync that is done once: leave out --watch, --dry-run, --plan and --apply");
            }

            stamp.Remove();
            plan.RequireAlone(request, changedOnly.HasValue());
            if (watch.HasValue())
            {
                return (plan.Apply ?? plan.Write) is null && !dryRun.HasValue()
                    ? await new SyncWatch(session, global, spend, request, pause.Duration() ?? TimeSpan.FromSeconds(2),
                        every.Duration() ?? TimeSpan.FromMinutes(15), scope.StdinSource).RunAsync(token)
                    : throw new UsageException("--watch goes on buying: it doesn't go with --plan, --apply or --dry-run");
            }

            if ((pause.HasValue() ? pause : every.HasValue() ? every : null) is { } lost)
            {
                throw new UsageException($"--{lost.LongName} goes with --watch");
            }

            return plan.Apply is { } reviewed ? await ApplyAsync(
                session, global, spend, reviewed, dryRun.HasValue(), scope.StdinSource, token)
                : plan.Write is { } file ? await PlanAsync(session, global, spend, request, file, scope.StdinSource, token)
                : await RunAsync(session, global, spend, request, dryRun.HasValue(), token, scope.StdinSource, stamp);
        });
    });

    /// <summary>Shared with <c>index</c>, which is a sync of chosen items.</summary>
    public static async Task<int> RunAsync(
        Session session, GlobalOptions global, SpendOptions spend, SyncRequest request, bool dryRun, CancellationToken cancellationToken,
        string? stdinSource = null, StampOption? stamp = null)
    {
        await using var workspace = session.Open(global, spend.Overrides, spend.Wait, stdinSource);
        var engine = new SyncEngine(workspace, session.Terminal.Clock);
        var limit = SpendLimit.Of(workspace.Config.Limits);
        if (dryRun)
        {
            return Print(session, global, new(await engine.DryRunAsync(request, limit, cancellationToken), ExitCode.Done, null));
        }

        using var progress = session.Progress(global);
        SyncResult result;
        try
        {
            result = await engine.RunAsync(request, limit, progress, cancellationToken);
        }
        catch (EmbSyncException failure) when (global.Format == OutputFormat.MsBuild && request.Automatic
            && failure is StoreException or SourceException or LockedException)
        {
            session.Print(MsBuildText.Unknown(failure));
            return (int)failure.ExitCode;
        }

        stamp?.Keep(workspace, result.ExitCode == ExitCode.Done && result.Report.Remaining == 0 && !request.IsPartial);
        return Print(session, global, result);
    }

    private static async Task<int> PlanAsync(
        Session session, GlobalOptions global, SpendOptions spend, SyncRequest request, string file, string? stdinSource,
        CancellationToken cancellationToken)
    {
        await using var workspace = session.Open(global, spend.Overrides, spend.Wait, stdinSource);
        var (plan, report) = await new SyncEngine(workspace, session.Terminal.Clock).PlanAsync(
            request, SpendLimit.Of(workspace.Config.Limits), cancellationToken);
        SavedPlanFile.Write(session.PathOf(file), plan);
        var code = Print(session, global, new(report, ExitCode.Done, null));
        session.Note(global, [$"the plan is in {file}: review it, then run 'embsync sync --apply {file}'"]);
        return code;
    }

    private static async Task<int> ApplyAsync(
        Session session, GlobalOptions global, SpendOptions spend, string file, bool dryRun, string? stdinSource,
        CancellationToken cancellationToken)
    {
        var plan = SavedPlanFile.Read(session.PathOf(file));
        await using var workspace = session.Open(global, spend.Overrides, spend.Wait, stdinSource);
        var engine = new SyncEngine(workspace, session.Terminal.Clock);
        var limit = SpendLimit.Of(workspace.Config.Limits);
        if (dryRun)
        {
            return Print(session, global, await engine.DryApplyAsync(plan, limit, cancellationToken));
        }

        using var progress = session.Progress(global);
        return Print(session, global, await engine.ApplyAsync(plan, spend.MaxBatches, limit, progress, cancellationToken));
    }

    public static int Print(Session session, GlobalOptions global, SyncResult result)
    {
        session.Note(global, result.Report.Notes);
        session.Show(global, form => form switch
        {
            OutputFormat.Json => ReportJson.Of(result.Report),
            OutputFormat.Markdown => MarkdownText.Of(result.Report),
            OutputFormat.GitHub => GitHubText.Of(result.Report),
            OutputFormat.MsBuild => MsBuildText.Of(result.Report),
            _ => SyncText.Of(result.Report, session.Terminal.Ink(global.NoColor)),
        });
        if (result.Stopped is EmbSyncException stopped)
        {
            session.Complain(global.Verbose ? stopped.ToString() : stopped.Message);
        }

        return (int)result.ExitCode;
    }
}
