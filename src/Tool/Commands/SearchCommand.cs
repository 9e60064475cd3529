using EmbSync.Core.Configuration;
using EmbSync.Core.Jobs.Search;
using EmbSync.Core.Model;
using McMaster.Extensions.CommandLineUtils;

namespace EmbSync.Tool.Commands;

/// <summary><c>search TEXT</c>: the nearest items by meaning, or by words with the offline provider.</summary>
internal static class SearchCommand
{
    public static void AddTo(CommandLineApplication app, Session session) => app.Command("search", command =>
    {
        command.Description = "Find the items nearest to a text";
        command.ExtendedHelpText = """

            Examples:
              embsync search retry after 429
              embsync search "login fails" --where status=open -n 5 --json
              embsync search -- --dry-run costs money            words that begin with a dash
            """;
        var global = new GlobalOptions(command, OutputFormat.Text, OutputFormat.Json);
        command.AllowArgumentSeparator = true;
        var words = command.Argument("TEXT", "What to look for; several words are one text", multipleValues: true);
        var options = new SearchOptions(command);
        var mode = command.Choice("--mode <MODE>", "vector (the only one so far)", ["vector"]);
        command.OnExecute(async () =>
        {
            var token = session.CancellationToken;
            _ = mode.Chosen();
            string[] said = [.. words.Values.OfType<string>(), .. command.RemainingArguments];
            var request = options.Request(
                said.Length > 0 ? string.Join(' ', said) : throw new UsageException("say what to look for: embsync search TEXT"));
            var format = global.Format;
            await using var workspace = session.Open(global, new ConfigOverrides());
            var report = await new SearchEngine(workspace).SearchAsync(request, token);
            session.Answer(global, format, report);
            return (int)ExitCode.Done;
        });
    });
}
