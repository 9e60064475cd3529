using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Reporting.Html;
using McMaster.Extensions.CommandLineUtils;

namespace EmbSync.Tool.Commands;

/// <summary><c>report</c>: one HTML page about the index. Needs no key, writes nothing to the store.</summary>
internal static class ReportCommand
{
    private const string DefaultFile = ".embsync/report.html";
    private const double DefaultThreshold = 0.95;

    public static void AddTo(CommandLineApplication app, Session session) => app.Command("report", command =>
    {
        command.Description = "Write one HTML page: coverage, drift, runs and cost, failures, ages, and a map of all items";
        command.ExtendedHelpText = """

            Examples:
              embsync report                                a page that needs no network, .embsync/report.html
              embsync report --out index.html               to keep with a build
              embsync report --duplicates 0.9               mark items that are less alike, too
            """;
        var global = new GlobalOptions(command);
        var path = command.Value("--out <FILE>", $"The page (default: {DefaultFile}); a file that is there is replaced");
        var space = command.Value("--space <NAME>", "The space whose vectors are drawn (default: default, else the first configured)");
        var duplicates = command.Value("--duplicates <COSINE>", FormattableString.Invariant(
            $"Items at least so alike are near-duplicates (default {DefaultThreshold})"));
        command.OnExecute(async () =>
        {
            var threshold = duplicates.Share() ?? DefaultThreshold;
            if (threshold == 0)
            {
                throw new UsageException("--duplicates '0': use a number above 0, at most 1, such as 0.95");
            }

            await using var workspace = session.Open(global, ConfigOverrides.None);
            var file = path.Value() is { } named ? session.PathOf(named) : session.Own(workspace, DefaultFile);
            var summary = await new HtmlReport(workspace, session.Terminal.Clock, CommandLine.Version, session.Redact)
                .WriteAsync(new(space.Value(), threshold), file, session.CancellationToken);
            session.Note(global, summary.Notes);
            session.Print($"{Plain.Line(session.Shown(file))}: {Text.Count(summary.Items, "item")}, {Percent(summary.Coverage)} current; "
                + $"{Text.Number(summary.Points)} on the map, {Text.Number(summary.Duplicates)} with a near-duplicate\n");
            return (int)ExitCode.Done;
        });
    });

    private static string Percent(double share) => FormattableString.Invariant($"{share * 100:0.00} %");
}
