using EmbSync.Core.Model;
using EmbSync.Core.Planning;
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
              embsync index T-12                 this item now
              embsync index docs/guide.md .      this file, and all below this folder
              embsync index --limit 50           the next fifty by priority
            """;
        var global = new GlobalOptions(command, OutputFormat.Text, OutputFormat.Json, OutputFormat.Markdown, OutputFormat.GitHub);
        command.AllowArgumentSeparator = true;
        var items = command.Argument("ITEMS", "Ids, paths of files or folders, or SOURCE:ID", multipleValues: true);
        var tasks = command.Many("--task <ID>", "The same as ID without a flag (repeatable)");
        var sources = command.Many("--source <NAME>", "Only this source (repeatable)");
        var limit = command.Limit($"At most N items (default {DefaultLimit} where none is named)");
        var reindex = command.Flag("--reindex", "Buy again what is there already");
        var dryRun = command.Flag("--dry-run", "Show plan and cost; buy and write nothing");
        var spend = new SpendOptions(command);
        command.OnExecute(async () =>
        {
            var token = session.CancellationToken;
            string[] ids = [.. items.Values.OfType<string>(), .. command.RemainingArguments, .. tasks.All()];
            if (reindex.HasValue() && ids.Length == 0)
            {
                throw new UsageException("--reindex buys again: name the items, or use 'embsync sync --reindex' for all");
            }

            var request = new SyncRequest
            {
                Command = "index",
                Ids = ids,
                Folder = session.Terminal.WorkingDirectory,
                Sources = sources.All(),
                Reindex = reindex.HasValue(),
                Limit = limit.Number(least: 1) ?? (ids.Length == 0 ? DefaultLimit : null),
                KeepOrphans = true,
                MaxBatches = spend.MaxBatches,
            };
            return await SyncCommand.RunAsync(session, global, spend, request, dryRun.HasValue(), token);
        });
    });
}
