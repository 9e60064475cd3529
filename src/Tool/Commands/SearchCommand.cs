using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Reporting;
using EmbSync.Core.Search;
using McMaster.Extensions.CommandLineUtils;

namespace EmbSync.Tool.Commands;

/// <summary><c>search TEXT</c>: the nearest items by meaning, or by words with the offline provider.</summary>
internal static class SearchCommand
{
    private const int DefaultLimit = 10;

    public static void AddTo(CommandLineApplication app, Session session) => app.Command("search", command =>
    {
        command.Description = "Find the items nearest to a text";
        command.ExtendedHelpText = """

            Examples:
              embsync search "retry after 429"
              embsync search "login fails" --where status=open --limit 5 --json
            """;
        var global = new GlobalOptions(command, OutputFormat.Text, OutputFormat.Json);
        var text = command.Argument("TEXT", "What to look for");
        var limit = command.Value("--limit <N>", $"At most N items (default {DefaultLimit})");
        var source = command.Value("--source <NAME>", "Only this source");
        var space = command.Value("--space <NAME>", "Search in this space (default: default, else the first configured)");
        var type = command.Value("--type <TYPE>", "Only items of this type");
        var where = command.Many("--where <CONDITION>", "Only items whose metadata says KEY=VALUE (repeatable: all must hold)");
        var threshold = command.Value("--threshold <SCORE>", "Only items that score at least so much");
        var mode = command.Choice("--mode <MODE>", "vector (the only one so far)", ["vector"]);
        command.OnExecute(async () =>
        {
            var token = session.CancellationToken;
            if (mode.Value() is { } named && named != "vector")
            {
                throw new UsageException($"--mode '{named}': use vector");
            }

            var request = new SearchRequest(
                text.Value ?? throw new UsageException("say what to look for: embsync search \"TEXT\""),
                limit.Number(least: 1) ?? DefaultLimit, source.Value(), type.Value(), [.. where.All().Select(Condition)], Threshold(threshold), space.Value());
            var format = global.Format;
            await using var workspace = session.Open(global, new ConfigOverrides());
            var report = await new SearchEngine(workspace).SearchAsync(request, token);
            session.Print(format == OutputFormat.Json ? ReportJson.Of(report) : SearchText.Of(report, session.Terminal.Ink(global.NoColor)));
            return (int)ExitCode.Done;
        });
    });

    private static KeyValuePair<string, string> Condition(string text) => text.IndexOf('=', StringComparison.Ordinal) is > 0 and var at
        ? new(text[..at], text[(at + 1)..])
        : throw new UsageException($"--where '{text}': use KEY=VALUE, such as status=open");

    private static double? Threshold(CommandOption option)
    {
        if (option.Value() is not { } text)
        {
            return null;
        }

        return double.TryParse(text, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out var score)
            ? score
            : throw new UsageException($"--threshold '{text}': use a number such as 0.3");
    }
}
