using EmbSync.Core.Configuration;
using EmbSync.Core.Jobs.Cache;
using EmbSync.Core.Model;
using EmbSync.Core.Reporting;
using McMaster.Extensions.CommandLineUtils;

namespace EmbSync.Tool.Commands;

/// <summary><c>cache</c>: vectors as a file, for other clones and CI jobs.</summary>
internal static class CacheCommand
{
    public static void AddTo(CommandLineApplication app, Session session) => app.Command("cache", command =>
    {
        command.Description = "Carry paid vectors to another clone or CI job as a file";
        command.ExtendedHelpText = """

            Examples:
              embsync cache import vectors.bin --if-exists    before a sync in CI
              embsync cache export vectors.bin                after it, for the next job
            """;
        command.OnExecute(() =>
        {
            command.ShowHelp();
            return (int)ExitCode.Usage;
        });
        command.Command("export", export =>
        {
            export.Description = "Write all vectors of the configured model to a file";
            export.ExtendedHelpText = """

                Examples:
                  embsync cache export vectors.bin
                  embsync cache export small.bin --space small
                """;
            var global = new GlobalOptions(export, OutputFormat.Text, OutputFormat.Json);
            var space = export.Value("--space <NAME>", "The space whose model it is (default: default, else the first configured)");
            var file = export.Argument("file", "The file; one that is there is replaced if it holds such vectors").IsRequired();
            export.OnExecute(async () =>
            {
                var token = session.CancellationToken;
                await using var workspace = session.Open(global, ConfigOverrides.None);
                return Print(session, global, await new VectorCache(workspace, space.Value() ?? workspace.MainSpace, session.Terminal.Clock)
                    .ExportAsync(session.PathOf(file.Value!), token), file.Value!);
            });
        });
        command.Command("import", import =>
        {
            import.Description = "Add a file's vectors to the store; the next sync buys nothing for their texts";
            import.ExtendedHelpText = """

                Examples:
                  embsync cache import vectors.bin
                  embsync cache import vectors.bin --if-exists    the first job of a branch has none
                """;
            var global = new GlobalOptions(import, OutputFormat.Text, OutputFormat.Json);
            var space = import.Value("--space <NAME>", "The space whose model it is (default: default, else the first configured)");
            var file = import.Argument("file", "The file that an export wrote").IsRequired();
            var ifExists = import.Flag("--if-exists", "No file is no fault: the first job has none yet");
            import.OnExecute(async () =>
            {
                var token = session.CancellationToken;
                var path = session.PathOf(file.Value!);
                await using var workspace = session.Open(global, ConfigOverrides.None);
                var cache = new VectorCache(workspace, space.Value() ?? workspace.MainSpace, session.Terminal.Clock);
                return Print(session, global, ifExists.HasValue() && !File.Exists(path) ? cache.Absent(path)
                    : await cache.ImportAsync(path, token), file.Value!);
            });
        });
    });

    private static int Print(Session session, GlobalOptions global, CacheReport report, string file)
    {
        session.Note(global, report.Notes);
        session.Print(global.Format == OutputFormat.Json ? ReportJson.Of(report)
            : report.Action == "export" ? Text.Of($"{Text.Count(report.Vectors, "vector")} of {report.Model} with {Text.Noun(report.Dimension, $"{report.Dimension} dimension")} in {Plain.Line(file)}, {Text.Count(report.Bytes, "byte")}\n")
            : Text.Of($"{Text.Count(report.Vectors, "vector")} of {report.Model} with {Text.Noun(report.Dimension, $"{report.Dimension} dimension")} in {Plain.Line(file)}, {report.Added:N0} new to the store\n"));
        if (report.Failure is { } failure)
        {
            session.Complain(global.Verbose ? failure.ToString() : failure.Message);
        }

        return (int)(report.Failure?.ExitCode ?? ExitCode.Done);
    }
}
