using EmbSync.Core.Model;
using EmbSync.Core.Sync;
using McMaster.Extensions.CommandLineUtils;

namespace EmbSync.Tool.Commands;

/// <summary><c>index</c>: embeds one chosen item, or the next few that need it; deletes nothing.</summary>
internal static class IndexCommand
{
    private const int DefaultLimit = 10;

    public static void AddTo(CommandLineApplication app, Session session) => app.Command("index", command =>
    {
        command.Description = "Embed chosen items, or the next N that need it";
        command.ExtendedHelpText = """

            Examples:
              embsync index --task T-12          this item now
              embsync index --limit 50           the next fifty by priority
            """;
        var global = new GlobalOptions(command, OutputFormat.Text, OutputFormat.Json, OutputFormat.Markdown, OutputFormat.GitHub);
        var tasks = command.Many("--task <ID>", "An item's id (repeatable)");
        var sources = command.Many("--source <NAME>", "Only this source (repeatable)");
        var limit = command.Value("--limit <N>", $"At most N items (default {DefaultLimit} without --task)");
        var reindex = command.Flag("--reindex", "Buy again what is there already");
        var dryRun = command.Flag("--dry-run", "Show plan and cost; buy and write nothing");
        var spend = new SpendOptions(command);
        command.OnExecute(async () =>
        {
            var token = session.CancellationToken;
            var ids = tasks.All();
            if (reindex.HasValue() && ids.Count == 0)
            {
                throw new UsageException("--reindex buys again: name the items with --task, or use 'embsync sync --reindex' for all");
            }

            var request = new SyncRequest
            {
                Command = "index",
                Ids = ids,
                Sources = sources.All(),
                Reindex = reindex.HasValue(),
                Limit = limit.Number(least: 1) ?? (ids.Count == 0 ? DefaultLimit : null),
                KeepOrphans = true,
                MaxBatches = spend.MaxBatches,
            };
            return await SyncCommand.RunAsync(session, global, spend, request, dryRun.HasValue(), token);
        });
    });
}
