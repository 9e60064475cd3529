using EmbSync.Core.Configuration;
using EmbSync.Core.Jobs.Search;
using EmbSync.Core.Model;
using McMaster.Extensions.CommandLineUtils;

namespace EmbSync.Tool.Commands;

/// <summary><c>similar ID</c>: the items nearest to a stored one. Needs no key and asks nobody.</summary>
internal static class SimilarCommand
{
    public static void AddTo(CommandLineApplication app, Session session) => app.Command("similar", command =>
    {
        command.Description = "Find the items nearest to one that is stored; free, and no provider is asked";
        command.ExtendedHelpText = """

            Examples:
              embsync similar T-12
              embsync similar docs/guide.md:12                   as a search prints it
              embsync similar issues:1042 --source pull_requests --threshold 0.8 --json
            """;
        var global = new GlobalOptions(command, OutputFormat.Text, OutputFormat.Json);
        command.AllowArgumentSeparator = true;
        var item = command.Argument("ITEM", "Its id, its path, or SOURCE:ID", multipleValues: true);
        var options = new SearchOptions(command);
        command.OnExecute(async () =>
        {
            string[] said = [.. item.Values.OfType<string>(), .. command.RemainingArguments];
            var request = options.Request(
                said.Length > 0 ? string.Join(' ', said) : throw new UsageException("say which item: embsync similar ITEM"))
                with { Folder = session.Terminal.WorkingDirectory };
            var format = global.Format;
            await using var workspace = session.Open(global, ConfigOverrides.None);
            var report = await new SearchEngine(workspace).SimilarAsync(request, session.CancellationToken);
            session.Answer(global, format, report);
            return (int)ExitCode.Done;
        });
    });
}
